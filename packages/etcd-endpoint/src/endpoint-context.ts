import type { CallInfo } from '@keelson/etcd-protocol';
import type { CallOptions, Runtime } from '@keelson/runtime';
import type { MvccBackend } from '@keelson/store/mvcc';
import { toEtcdError } from './etcd-error.ts';
import type { Identity } from './response-header.ts';

/** What every service of the endpoint stands on. */
export interface EndpointContext {
  readonly backend: MvccBackend;
  readonly runtime: Runtime;
  readonly identity: Identity;
  readonly limits: EndpointLimits;
}

/** Limits of requests. Defaults are etcd's. */
export interface EndpointLimits {
  /** Largest request that writes, in bytes. Default 1.5 MiB. */
  readonly maxRequestBytes: number;
  /** Most comparisons, and most operations of one branch, of a transaction. Default 128. */
  readonly maxTransactionOperations: number;
}

/** etcd's own limits. */
export const defaultLimits: EndpointLimits = { maxRequestBytes: 1_572_864, maxTransactionOperations: 128 };

/** How much larger than `maxRequestBytes` a message may be before it is refused unread: etcd's allowance for gRPC. */
export const MESSAGE_OVERHEAD_BYTES: number = 512 * 1024;

/** How long a write waits for the disk, in milliseconds: etcd's 5 s and two election timeouts. */
const REQUEST_TIMEOUT_MS = 7_000;

/** Time limit of a write: the client's, and no longer than the server's own. */
export function writeOptions(call: CallInfo): CallOptions {
  return { timeoutMs: Math.min(call.timeoutMs ?? REQUEST_TIMEOUT_MS, REQUEST_TIMEOUT_MS) };
}

/** Runs work on the store and gives its errors etcd's words. */
export async function inEtcdWords<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toEtcdError(error);
  }
}
