import {
  abortError,
  type CallOptions,
  isKeelsonError,
  KeelsonError,
  onAbort,
  type Runtime,
  sleep,
} from '@keelson/runtime';
import type { Entry, Session, Store, StorePath, Watch } from '@keelson/store';
import { reportsOf } from '../common/watched-entry.ts';
import type { Leadership } from './leadership.ts';
import {
  type ElectionEvent,
  type ElectionState,
  type Holder,
  initialElection,
  stepElection,
} from './single-entry-election.ts';

/** What a candidate stands with. */
export interface CandidacyOptions {
  readonly store: Store;
  /** The candidate's life sign: the entry is written under it. One campaign per session and path. */
  readonly session: Session;
  /** The entry that names the leader. */
  readonly path: StorePath;
  /** The entry's value, for those who look who leads. */
  readonly value: Uint8Array;
  readonly runtime: Runtime;
}

/** Pause before a claim that could not reach the store is made again, in milliseconds. */
const CLAIM_RETRY_MS = 100;

/** The shell around `stepElection`: one watch, one claim at a time. */
export class Candidacy implements Leadership {
  readonly path: StorePath;
  readonly #options: CandidacyOptions;
  readonly #lost = new AbortController();
  readonly #stopped = new AbortController();
  readonly #watch: Watch;
  readonly #won: Promise<void>;
  #announce: () => void = () => {};
  #refuse: (reason: unknown) => void = () => {};
  #state: ElectionState = initialElection;
  #fencingToken = 0n;

  constructor(options: CandidacyOptions) {
    this.#options = options;
    this.path = options.path;
    this.#won = new Promise((resolve, reject) => {
      this.#announce = resolve;
      this.#refuse = reject;
    });
    this.#won.catch(() => {}); // `until` hands the reason to the caller
    this.#watch = options.store.watch(options.path, { signal: this.#stopped.signal });
  }

  get fencingToken(): bigint {
    return this.#fencingToken;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Runs until won; `signal` ends the wait but, once won, not the leadership. */
  async until(signal: AbortSignal | undefined): Promise<Leadership> {
    const { session } = this.#options;
    const release = onAbort(session.lost, () => this.#end(session.lost.reason));
    this.#stopped.signal.addEventListener('abort', release, { once: true });
    const letGo = onAbort(signal, (tripped) => this.#end(abortError(tripped)));
    void this.#follow();
    try {
      await this.#won;
      // Given up in the very turn in which it was won: whoever asked has gone.
      if (this.#stopped.signal.aborted) throw abortError(this.#stopped.signal);
      return this;
    } catch (error) {
      await this.#withdraw({});
      throw error;
    } finally {
      letGo();
    }
  }

  async resign(options: CallOptions = {}): Promise<void> {
    this.#end(new KeelsonError('E_CLOSED', `Leadership of ${this.path} was resigned.`));
    await this.#withdraw(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resign();
  }

  async #follow(): Promise<void> {
    try {
      for await (const report of reportsOf(this.#watch, this.path)) {
        this.#feed({ type: 'seen', holder: this.#holder(report.entry), revision: report.revision });
      }
    } catch (error) {
      this.#end(error);
    }
  }

  #feed(event: ElectionEvent): void {
    const { state, effects } = stepElection(this.#state, event);
    this.#state = state;
    for (const effect of effects) {
      if (effect.type === 'claim') void this.#claim();
      else if (effect.type === 'won') this.#win(effect.fencingToken);
      else {
        const message = `Leadership of ${this.path} is lost: its entry was deleted or replaced by somebody else.`;
        this.#end(new KeelsonError('E_VERSION_CONFLICT', message, { details: { path: this.path } }));
      }
    }
  }

  /** Writes the entry unless there is one, and reports who holds it after that, trying until the store answers. */
  async #claim(): Promise<void> {
    const { store, session, path, value, runtime } = this.#options;
    const signal = this.#stopped.signal;
    while (!signal.aborted) {
      try {
        const result = await store.transact(
          {
            if: [{ path, version: 0 }],
            then: [{ type: 'put', path, value, session }],
            else: [{ type: 'get', path }],
          },
          { signal },
        );
        const [outcome] = result.results;
        const holder =
          outcome?.type === 'put'
            ? { createRevision: outcome.written.createRevision, mine: true }
            : this.#holder(outcome?.type === 'get' ? outcome.entry : undefined);
        this.#feed({ type: 'answered', holder, revision: result.revision });
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (isFatal(error)) {
          this.#end(error);
          return;
        }
        runtime.logger.warn({ error, path }, 'a claim in an election could not be made; trying again');
        await sleep(runtime, CLAIM_RETRY_MS, { signal }).catch(() => {}); // an abort ends the loop above
      }
    }
  }

  #win(fencingToken: bigint): void {
    this.#fencingToken = fencingToken;
    this.#announce();
  }

  #end(reason: unknown): void {
    if (this.#stopped.signal.aborted) return;
    this.#state = stepElection(this.#state, { type: 'ended' }).state;
    this.#lost.abort(reason);
    this.#stopped.abort(reason);
    this.#refuse(reason);
  }

  /** Deletes the entry if it is of this campaign, so that the next need not wait for the session's end. */
  async #withdraw(options: CallOptions): Promise<void> {
    const { store, session, path, runtime } = this.#options;
    if (session.lost.aborted) return;
    try {
      const entry = await store.get(path, options);
      if (entry?.owner !== session.id) return;
      await store.delete(path, { ...options, expect: { createRevision: entry.createRevision } });
    } catch (error) {
      // Taken over meanwhile, or the store is out of reach: then it goes with the session.
      runtime.logger.debug({ error, path }, 'the entry of an ended leadership was not deleted');
    }
  }

  #holder(entry: Entry | undefined): Holder | undefined {
    if (entry === undefined) return undefined;
    return { createRevision: entry.createRevision, mine: entry.owner === this.#options.session.id };
  }
}

function isFatal(error: unknown): boolean {
  return !isKeelsonError(error) || !(error.retryable || error.code === 'E_OUTCOME_UNKNOWN');
}
