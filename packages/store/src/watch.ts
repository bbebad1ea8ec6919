import type { Entry, Revision, StorePath } from './port.ts';

/** What a watch covers and how it begins. */
export interface WatchOptions {
  /** Ends the watch; the iterator finishes without an error. */
  readonly signal?: AbortSignal;
  /** Also everything below the direct children. Default false: `path` itself and its direct children. */
  readonly recursive?: boolean;
  /** `path` itself alone, without its children: one key instead of a range for the engine. Not together with `recursive`. Default false. */
  readonly entryOnly?: boolean;
  /** Skip the first snapshot and begin with the changes after this revision. Needs `capabilities.history`; a revision already compacted gives a snapshot with reason `compacted`. */
  readonly afterRevision?: Revision;
  /** Most changes held for a slow reader; past it they are dropped and a snapshot with reason `overflow` follows. Default 10,000. */
  readonly bufferedChanges?: number;
}

/** Why a snapshot is sent. All but `initial` mean: forget what you held, this is the state now. */
export type SnapshotReason = 'initial' | 'compacted' | 'overflow' | 'reconnected';

/** One change of one entry. */
export type Change =
  | { readonly type: 'put'; readonly entry: Entry }
  | { readonly type: 'delete'; readonly path: StorePath; readonly revision: Revision };

/**
 * What a watch yields:
 * - `snapshot`: the complete state at and below the path at `revision`;
 * - `changes`: in the order of the store, none missing, none twice, all of one revision together where `capabilities.atomicWatchEvents`;
 * - `progress`: nothing else changed up to `revision`; proof that the watch is alive;
 * - `interrupted`: the store is out of reach; what was seen may be stale from now until the next of the others.
 */
export type WatchEvent =
  | {
      readonly type: 'snapshot';
      readonly reason: SnapshotReason;
      readonly entries: readonly Entry[];
      readonly revision: Revision;
    }
  | { readonly type: 'changes'; readonly changes: readonly Change[]; readonly revision: Revision }
  | { readonly type: 'progress'; readonly revision: Revision }
  | { readonly type: 'interrupted'; readonly error: Error };

/** Iterate once, with `for await`. Leaving the loop, `signal` or `close` ends it; a store that is closed throws `E_CLOSED`. */
export interface Watch extends AsyncIterable<WatchEvent>, AsyncDisposable {
  close(): Promise<void>;
}
