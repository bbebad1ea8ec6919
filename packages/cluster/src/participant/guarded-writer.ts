import { isKeelsonError, KeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { Comparison, Operation, Store } from '@keelson/store';
import { type LifeSign, signComparisons, signIn, signReads } from './life-sign.ts';

/** What writes of one membership need. */
export interface GuardedWriterOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  /** That of this membership. */
  readonly sign: LifeSign;
  /** Trips when the membership ends. */
  readonly signal: AbortSignal;
}

/** Pause before a write that could not reach the store is tried again, in milliseconds. */
const RETRY_MS = 50;

/**
 * Writes under the condition that this membership is still the one that counts, so that a participant that is thought dead
 * changes nothing. Writes that could not reach the store are repeated until they do or the membership ends; they must
 * therefore come out the same when applied twice.
 */
export class GuardedWriter {
  readonly #options: GuardedWriterOptions;
  /** As it was last read: the controller and tools write to the same entries. */
  #sign: LifeSign;

  constructor(options: GuardedWriterOptions) {
    this.#options = options;
    this.#sign = options.sign;
  }

  /** Most operations that fit into one transaction, with a comparison each. */
  get maxOperations(): number {
    return this.#options.store.capabilities.maxTransactionOperations - 2;
  }

  /**
   * Carries out `operations` in one step if `conditions` hold. Says whether they did; `false` may also be the answer to a write that was applied
   * before, when its reply was lost, and has itself made the conditions untrue.
   *
   * @throws `E_SESSION_EXPIRED` where the membership is over; whatever the store finds wrong with the write.
   */
  async write(operations: readonly Operation[], conditions: readonly Comparison[] = []): Promise<boolean> {
    const { runtime, signal } = this.#options;
    for (;;) {
      if (signal.aborted) throw this.#lost(signal.reason);
      try {
        const written = await this.#attempt(operations, conditions);
        if (written !== undefined) return written;
      } catch (error) {
        if (signal.aborted) throw this.#lost(signal.reason);
        if (!isKeelsonError(error) || !(error.retryable || error.code === 'E_OUTCOME_UNKNOWN')) throw error;
        runtime.logger.warn({ error }, 'a write of the participant did not reach the store; trying again');
        await sleep(runtime, RETRY_MS, { signal }).catch(() => {}); // an abort is seen at the top of the loop
      }
    }
  }

  /** `undefined`: the sign of life had changed, though it is this membership's still. */
  async #attempt(operations: readonly Operation[], conditions: readonly Comparison[]): Promise<boolean | undefined> {
    const { store, signal } = this.#options;
    const { paths, createRevision, liveVersion, historyVersion } = this.#sign;
    const { succeeded, results } = await store.transact(
      { if: [...signComparisons(this.#sign), ...conditions], then: operations, else: signReads(paths) },
      { signal },
    );
    if (succeeded) return true;
    const now = signIn(paths, results);
    if (now?.createRevision !== createRevision) throw this.#lost(undefined);
    if (now.liveVersion === liveVersion && now.historyVersion === historyVersion) return false;
    this.#sign = now;
    return undefined;
  }

  #lost(cause: unknown): KeelsonError {
    const { live } = this.#sign.paths;
    return new KeelsonError('E_SESSION_EXPIRED', `The live instance ${live} of this session is gone.`, { cause });
  }
}
