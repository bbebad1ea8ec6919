import { isKeelsonError, KeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { Comparison, Operation, Revision, Store, StorePath } from '@keelson/store';

/** What shows that a membership is still the one that counts. */
export interface MembershipGuard {
  readonly live: StorePath;
  /** The revision that created the live instance. */
  readonly liveRevision: Revision;
  readonly incarnation: StorePath;
  /** Whoever comes alive under the instance's name after this membership makes it another. */
  readonly incarnationVersion: number;
}

/** What writes of one membership need. */
export interface GuardedWriterOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly guard: MembershipGuard;
  /** Trips when the membership ends. */
  readonly signal: AbortSignal;
}

/** Pause before a write that could not reach the store is tried again, in milliseconds. */
const RETRY_MS = 50;

/**
 * Writes under the condition that this membership's live instance is still there, so that a participant that is thought dead
 * changes nothing. Writes that could not reach the store are repeated until they do or the membership ends; they must
 * therefore come out the same when applied twice.
 *
 * Only versions are compared: that a live instance is there, and that nobody has come alive since. That it is the very one of this membership
 * follows, and on ZooKeeper it takes one round trip, where comparing its incarnation takes two and holds only while no other participant writes.
 */
export class GuardedWriter {
  readonly #options: GuardedWriterOptions;
  /** Of the live instance, which tools may write to. */
  #liveVersion = 1;

  constructor(options: GuardedWriterOptions) {
    this.#options = options;
  }

  /** Most operations that fit into one transaction; as many comparisons and one more may go with them. */
  get maxOperations(): number {
    return this.#options.store.capabilities.maxTransactionOperations - 1;
  }

  /**
   * Carries out `operations` in one step if `conditions` hold. Says whether they did.
   *
   * @throws `E_SESSION_EXPIRED` where the live instance is gone or the membership has ended; whatever the store finds wrong with the write.
   */
  async write(operations: readonly Operation[], conditions: readonly Comparison[] = []): Promise<boolean> {
    const { runtime, guard, signal } = this.#options;
    for (;;) {
      if (signal.aborted) throw lost(guard.live, signal.reason);
      try {
        const outcome = await this.#attempt(operations, conditions);
        if (outcome !== 'again') return outcome === 'written';
      } catch (error) {
        if (signal.aborted) throw lost(guard.live, signal.reason);
        if (!isKeelsonError(error) || !(error.retryable || error.code === 'E_OUTCOME_UNKNOWN')) throw error;
        runtime.logger.warn({ error }, 'a write of the participant did not reach the store; trying again');
        await sleep(runtime, RETRY_MS, { signal }).catch(() => {}); // an abort is seen at the top of the loop
      }
    }
  }

  async #attempt(
    operations: readonly Operation[],
    conditions: readonly Comparison[],
  ): Promise<'written' | 'refused' | 'again'> {
    const { store, signal, guard } = this.#options;
    const own: readonly Comparison[] = [
      { path: guard.live, version: this.#liveVersion },
      { path: guard.incarnation, version: guard.incarnationVersion },
    ];
    const otherwise: readonly Operation[] = own.map(({ path }) => ({ type: 'get', path }));
    const result = await store.transact({ if: [...own, ...conditions], then: operations, else: otherwise }, { signal });
    if (result.succeeded) return 'written';
    const [live, incarnation] = result.results.map((seen) => (seen.type === 'get' ? seen.entry : undefined));
    if (live?.createRevision !== guard.liveRevision || incarnation?.version !== guard.incarnationVersion)
      throw lost(guard.live, undefined);
    if (live.version === this.#liveVersion) return 'refused';
    this.#liveVersion = live.version;
    return 'again';
  }
}

function lost(path: StorePath, cause: unknown): KeelsonError {
  return new KeelsonError('E_SESSION_EXPIRED', `The live instance ${path} of this session is gone.`, { cause });
}
