import { isKeelsonError, KeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { Comparison, Operation, Revision, Store, StorePath } from '@keelson/store';

/** What writes of one membership need. */
export interface GuardedWriterOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  /** The live instance entry of this membership, and the revision that created it. */
  readonly guard: { readonly path: StorePath; readonly createRevision: Revision };
  /** Trips when the membership ends. */
  readonly signal: AbortSignal;
}

/** Pause before a write that could not reach the store is tried again, in milliseconds. */
const RETRY_MS = 50;

/**
 * Writes under the condition that this membership's live instance is still there, so that a participant that is thought dead
 * changes nothing. Writes that could not reach the store are repeated until they do or the membership ends; they must
 * therefore come out the same when applied twice.
 */
export class GuardedWriter {
  readonly #options: GuardedWriterOptions;

  constructor(options: GuardedWriterOptions) {
    this.#options = options;
  }

  /** Most operations that fit into one transaction. */
  get maxOperations(): number {
    return this.#options.store.capabilities.maxTransactionOperations;
  }

  /**
   * Carries out `operations` in one step if `conditions` hold. Says whether they did.
   *
   * @throws `E_SESSION_EXPIRED` where the live instance is gone or the membership has ended; whatever the store finds wrong with the write.
   */
  async write(operations: readonly Operation[], conditions: readonly Comparison[] = []): Promise<boolean> {
    const { store, runtime, guard, signal } = this.#options;
    for (;;) {
      if (signal.aborted) throw lost(guard.path, signal.reason);
      try {
        const result = await store.transact(
          { if: [guard, ...conditions], then: operations, else: [{ type: 'get', path: guard.path }] },
          { signal },
        );
        if (result.succeeded) return true;
        const [seen] = result.results;
        const live = seen?.type === 'get' ? seen.entry : undefined;
        if (live?.createRevision !== guard.createRevision) throw lost(guard.path, undefined);
        return false;
      } catch (error) {
        if (signal.aborted) throw lost(guard.path, signal.reason);
        if (!isKeelsonError(error) || !(error.retryable || error.code === 'E_OUTCOME_UNKNOWN')) throw error;
        runtime.logger.warn({ error }, 'a write of the participant did not reach the store; trying again');
        await sleep(runtime, RETRY_MS, { signal }).catch(() => {}); // an abort is seen at the top of the loop
      }
    }
  }
}

function lost(path: StorePath, cause: unknown): KeelsonError {
  return new KeelsonError('E_SESSION_EXPIRED', `The live instance ${path} of this session is gone.`, { cause });
}
