import {
  type CallOptions,
  fullJitterMs,
  isKeelsonError,
  KeelsonError,
  onAbort,
  type Runtime,
  sleep,
  withDeadline,
} from '@keelson/runtime';
import type { Revision, Store } from '@keelson/store';
import { isUnknown } from '../common/persist.ts';
import { decodeRecord, textField } from '../common/record.ts';
import { type AppendPlan, batchSize, type Draft, planAppend, readAppend } from './append-plan.ts';
import { readMany } from './read-log.ts';
import type { TopicPaths } from './topic-paths.ts';
import { decodeMark, type LogMark } from './topic-records.ts';

/** Where an event went. */
export interface Published {
  readonly sequence: number;
  /** The store's revision that wrote it; `undefined` where it had been published before under the same key. */
  readonly revision: Revision | undefined;
  /** It had been published before under the same key; nothing was written this time. */
  readonly duplicate: boolean;
}

/** Most events that wait to be published by one process, per topic. Past it publishing is refused, as waiting longer helps nobody. */
const MAX_WAITING = 1_000;

/** Most bytes of events in one transaction: well below what any engine takes. */
const BATCH_BYTES = 512 * 1024;

/** Longest wait for the answer to one attempt, in milliseconds. */
const ATTEMPT_MS = 2_000;

/** An event on its way. */
interface Waiting {
  readonly draft: Draft;
  sent: boolean;
  settled: boolean;
  resolve: (published: Published) => void;
  reject: (error: unknown) => void;
}

/** An attempt whose reply was lost. */
interface Doubt {
  readonly plan: AppendPlan;
  readonly batch: readonly Waiting[];
}

/**
 * Publishes the events of one process to one topic: one transaction at a time, with everything in it that came in meanwhile. So
 * publishers of one process never compete among themselves, and their events keep the order of the calls.
 */
export class TopicPublisher {
  readonly #store: Store;
  readonly #runtime: Runtime;
  readonly #paths: TopicPaths;
  #queue: Waiting[] = [];
  #head: LogMark | undefined;
  /** All with the same head. */
  #doubts: Doubt[] = [];
  /** So many of the next ones go one at a time. */
  #alone = 0;
  #running = false;

  constructor(store: Store, runtime: Runtime, paths: TopicPaths) {
    this.#store = store;
    this.#runtime = runtime;
    this.#paths = paths;
  }

  /** The end of the log as last seen; `undefined` before anything was published. */
  get head(): LogMark | undefined {
    return this.#head;
  }

