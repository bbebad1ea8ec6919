import type { Entry, Expectation, Revision, StorePath, Written } from './port.ts';
import type { Session } from './session.ts';

/** One comparison: the entry at `path` must meet the expectation (`{ version: 0 }`: must not exist). */
export interface Comparison extends Expectation {
  readonly path: StorePath;
}

/** One step of a transaction. A path may be written once per branch; a get shows what the transaction found, not what it writes. */
export type Operation =
  | { readonly type: 'put'; readonly path: StorePath; readonly value: Uint8Array; readonly session?: Session }
  | { readonly type: 'delete'; readonly path: StorePath }
  | { readonly type: 'get'; readonly path: StorePath };

/** `if` all hold then `then`, otherwise `else`, in one atomic step. A delete of an entry with children rejects the whole with `E_NOT_EMPTY`. */
export interface Transaction {
  readonly if?: readonly Comparison[];
  readonly then: readonly Operation[];
  readonly else?: readonly Operation[];
}

/** The outcome of one operation, in the order given. */
export type OperationResult =
  | { readonly type: 'put'; readonly written: Written }
  | { readonly type: 'delete'; readonly existed: boolean }
  | { readonly type: 'get'; readonly entry: Entry | undefined };

/** The outcome of a transaction. */
export interface TransactionResult {
  /** Whether `if` held, so that `then` was carried out. */
  readonly succeeded: boolean;
  /** The revision of the writes; where nothing was written, of the store as it was read. */
  readonly revision: Revision;
  readonly results: readonly OperationResult[];
}
