import {
  type CallOptions,
  DEFAULT_TIMEOUT_MS,
  isKeelsonError,
  retry,
  systemRuntime,
  withDeadline,
} from '@keelson/runtime';
import {
  type Acl,
  connectZooKeeper,
  type ZooKeeperClient,
  type ZooKeeperClientOptions,
} from '@keelson/zookeeper-client';

/** What servers do not say and can only be tried. */
export interface LearntServers {
  /** The shortest session they grant, in milliseconds. */
  readonly minMs: number;
  /** The longest session they grant, in milliseconds. */
  readonly maxMs: number;
  /** Whether they have watches that go on (3.6 on). */
  readonly lastingWatches: boolean;
}

/**
 * Asks for sessions that no server grants, which tells the bounds, and for a watch, on connections that are then given up: a server that does not know
 * a request breaks the connection. `prepare` runs on one of them, without the chroot.
 */
export async function learnServers(
  options: ZooKeeperClientOptions,
  limits: CallOptions,
  prepare: (client: ZooKeeperClient) => Promise<void>,
): Promise<LearntServers> {
  const connectString = options.connectString.split('/', 1)[0] ?? '';
  const asked = async <T>(
    sessionTimeoutMs: number,
    within: CallOptions,
    ask: (client: ZooKeeperClient) => Promise<T>,
  ): Promise<T> => {
    const client = await connectZooKeeper({ ...options, ...within, connectString, sessionTimeoutMs });
    try {
      return await ask(client);
    } finally {
      // It owns nothing: what cannot be ended in order ends by itself.
      await client.close(within).catch(() => {});
    }
  };
  // The shortest session may well be over before a busy server has granted it: then another one is asked for.
  const runtime = options.runtime ?? systemRuntime();
  const isOver = (error: unknown): boolean => isKeelsonError(error, 'E_SESSION_EXPIRED');
  const minMs = await withDeadline(runtime, limits, DEFAULT_TIMEOUT_MS, (signal) =>
    retry(runtime, { attempts: Number.POSITIVE_INFINITY, signal, retryIf: isOver }, () =>
      asked(1, { ...limits, signal }, async (client) => client.sessionTimeoutMs),
    ),
  );
  return await asked(0x7fff_ffff, limits, async (client) => {
    const maxMs = client.sessionTimeoutMs;
    await prepare(client);
    return { minMs, maxMs, lastingWatches: await hasLastingWatches(client, limits) };
  });
}

async function hasLastingWatches(client: ZooKeeperClient, limits: CallOptions): Promise<boolean> {
  try {
    await client.addWatch('/', () => {}, { ...limits, recursive: true });
    return true;
  } catch (error) {
    if (isKeelsonError(error, 'E_UNSUPPORTED')) return false;
    // Refused for another reason: the request is known.
    if (isKeelsonError(error, 'E_FORBIDDEN')) return true;
    throw error;
  }
}

/** Creates the nodes of a chroot that are missing. */
export async function createChroot(client: ZooKeeperClient, chroot: string, acl: readonly Acl[]): Promise<void> {
  const segments = chroot.split('/').slice(1);
  for (let depth = 1; depth <= segments.length; depth += 1) {
    const path = `/${segments.slice(0, depth).join('/')}`;
    if ((await client.exists(path)) !== undefined) continue;
    try {
      await client.create(path, new Uint8Array(), { acl });
    } catch (error) {
      if (!isKeelsonError(error, 'E_ALREADY_EXISTS')) throw error;
    }
  }
}
