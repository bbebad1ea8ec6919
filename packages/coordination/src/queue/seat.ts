import {
  abortError,
  type CallOptions,
  isKeelsonError,
  KeelsonError,
  lookFirst,
  onAbort,
  withDeadline,
} from '@keelson/runtime';
import { type Entry, lastSegment, type Revision, type StorePath } from '@keelson/store';
import { attemptTimeoutMs, type RecipeContext } from '../common/context.ts';
import { isUnknown, persist } from '../common/persist.ts';
import { sweepStrays } from '../common/sweep-strays.ts';
import { waitForAnyGone, waitForEntry } from '../common/watched-entry.ts';
import { parseQueueName, type QueueMode, queueOrder, queuePrefix } from './queue-name.ts';
import { firstSeatStep, type Place, type SeatEffect, type SeatEvent, type SeatRule, stepSeat } from './seat-machine.ts';
import { encodeSeat, isMarkedGranted, type SeatRecord } from './seat-record.ts';
import type { WaitTarget } from './turn.ts';

/** Where somebody wants to stand, and as what. */
export interface SeatOptions {
  readonly queue: StorePath;
  readonly mode: QueueMode;
  readonly rule: SeatRule;
  readonly record: Omit<SeatRecord, 'identity' | 'enteredAtMs' | 'ttlMs' | 'grantedAtMs'>;
}

/** A holder that had to wait says since when it holds once it has held so long, in milliseconds: short holds are not worth a write. */
const MARK_AFTER_MS = 200;

/**
 * A place that holds is watched for being taken away once it has held so long, in milliseconds: most locks are given back sooner, and two
 * requests fewer for each of them are worth that an operator is heard a tenth of a second later.
 */
const GUARD_HOLDER_AFTER_MS = 100;

/** The same for a place that waits, which holds nothing that it could lose, and looks at its entry before it does. */
const GUARD_WAITING_AFTER_MS = 1_000;

/** Longest nothing is heard of a deletion before the caller of `leave` is told, in milliseconds. */
const LEAVE_TIMEOUT_MS = 5_000;

/**
 * A place in a queue, from entering to leaving: the shell around `stepSeat`. It watches its own entry and at most one more, and
 * whatever ends it (released, given up, evicted, session lost) trips `lost` first and deletes the entry after.
 */
export class QueueSeat {
  readonly #context: RecipeContext;
  readonly #options: SeatOptions;
  readonly #nonce: string;
  readonly #lost = new AbortController();
  readonly #record: SeatRecord;
  #place: Place | undefined;
  /** The place whose entry is watched. */
  #guarded: Place | undefined;
  #waited = false;
  #hadUnknown = false;
  #sweeping = false;
  #left: Promise<void> | undefined;