  publish(draft: Draft, options: CallOptions): Promise<Published> {
    if (this.#queue.length >= MAX_WAITING)
      return Promise.reject(
        new KeelsonError('E_UNAVAILABLE', `${MAX_WAITING} events wait to be published to ${this.#paths.name} already.`),
      );
    return withDeadline(this.#runtime, options, 5_000, (signal) => {
      const { promise, waiting } = waitFor(draft);
      onAbort(signal, (tripped) => this.#giveUp(waiting, tripped.reason));
      this.#queue.push(waiting);
      void this.#run();
      return promise;
    });
  }

  #giveUp(waiting: Waiting, reason: unknown): void {
    const message = `An event was sent to ${this.#paths.name}, but the reply did not come.`;
    waiting.reject(waiting.sent ? new KeelsonError('E_OUTCOME_UNKNOWN', message, { cause: reason }) : reason);
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (let failures = 0; ; ) {
        this.#queue = this.#queue.filter(({ settled }) => !settled);
        if (this.#queue.length === 0) return;
        try {
          await this.#attempt();
          failures = 0;
        } catch (error) {
          failures += 1;
          if (!isKeelsonError(error) || !(error.retryable || isUnknown(error))) this.#failAll(error);
          else
            await sleep(this.#runtime, fullJitterMs(failures, this.#runtime.random.next(), { baseMs: 20, capMs: 500 }));
        }
      }
    } finally {
      this.#running = false;
    }
  }

  async #attempt(): Promise<void> {
    const head = this.#head ?? decodeMark(await this.#store.get(this.#paths.head, { timeoutMs: ATTEMPT_MS }));
    if (this.#doubts.length > 0 && (await this.#resolved())) return;
    // Who was told, while the head was read, that nothing had been sent, must not be sent now.
    this.#queue = this.#queue.filter(({ settled }) => !settled);
    if (this.#queue.length === 0) return;
    const drafts = this.#queue.slice(0, this.#alone > 0 ? 1 : undefined).map(({ draft }) => draft);
    const operations = this.#store.capabilities.maxTransactionOperations;
    const batch = this.#queue.slice(0, batchSize(drafts, { operations, bytes: BATCH_BYTES }));
    const sent = batch.map(({ draft }) => draft);
    const plan = planAppend(this.#paths, head, sent);
    for (const waiting of batch) waiting.sent = true;
    try {
      const result = await this.#store.transact(plan.transaction, { timeoutMs: ATTEMPT_MS });
      this.#answered(head, batch, readAppend(this.#paths, head, sent, plan, result), plan);
      this.#alone = Math.max(0, this.#alone - 1);
    } catch (error) {
      this.#head = undefined;
      if (isUnknown(error)) this.#doubts.push({ plan, batch });
      else this.#takeBack(batch);
      if (!isKeelsonError(error) || error.retryable || isUnknown(error)) throw error;
      // What is wrong with one of them, its size for example, is no fault of the others: find out which.
      if (batch.length > 1) this.#alone = batch.length;
      else {
        batch[0]?.reject(error);
        this.#alone = Math.max(0, this.#alone - 1);
      }
    }
  }

  #answered(head: LogMark, batch: readonly Waiting[], outcome: ReturnType<typeof readAppend>, plan: AppendPlan): void {
    if (outcome.type === 'appended') {
      this.#head = outcome.head;
      // An earlier attempt with the same head can no longer be done.
      this.#doubts = [];
      const revision = outcome.head.modifyRevision;
      for (const [index, waiting] of batch.entries())
        waiting.resolve({ sequence: plan.first + index, revision, duplicate: false });
      return;
    }
    this.#takeBack(batch);
    if (outcome.type === 'again') {
      this.#head = outcome.head;
      for (const [index, sequence] of outcome.duplicates)
        batch[index]?.resolve({ sequence, revision: undefined, duplicate: true });
      return;
    }
    this.#head = head;
    const message = `Not published to ${this.#paths.name}: the conditions given with the event do not hold.`;
    for (const waiting of batch) waiting.reject(new KeelsonError('E_VERSION_CONFLICT', message));
  }

  /** These were not written, unless an earlier attempt with them is still in doubt. */
  #takeBack(batch: readonly Waiting[]): void {
    for (const waiting of batch) waiting.sent = this.#doubts.some((doubt) => doubt.batch.includes(waiting));
  }

  /**
   * Finds out what became of the attempts whose replies were lost. All of them went for the same place in the log: the events there are
   * those of one of them, or somebody else's. Where there are none, none was applied so far, and another attempt with the same head
   * is safe, as only one of them can ever be.
   */
  async #resolved(): Promise<boolean> {
    const first = this.#doubts[0]?.plan.first ?? 0;
    // One may be the beginning of another: the one that was applied is the longest whose events are all there.
    const longestFirst = this.#doubts.toSorted((a, b) => b.batch.length - a.batch.length);
    const names = (longestFirst[0]?.batch ?? []).map((_, index) => this.#paths.event(first + index));
    const found = await readMany(this.#store, names, { timeoutMs: ATTEMPT_MS });
    const ids = found.map((entry) => (entry === undefined ? undefined : textField(decodeRecord(entry.value), 'id')));
    if (found[0] === undefined) {
      const floor = decodeMark(await this.#store.get(this.#paths.floor, { timeoutMs: ATTEMPT_MS }));
      if (floor.sequence <= first) return false;
      // Trimmed already: nobody can tell whose it was.
      for (const { batch } of this.#doubts) for (const waiting of batch) this.#giveUp(waiting, undefined);
    } else {
      const revision = found[0].createRevision;
      const applied = longestFirst.find(({ batch }) => batch.every(({ draft }, at) => draft.record.id === ids[at]));
      for (const [index, waiting] of (applied?.batch ?? []).entries())
        waiting.resolve({ sequence: first + index, revision, duplicate: false });
    }
    const doubted = this.#doubts.flatMap(({ batch }) => batch);
    this.#doubts = [];
    this.#takeBack(doubted);
    this.#head = undefined;
    return true;
  }

  #failAll(error: unknown): void {
    for (const waiting of this.#queue) waiting.reject(error);
  }
}

function waitFor(draft: Draft): { readonly promise: Promise<Published>; readonly waiting: Waiting } {
  const waiting: Waiting = { draft, sent: false, settled: false, resolve: () => {}, reject: () => {} };
  const promise = new Promise<Published>((resolve, reject) => {
    waiting.resolve = (published) => {
      waiting.settled = true;
      resolve(published);
    };
    waiting.reject = (error) => {
      waiting.settled = true;
      reject(error);
    };
  });
  return { promise, waiting };
}
