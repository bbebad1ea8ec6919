import { anySignal, type CallOptions, KeelsonError, throwIfAborted, withDeadline } from '@keelson/runtime';
import { lastSegment, parentPath, type Revision, type StorePath } from '@keelson/store';
import type { RecipeContext } from '../common/context.ts';
import { checkCount, limited } from '../common/limits.ts';
import { isUnknown, persist } from '../common/persist.ts';
import { encodeRecord } from '../common/record.ts';
import { removeIncarnation } from '../common/remove-incarnation.ts';
import { waitForEntry } from '../common/watched-entry.ts';
import { QueueSeat } from '../queue/seat.ts';
import { type BarrierStep, type BarrierView, enteredStep, leftStep, type Party } from './barrier-round.ts';

/** Having passed a barrier, with the others of the round. */
export interface BarrierPass {
  /** Names the round; grows with each. */
  readonly round: Revision;
  /** Trips when others may take this party for gone: its session was lost, or its entry was deleted. */
  readonly lost: AbortSignal;
  /**
   * The other side of a double barrier: resolves when everybody in the round has left, or is gone. There is no default time limit. A
   * party that gave up waiting has left all the same.
   */
  leave(options?: CallOptions): Promise<void>;
}

/** A barrier by its name. It can be used again and again; each use is a round. */
export interface Barrier {
  readonly name: string;
  readonly path: StorePath;
  /** How many make a round. */
  readonly parties: number;
  /**
   * Enters, and resolves when so many have entered: then all of them pass. There is no default time limit. Rejects as `Lock.acquire`
   * does; whoever was rejected does not count any more. A party whose session ends before the barrier opens does not count either.
   */
  enter(options?: CallOptions): Promise<BarrierPass>;
  /** Enters and goes on as soon as the barrier opens, without waiting for the others to leave. */
  pass(options?: CallOptions): Promise<void>;
}

/** How long leaving without waiting may take, in milliseconds. */
const LEAVE_TIMEOUT_MS = 5_000;

/** The barrier called `name` for so many parties. Throws `E_INVALID_PATH` for a bad name, `E_INVALID_ARGUMENT` for a number that is none. */
export function barrierNamed(context: RecipeContext, name: string, parties: number): Barrier {
  checkCount(parties, 'parties');
  const path = context.layout.barrier(name);
  const enter = (options: CallOptions): Promise<BarrierVisit> => {
    context.session.assertAlive();
    const visit = new BarrierVisit(context, path, parties);
    return limited(context.runtime, options, (signal) => visit.enter(signal));
  };
  return {
    name,
    path,
    parties,
    enter: async (options = {}) => await enter(options),
    pass: async (options = {}) => {
      const visit = await enter(options);
      await visit.goOn();
    },
  };
}

/** One party's way through a round: the shell around `enteredStep` and `leftStep`. */
class BarrierVisit implements BarrierPass {
  readonly #context: RecipeContext;
  readonly #path: StorePath;
  readonly #wanted: number;
  readonly #seat: QueueSeat;
  #round: Revision | undefined;

  constructor(context: RecipeContext, path: StorePath, wanted: number) {
    this.#context = context;
    this.#path = path;
    this.#wanted = wanted;
    // A place among those that share a queue is granted at once; what matters is that it is there, and goes when its owner does.
    const rule = { permits: 1, wait: true };
    this.#seat = new QueueSeat(context, { queue: `${path}/parties`, mode: 'shared', rule, record: {} });
  }