  constructor(context: RecipeContext, options: SeatOptions) {
    const { session, runtime, identity } = context;
    this.#context = context;
    this.#options = options;
    this.#nonce = runtime.random.uuid().replaceAll('-', '').slice(0, 16);
    // Whoever kept the bare signal is told the truth too, right after a pause.
    lookFirst(this.#lost.signal, () => session.lost.aborted);
    this.#record = { ...options.record, identity, enteredAtMs: runtime.clock.wallMs(), ttlMs: session.ttlMs };
  }

  /** The own entry. Throws `E_INTERNAL` before there is one. */
  get place(): Place & { readonly path: StorePath } {
    if (this.#place === undefined) throw new KeelsonError('E_INTERNAL', 'The place in the queue has no entry yet.');
    return { ...this.#place, path: this.#pathOf(this.#place) };
  }

  /** The record as it was written, for whoever writes the entry again. */
  get record(): SeatRecord {
    return this.#record;
  }

  /** Trips when the place is given up or lost. */
  get lost(): AbortSignal {
    // Reading the session's signal lets it find out, after a pause, that its time is over; that trips this one.
    if (this.#context.session.lost.aborted) this.#end(this.#context.session.lost.reason);
    return this.#lost.signal;
  }

  /** Queues until it has its turn; `false` where the rule says not to wait and it would have to. A rejected seat is left. */
  async until(signal: AbortSignal | undefined): Promise<boolean> {
    const { session } = this.#context;
    const release = onAbort(session.lost, () => this.#end(session.lost.reason));
    onAbort(this.#lost.signal, release);
    const letGo = onAbort(signal, (tripped) => this.#end(abortError(tripped)));
    try {
      const granted = await this.#queueUp();
      if (this.lost.aborted) throw this.#lost.signal.reason;
      if (granted) this.#granted();
      else this.#end(new KeelsonError('E_CLOSED', 'The place in the queue was given up.'));
      return granted;
    } catch (error) {
      this.#end(error);
      throw this.#lost.signal.reason;
    } finally {
      letGo();
      if (this.#hadUnknown) this.#sweep();
      if (this.#lost.signal.aborted) await this.#remove().catch((error: unknown) => this.note(error));
    }
  }

  /**
   * Trips `lost` with `reason`, then deletes the entry. Idempotent. Rejects with `E_TIMEOUT` or `E_ABORTED` where the store does not
   * confirm that in time; it goes on trying until the session ends, with which the entry goes in any case.
   */
  async leave(reason: KeelsonError, options: CallOptions = {}): Promise<void> {
    this.#end(reason);
    await withDeadline(this.#context.runtime, options, LEAVE_TIMEOUT_MS, () => this.#remove());
  }

  async #queueUp(): Promise<boolean> {
    let step = firstSeatStep;
    for (;;) {
      if (step.effect.type === 'hold') return true;
      if (step.effect.type === 'give-up') return false;
      if (step.effect.type === 'evicted') throw this.#evicted();
      const event = await this.#perform(step.effect);
      step = stepSeat(step.state, event, this.#options.rule);
      if ('place' in step.state) this.#settle(step.state.place);
      // It has looked: what there is of its own besides its place is not wanted.
      if (step.state.phase === 'waiting' && this.#hadUnknown) this.#sweep();
      if (this.lost.aborted) throw this.#lost.signal.reason;
    }
  }

  async #perform(effect: Exclude<SeatEffect, { type: 'hold' | 'give-up' | 'evicted' }>): Promise<SeatEvent> {
    switch (effect.type) {
      case 'enter':
        return await this.#enter();
      case 'search':
        return { type: 'found', place: await this.#persist(() => this.#search()) };
      case 'look':
        return { type: 'looked', names: await this.#persist(() => this.#names(this.#place?.createRevision)) };
      case 'wait':
        this.#waited = true;
        await this.#wait(effect.target);
        return { type: 'passed' };
    }
  }

  async #enter(): Promise<SeatEvent> {
    const { store, session } = this.#context;
    const { queue, mode } = this.#options;
    const path = `${queue}/${queuePrefix(mode, this.#nonce)}`;
    try {
      // Not ended by the seat's own signal: a creation under way is better known than unknown, and is taken back at once.
      // Who waits for the one directly ahead needs to know of no other.
      const tellSiblings = mode === 'exclusive' ? 'newest' : 'all';
      const options = { session, sequential: true, tellSiblings, timeoutMs: attemptTimeoutMs(session) } as const;
      const written = await this.#persist(() => store.create(path, encodeSeat(this.#record), options));
      const name = written.path.slice(queue.length + 1);
      const names = written.siblings === undefined ? undefined : [...written.siblings, name];
      return { type: 'entered', place: { name, createRevision: written.createRevision }, names };
    } catch (error) {
      if (!isUnknown(error)) throw error;
      this.#hadUnknown = true;
      return { type: 'unknown' };
    }
  }

  /** The first entry of the own nonce, if there is one. */
  async #search(): Promise<Place | undefined> {
    const { store } = this.#context;
    const mine = queueOrder(await this.#names()).find(({ nonce }) => nonce === this.#nonce);
    if (mine === undefined) return undefined;
    const entry = await store.get(`${this.#options.queue}/${mine.name}`);
    return entry === undefined ? undefined : { name: mine.name, createRevision: entry.createRevision };
  }

  /** The names in the queue; those that entered after `createdUpTo` need not be there, as they are in nobody's way. */
  async #names(createdUpTo?: Revision): Promise<readonly string[]> {
    const { store } = this.#context;
    return await store.children(this.#options.queue, createdUpTo === undefined ? {} : { createdUpTo });
  }

  async #wait(target: WaitTarget): Promise<void> {
    const { store } = this.#context;
    const { queue } = this.#options;
    const signal = this.#lost.signal;
    if (target.type === 'any-gone') await waitForAnyGone(store, queue, target.names, signal);
    else {
      const enough = (entry: Entry | undefined): boolean =>
        entry === undefined || (target.type === 'gone-or-granted' && isMarkedGranted(entry));
      await waitForEntry(store, `${queue}/${target.name}`, enough, signal);
    }
  }

  /** Reads and creations try again while the store is away; a rule that does not wait does not wait for that either. */
  #persist<T>(work: () => Promise<T>): Promise<T> {
    return this.#options.rule.wait ? persist(this.#context.runtime, this.#lost.signal, work) : work();
  }

  #settle(place: Place): void {
    if (this.#place?.name === place.name) return;
    this.#place = place;
    this.#guardAfter(GUARD_WAITING_AFTER_MS, place);
  }

  /** It has its turn, and from now on something to lose. */
  #granted(): void {
    if (this.#place !== undefined) this.#guardAfter(GUARD_HOLDER_AFTER_MS, this.#place);
    this.#markLater();
  }

  /** Has the own entry watched from so long from now on, where it is not yet. */
  #guardAfter(delayMs: number, place: Place): void {
    const guard = (): void => {
      if (this.#place !== place || this.#guarded === place) return;
      this.#guarded = place;
      void this.#watchOwn(place);
    };
    const timer = this.#context.runtime.timers.after(delayMs, guard, { background: true });
    onAbort(this.#lost.signal, () => timer.cancel());
  }

  /** Finds out when somebody else deletes the own entry. */
  async #watchOwn(place: Place): Promise<void> {
    const { store, runtime } = this.#context;
    const path = this.#pathOf(place);
    try {
      const { createRevision } = place;
      // From the history: etcd may tell that a tenth of a second late, which would be too late for a turn, but not here.
      const gone = (entry: Entry | undefined): boolean => entry?.createRevision !== createRevision;
      await waitForEntry(store, path, gone, this.#lost.signal, createRevision);
      if (this.#place === place) this.#end(this.#evicted());
    } catch (error) {
      if (this.#lost.signal.aborted || this.#place !== place) return;
      // Whoever cannot see its own entry any more does not go on as if it could.
      runtime.logger.error({ error, path }, 'the watch on an entry of a queue failed');
      this.#end(error);
    }
  }

  /** Says in the entry since when it holds: at once where others wait for that word, else once that is worth a write. */
  #markLater(): void {
    if (!this.#waited) return;
    const { runtime } = this.#context;
    if (this.#options.mode === 'permit') {
      void this.#mark();
      return;
    }
    const timer = runtime.timers.after(MARK_AFTER_MS, () => void this.#mark(), { background: true });
    onAbort(this.#lost.signal, () => timer.cancel());
  }

  async #mark(): Promise<void> {
    const { store, session, runtime } = this.#context;
    const { path, createRevision } = this.place;
    const value = encodeSeat({ ...this.#record, grantedAtMs: runtime.clock.wallMs() });
    const write = (): Promise<unknown> => store.put(path, value, { session, expect: { createRevision } });
    try {
      await persist(runtime, this.#lost.signal, write, { idempotent: true });
    } catch (error) {
      if (!this.#lost.signal.aborted) runtime.logger.warn({ error, path }, 'could not say since when a lock is held');
    }
  }

  #end(reason: unknown): void {
    if (!this.#lost.signal.aborted) this.#lost.abort(reason);
  }

  #evicted(): KeelsonError {
    const path = this.#place === undefined ? this.#options.queue : this.#pathOf(this.#place);
    return new KeelsonError('E_FENCED', `${path} was deleted by somebody else, or broken by an operator.`, {
      details: { path },
    });
  }

  /** Logs that the own entry could not be deleted, where nobody is left to be told. */
  note(error: unknown): void {
    this.#context.runtime.logger.warn({ error, queue: this.#options.queue }, 'an entry of a queue was not deleted');
  }

  #remove(): Promise<void> {
    this.#left ??= this.#removeEntry();
    return this.#left;
  }

  async #removeEntry(): Promise<void> {
    const { store, session, runtime } = this.#context;
    if (this.#place === undefined) return;
    const path = this.#pathOf(this.#place);
    try {
      await persist(runtime, session.lost, () => store.delete(path, { timeoutMs: attemptTimeoutMs(session) }), {
        idempotent: true,
      });
    } catch (error) {
      // Then it goes, or has gone, with the session.
      if (!session.lost.aborted && !isKeelsonError(error, 'E_CLOSED')) throw error;
    }
  }

  /** Looks after creations that were given up as not applied, and may be all the same. */
  #sweep(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    const { store, session, runtime } = this.#context;
    const kept = (): string | undefined => (this.#lost.signal.aborted ? undefined : this.#place?.name);
    const isStray = ({ path }: Entry): boolean => {
      const name = lastSegment(path);
      return parseQueueName(name)?.nonce === this.#nonce && name !== kept();
    };
    void sweepStrays({ store, session, runtime, parent: this.#options.queue, isStray });
  }

  #pathOf(place: Place): StorePath {
    return `${this.#options.queue}/${place.name}`;
  }
}
