import {
  abortError,
  type CallOptions,
  isKeelsonError,
  KeelsonError,
  lookFirst,
  onAbort,
  type Runtime,
  sleep,
  withDeadline,
} from '@keelson/runtime';
import { type Entry, parentPath, type Session, type Store, type StorePath, type Watch } from '@keelson/store';
import { attemptTimeoutMs } from '../common/context.ts';
import { isUnknown, persist } from '../common/persist.ts';
import { removeIncarnation } from '../common/remove-incarnation.ts';
import { sweepStrays } from '../common/sweep-strays.ts';
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
  /** Whether an entry found at the path was written by this candidate. Default: it is of its session. */
  readonly isOwn?: (entry: Entry) => boolean;
}

/** Pause before a claim that could not reach the store is made again, in milliseconds. */
const CLAIM_RETRY_MS = 100;

/** Longest a resignation waits for its entry to be gone, unless the caller says otherwise, in milliseconds. */
const WITHDRAW_TIMEOUT_MS = 5_000;

/** The paths that candidates of each session stand for. */
const standing = new WeakMap<Session, Set<StorePath>>();

const onceAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => void onAbort(signal, () => resolve()));

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
  #sweeping = false;
  #withdrawal: Promise<void> | undefined;

  constructor(options: CandidacyOptions) {
    this.#options = options;
    this.path = options.path;
    lookFirst(this.#lost.signal, () => options.session.lost.aborted);
    this.#won = new Promise((resolve, reject) => {
      this.#announce = resolve;
      this.#refuse = reject;
    });
    this.#won.catch(() => {}); // `until` hands the reason to the caller
    this.#watch = options.store.watch(options.path, { signal: this.#stopped.signal });
    const paths = standing.get(options.session) ?? new Set();
    standing.set(options.session, paths.add(options.path));
  }

  get fencingToken(): bigint {
    return this.#fencingToken;
  }

  get lost(): AbortSignal {
    // Asking the session lets it look at the clock first, after a pause; what it finds trips this one.
    const { session } = this.#options;
    if (session.lost.aborted) this.#end(session.lost.reason);
    return this.#lost.signal;
  }

  /** Runs until won; `signal` ends the wait but, once won, not the leadership. */
  async until(signal: AbortSignal | undefined): Promise<Leadership> {
    const { session } = this.#options;
    const release = onAbort(session.lost, () => this.#end(session.lost.reason));
    this.#stopped.signal.addEventListener('abort', release, { once: true });
    const letGo = onAbort(signal, (tripped) => this.#end(abortError(tripped)));
    void this.#follow();
    this.#feed({ type: 'begin' });
    try {
      await this.#won;
      // Given up in the very turn in which it was won, as whoever asked has gone; or won long ago, and lost while the process was stopped.
      if (this.lost.aborted) throw abortError(this.#stopped.signal);
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
        if (isUnknown(error)) this.#sweepLater();
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

  /** A claim whose reply was lost may be applied after this candidate is gone: then its entry is nobody's. */
  #sweepLater(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    const { store, session, path, runtime } = this.#options;
    const parent = parentPath(path) ?? '/';
    const isStray = (entry: Entry): boolean =>
      this.#stopped.signal.aborted && entry.path === path && this.#isOwn(entry) && this.#isAlone();
    void onceAborted(this.#stopped.signal).then(() => sweepStrays({ store, session, runtime, parent, isStray }));
  }

  #win(fencingToken: bigint): void {
    this.#fencingToken = fencingToken;
    this.#announce();
  }

  #end(reason: unknown): void {
    if (this.#stopped.signal.aborted) return;
    this.#state = stepElection(this.#state, { type: 'ended' }).state;
    standing.get(this.#options.session)?.delete(this.path);
    this.#lost.abort(reason);
    this.#stopped.abort(reason);
    this.#refuse(reason);
  }

  /**
   * Deletes the entry if it is of this campaign, so that the next need not wait for the session's end, which may be far off. Past the caller's limits
   * it goes on by itself until the entry is gone, or the session.
   */
  async #withdraw(options: CallOptions): Promise<void> {
    const { path, runtime } = this.#options;
    this.#withdrawal ??= this.#removeOwn();
    const withdrawal = this.#withdrawal;
    try {
      await withDeadline(runtime, options, WITHDRAW_TIMEOUT_MS, () => withdrawal);
    } catch (error) {
      runtime.logger.debug({ error, path }, 'the entry of an ended leadership is not deleted yet');
    }
  }

  async #removeOwn(): Promise<void> {
    const { store, session, path, runtime } = this.#options;
    const attempt = async (): Promise<void> => {
      // Another candidate of this session takes what it finds of its session for its own, and may have it.
      if (!this.#isAlone()) return;
      const entry = await store.get(path, { timeoutMs: attemptTimeoutMs(session) });
      if (entry === undefined || !this.#isOwn(entry)) return;
      await removeIncarnation(store, path, entry.createRevision, { timeoutMs: attemptTimeoutMs(session) });
    };
    try {
      await persist(runtime, session.lost, attempt, { idempotent: true });
    } catch (error) {
      // Then it goes, or has gone, with the session.
      if (session.lost.aborted || isKeelsonError(error, 'E_CLOSED')) return;
      runtime.logger.warn({ error, path }, 'the entry of an ended leadership was not deleted');
    }
  }

  /** Whether no other candidate of the session has the same claim to the entry, unless this one tells its own by more than that. */
  #isAlone(): boolean {
    const { isOwn, session, path } = this.#options;
    return isOwn !== undefined || standing.get(session)?.has(path) !== true;
  }

  #holder(entry: Entry | undefined): Holder | undefined {
    if (entry === undefined) return undefined;
    return { createRevision: entry.createRevision, mine: this.#isOwn(entry) };
  }

  #isOwn(entry: Entry): boolean {
    const { session, isOwn } = this.#options;
    return entry.owner === session.id && (isOwn === undefined || isOwn(entry));
  }
}

function isFatal(error: unknown): boolean {
  return !isKeelsonError(error) || !(error.retryable || error.code === 'E_OUTCOME_UNKNOWN');
}
