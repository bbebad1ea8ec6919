import { type CallOptions, KeelsonError, type Runtime } from '@keelson/runtime';
import type { AnnouncedSession } from '@keelson/store/supervised';
import { endSession } from '@keelson/zookeeper-client';

/**
 * Ends a session of ZooKeeper: takes it up with its password, and closes it in the same breath. Taking it up takes it from whoever holds it, so that
 * nothing of this can be done beforehand; and a server hangs up on who connects and asks for no session within ten seconds.
 */
export async function endZooKeeperSession(
  runtime: Runtime,
  address: string,
  { session, secret, ttlMs }: AnnouncedSession,
  limits: CallOptions,
): Promise<void> {
  const match = /^(zookeepers?):\/\/(?:[^@/]*@)?([^/]+)/.exec(address);
  const [, scheme, connectString] = match ?? [];
  if (connectString === undefined || secret === undefined || !/^[0-9a-f]{1,16}$/.test(session))
    throw new KeelsonError('E_INVALID_ARGUMENT', `${session} is no session of ZooKeeper that could be taken up.`);
  await endSession({
    ...limits,
    connectString,
    runtime,
    session: { id: BigInt.asIntN(64, BigInt(`0x${session}`)), password: Buffer.from(secret, 'base64') },
    sessionTimeoutMs: ttlMs,
    ...(scheme === 'zookeepers' ? { tls: {} } : {}),
  });
}