  get round(): Revision {
    if (this.#round === undefined) throw new KeelsonError('E_INTERNAL', 'The barrier has not been passed.');
    return this.#round;
  }

  get lost(): AbortSignal {
    return this.#seat.lost;
  }

  async enter(given: AbortSignal | undefined): Promise<this> {
    await this.#seat.until(given);
    using signal = anySignal(given, this.#seat.lost);
    try {
      const own = this.#seat.place.createRevision;
      this.#round = await this.#follow((view) => enteredStep(view, own, this.#wanted), signal);
      // Whoever was stopped on the way may have been taken for gone meanwhile.
      throwIfAborted(this.lost);
      return this;
    } catch (error) {
      await this.#seat.leave(this.#left(error));
      throw error;
    }
  }

  async leave(options: CallOptions = {}): Promise<void> {
    const { runtime, session } = this.#context;
    const { round } = this;
    await this.#seat.leave(this.#left(undefined), options);
    await limited(runtime, options, async (given) => {
      using signal = anySignal(given, session.lost);
      await this.#follow((view) => leftStep(view, round), signal);
    });
  }

  /** Leaves, and closes the round if this was the last one in it. */
  async goOn(): Promise<void> {
    const { runtime, session } = this.#context;
    const { round } = this;
    try {
      await this.#seat.leave(this.#left(undefined));
      await withDeadline(runtime, { signal: session.lost }, LEAVE_TIMEOUT_MS, async (signal) => {
        const step = leftStep(await persist(runtime, signal, () => this.#look()), round);
        if (step.type === 'close') await this.#close(round, signal);
      });
    } catch (error) {
      // The barrier was passed; who enters next finds what is left of the round, and ends it.
      runtime.logger.warn({ error, path: this.#path }, 'could not leave a barrier properly');
    }
  }

  async #follow(decide: (view: BarrierView) => BarrierStep, signal: AbortSignal): Promise<Revision> {
    const { runtime } = this.#context;
    for (;;) {
      throwIfAborted(signal);
      const view = await persist(runtime, signal, () => this.#look());
      const step = decide(view);
      if (step.type === 'through') return step.round;
      if (step.type === 'open') await this.#open(step.parties, signal);
      else if (step.type === 'close') await this.#close(step.round, signal);
      else await this.#wait(view.round, step.until, signal);
    }
  }

  async #look(): Promise<BarrierView> {
    const { entries } = await this.#context.store.list(this.#path, { recursive: true });
    const folder = `${this.#path}/parties`;
    const round = entries.find(({ path }) => path === this.#openPath)?.createRevision;
    const parties = entries
      .filter(({ path }) => parentPath(path) === folder)
      .map(({ path, createRevision }) => ({ name: lastSegment(path), createRevision }));
    return { parties, round };
  }

  /** Opens on condition that those who were counted are still there: all of them, or as many as one transaction can compare. */
  async #open(parties: readonly Party[], signal: AbortSignal): Promise<void> {
    const { store, runtime, identity } = this.#context;
    const own = this.#seat.place;
    const others = parties.filter(({ name }) => name !== own.name).slice(0, this.#wanted - 1);
    const room = store.capabilities.maxTransactionOperations - 2;
    const compared = others.slice(0, room).map(({ name, createRevision }) => ({
      path: `${this.#path}/parties/${name}`,
      createRevision,
    }));
    const value = encodeRecord({ parties: this.#wanted, by: identity.owner, atMs: runtime.clock.wallMs() });
    const open = (): Promise<unknown> =>
      store.transact({
        // Its own entry too: should this arrive late, after this party has left, it must not open a later round.
        if: [{ path: own.path, createRevision: own.createRevision }, { path: this.#openPath, version: 0 }, ...compared],
        then: [{ type: 'put', path: this.#openPath, value }],
      });
    await persist(runtime, signal, open).catch((error: unknown) => {
      // Looking again tells what became of it.
      if (!isUnknown(error)) throw error;
    });
  }

  async #close(round: Revision, signal: AbortSignal): Promise<void> {
    const { store, runtime } = this.#context;
    await persist(runtime, signal, () => removeIncarnation(store, this.#openPath, round), { idempotent: true });
  }

  /** Until the barrier is not as it was, or `party` has gone. */
  async #wait(round: Revision | undefined, party: Party | undefined, signal: AbortSignal): Promise<void> {
    const { store } = this.#context;
    const over = new AbortController();
    using either = anySignal(signal, over.signal);
    const turned = waitForEntry(store, this.#openPath, (entry) => entry?.createRevision !== round, either);
    const gone =
      party === undefined
        ? []
        : [waitForEntry(store, `${this.#path}/parties/${party.name}`, (entry) => entry === undefined, either)];
    const waits = [turned, ...gone];
    try {
      await Promise.race(waits);
    } finally {
      over.abort(new KeelsonError('E_CLOSED', 'The other one came first.'));
      await Promise.allSettled(waits);
    }
  }

  #left(cause: unknown): KeelsonError {
    return new KeelsonError('E_CLOSED', `${this.#path} was left.`, cause === undefined ? {} : { cause });
  }

  get #openPath(): StorePath {
    return `${this.#path}/open`;
  }
}
