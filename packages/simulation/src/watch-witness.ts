import {
  checkWatches,
  type RecordedChange,
  type RecordedMessage,
  type RecordedWatch,
  type RecordedWrite,
  type WatchRange,
} from '@keelson/linearizability/watch';
import type { Store, StorePath, Watch, WatchEvent, WatchOptions } from '@keelson/store';
import { depthOf, type WatchDepth } from '@keelson/store/driver';
import type { Commit } from '@keelson/store/mvcc';
import type { SimulatedProcess } from './simulated-process.ts';
import { Scopes } from './watch-scopes.ts';

/** One watch as its reader sees it. */
interface WitnessedWatch {
  readonly name: string;
  readonly path: StorePath;
  readonly depth: WatchDepth;
  readonly process: SimulatedProcess;
  /** From one listing to the next, each with the first revision after it. */
  readonly legs: { readonly fromRevision?: number; readonly messages: RecordedMessage[] }[];
  /** The reader has asked for an event at least once, which is when a watch begins. */
  begun: boolean;
  /** The reader is waiting for the next event: whatever there is should have come. */
  waiting: boolean;
}

const decoder = new TextDecoder();

/**
 * Writes down what the store of a world wrote, once it was durable, and what every watch on it brought, and holds the one against the other: etcd's six
 * guarantees, and that every event is genuine.
 */
export class WatchWitness {
  readonly #writes: RecordedWrite[] = [];
  readonly #watches: WitnessedWatch[] = [];
  /** What must have come by the end, and over which watches. */
  #owed: { readonly revision: number; readonly watches: ReadonlySet<WitnessedWatch> } | undefined;

  /** Watches seen so far. */
  get watches(): number {
    return this.#watches.length;
  }

  /** Told of every commit once it is on the disk of the store. */
  noteCommits(commits: readonly Commit[]): void {
    for (const { versions } of commits) {
      const changes = new Map<number, RecordedChange[]>();
      for (const { entry, main, isTombstone, value } of versions) {
        // Bookkeeping of the port, which is no entry and is never shown.
        if (entry.key.includes('\0')) continue;
        const made = changes.get(main) ?? [];
        changes.set(main, made);
        const change: RecordedChange = isTombstone
          ? { key: entry.key, kind: 'delete' }
          : { key: entry.key, kind: 'put', value: decoder.decode(value) };
        made.push(change);
      }
      for (const [revision, made] of changes) this.#writes.push({ revision, changes: made });
    }
  }

  /** Listens in on all watches of a store. */
  attend(store: Store, process: SimulatedProcess): void {
    const open = store.watch.bind(store);
    store.watch = (path: StorePath, options: WatchOptions = {}): Watch => {
      const { afterRevision } = options;
      const depth = depthOf(options);
      const first = afterRevision === undefined ? [] : [{ fromRevision: Number(afterRevision) + 1, messages: [] }];
      const name = `${process.name}'s watch of ${path}`;
      const seen: WitnessedWatch = { name, path, depth, process, legs: first, begun: false, waiting: false };
      this.#watches.push(seen);
      return listenedTo(open(path, options), seen);
    };
  }

  /**
   * From now on everything up to `revision` is owed to whoever reads a watch now. Called as long before the end as it may take to come; a watch that
   * begins later has had less time than that, so nothing is owed over it.
   */
  settle(revision: bigint): void {
    this.#owed = { revision: Number(revision), watches: new Set(this.#watches.filter(({ begun }) => begun)) };
  }

  /** What was broken. Whoever waits must have been told of everything owed to it. */
  breaches(): string[] {
    const owed = this.#owed;
    const scopes = new Scopes(this.#writes);
    const byScope = new Map<readonly RecordedWrite[], RecordedWatch[]>();
    for (const seen of this.#watches) {
      const isOwed = owed?.watches.has(seen) === true && seen.waiting && seen.process.awake;
      const settled = isOwed ? { settledAt: owed.revision } : {};
      const writes = scopes.of(seen.path, seen.depth);
      const watches = byScope.get(writes) ?? [];
      byScope.set(writes, watches);
      watches.push({ name: seen.name, range: WHOLE_SCOPE, legs: seen.legs, ...settled });
    }
    return [...byScope].flatMap(([writes, watches]) =>
      checkWatches(writes, watches).map(({ watch, guarantee, text }) => `${watch} is not ${guarantee}: ${text}`),
    );
  }
}

/** The writes are chosen by scope already. */
const WHOLE_SCOPE: WatchRange = { prefix: '' };

function listenedTo(watch: Watch, seen: WitnessedWatch): Watch {
  return {
    close: () => {
      seen.waiting = false;
      return watch.close();
    },
    [Symbol.asyncDispose]: () => watch.close(),
    [Symbol.asyncIterator]: () => {
      const inner = watch[Symbol.asyncIterator]();
      return {
        next: async () => {
          seen.begun = true;
          seen.waiting = true;
          const result = await inner.next().finally(() => {
            seen.waiting = false;
          });
          if (result.done !== true) note(seen, result.value);
          return result;
        },
        return: () => {
          seen.waiting = false;
          return inner.return?.() ?? Promise.resolve({ value: undefined, done: true });
        },
      };
    },
  };
}

function note({ legs }: WitnessedWatch, event: WatchEvent): void {
  if (event.type === 'interrupted') return;
  const revision = Number(event.revision);
  if (event.type === 'snapshot') {
    const entries = Object.fromEntries(event.entries.map(({ path, value }) => [path, decoder.decode(value)]));
    legs.push({ fromRevision: revision + 1, messages: [{ type: 'snapshot', revision, entries }] });
  } else if (event.type === 'progress') legs.at(-1)?.messages.push({ type: 'progress', revision });
  else {
    const events = event.changes.map((change) =>
      change.type === 'put'
        ? ({
            key: change.entry.path,
            kind: 'put',
            value: decoder.decode(change.entry.value),
            revision: Number(change.entry.modifyRevision),
          } as const)
        : ({ key: change.path, kind: 'delete', revision: Number(change.revision) } as const),
    );
    legs.at(-1)?.messages.push({ type: 'events', events });
  }
}
