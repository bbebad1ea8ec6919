import { type CallOptions, isKeelsonError, retry, systemRuntime, withDeadline } from '@keelson/runtime';
import { ZooKeeperClient } from './client.ts';
import type { ZooKeeperClientOptions } from './client-options.ts';
import type { SessionCredentials } from './session/session-link.ts';

/** Pause bounds between attempts, in milliseconds. */
const RETRY = { attempts: Number.POSITIVE_INFINITY, baseMs: 20, capMs: 500 };

/**
 * Ends a session of somebody else, whose nodes go with it. Only to be used where its owner is certainly dead: an owner that
 * lives learns of it when it has already lost everything. A session that has ended already is no failure. Tries again while the ensemble is out of
 * reach, for `timeoutMs` (default 5,000): `E_TIMEOUT`.
 */
export async function endSession(
  options: ZooKeeperClientOptions & CallOptions & { readonly session: SessionCredentials },
): Promise<void> {
  const { runtime = systemRuntime() } = options;
  try {
    await withDeadline(runtime, options, 5_000, (signal) =>
      retry(runtime, { ...RETRY, signal }, () => end(options, signal)),
    );
  } catch (error) {
    if (!isKeelsonError(error, 'E_SESSION_EXPIRED')) throw error;
  }
}

async function end(options: ZooKeeperClientOptions, signal: AbortSignal): Promise<void> {
  const client = new ZooKeeperClient({ ...options, onExpired: 'end' });
  try {
    await client.whenConnected({ signal });
  } catch (error) {
    await client.close({ timeoutMs: 0 }).catch(() => {});
    throw error;
  }
  await client.close({ signal });
}
