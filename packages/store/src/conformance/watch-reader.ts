import { isKeelsonError, type Runtime, withDeadline } from '@keelson/runtime';
import type { Entry, Revision, StorePath } from '../port.ts';
import type { Change, Watch, WatchEvent } from '../watch.ts';
import { ConformanceFailure } from './assertions.ts';

type Snapshot = Extract<WatchEvent, { readonly type: 'snapshot' }>;

/** Path of what a change is about. */
export const pathOfChange = (change: Change): StorePath => (change.type === 'put' ? change.entry.path : change.path);

/** Revision of a change. */
export const revisionOfChange = (change: Change): Revision =>
  change.type === 'put' ? change.entry.modifyRevision : change.revision;

/** Reads a watch with bounded waits, and keeps the state that a reader would hold. */
export class WatchReader {
  /** The state as told so far. */
  readonly state: Map<StorePath, Entry> = new Map();
  /** Every change told since the last snapshot, in order. */
  changes: Change[] = [];
  readonly #runtime: Runtime;
  readonly #patienceMs: number;
  readonly #iterator: AsyncIterator<WatchEvent>;

  constructor(runtime: Runtime, watch: Watch, patienceMs: number) {
    this.#runtime = runtime;
    this.#patienceMs = patienceMs;
    this.#iterator = watch[Symbol.asyncIterator]();
  }

  /** The next event, progress and all; `undefined` when the watch has ended. */
  async next(): Promise<WatchEvent | undefined> {
    try {
      const result = await withDeadline(this.#runtime, {}, this.#patienceMs, () => this.#iterator.next());
      if (result.done === true) return undefined;
      this.#apply(result.value);
      return result.value;
    } catch (error) {
      if (!isKeelsonError(error, 'E_TIMEOUT')) throw error;
      throw new ConformanceFailure(`the watch said nothing for ${this.#patienceMs} ms`, error);
    }
  }

  /** The next event that is no progress. */
  async event(): Promise<WatchEvent> {
    for (;;) {
      const event = await this.next();
      if (event === undefined) throw new ConformanceFailure('the watch ended by itself');
      if (event.type !== 'progress') return event;
    }
  }

  /** The next event, which must be a snapshot. */
  async snapshot(): Promise<Snapshot> {
    const event = await this.event();
    if (event.type !== 'snapshot') throw new ConformanceFailure(`wanted a snapshot, got ${event.type}`);
    return event;
  }

  /** Paths told to be there below the one watched, which on some engines is there by itself when something is below it. */
  below(root: StorePath): StorePath[] {
    return [...this.state.keys()].filter((path) => path !== root);
  }

  /** Reads on until `done` holds, told after each event; gives the events read. */
  async until(done: (event: WatchEvent) => boolean): Promise<WatchEvent[]> {
    const events: WatchEvent[] = [];
    for (;;) {
      const event = await this.event();
      events.push(event);
      if (done(event)) return events;
    }
  }

  /** Reads on until the entry at `path` was told of, in whatever way. */
  async untilPath(path: StorePath): Promise<WatchEvent[]> {
    return await this.until(() => this.state.has(path));
  }

  #apply(event: WatchEvent): void {
    if (event.type === 'snapshot') {
      this.state.clear();
      this.changes = [];
      for (const entry of event.entries) this.state.set(entry.path, entry);
    }
    if (event.type !== 'changes') return;
    this.changes.push(...event.changes);
    for (const change of event.changes) {
      if (change.type === 'put') this.state.set(change.entry.path, change.entry);
      else this.state.delete(change.path);
    }
  }
}
