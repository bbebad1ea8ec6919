import type { Runtime } from '@keelson/runtime';
import type { Entry, Store, StorePath } from '../port.ts';
import type { Session } from '../session.ts';
import type { Watch, WatchOptions } from '../watch.ts';
import { ConformanceFailure, present } from './assertions.ts';
import type { ConformanceFaults, ConformanceFixture, ConformanceNeed } from './fixture.ts';
import { WatchReader } from './watch-reader.ts';

/** Number of a promise in docs/reference/store-port.md. */
export type Guarantee = `G${number}`;

/** One thing that every driver has to do. */
export interface ConformanceCase {
  readonly name: string;
  /** The promise it holds the driver to. */
  readonly guarantee: Guarantee;
  /** What must be there, or the case does not apply. */
  readonly requires?: readonly ConformanceNeed[];
  /** Rejects, as a rule with `ConformanceFailure`, where the driver does not keep the promise. */
  run(fixture: ConformanceFixture): Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A value to write. */
export const bytes = (text: string): Uint8Array => encoder.encode(text);

/** A value read. */
export const text = (entry: Entry | undefined): string => decoder.decode(present(entry, 'the entry').value);

/** What a case works with: two stores on the same backing, as two processes would have, and their end. */
export class Bench {
  readonly runtime: Runtime;
  readonly root: StorePath;
  readonly ttlMs: number;
  readonly #fixture: ConformanceFixture;
  readonly #stores: Store[] = [];

  constructor(fixture: ConformanceFixture) {
    this.runtime = fixture.runtime;
    this.root = fixture.root;
    this.ttlMs = fixture.sessionTtlMs;
    this.#fixture = fixture;
  }

  get patienceMs(): number {
    return this.#fixture.patienceMs ?? 10_000;
  }

  /** A path of this case. */
  at(...segments: readonly string[]): StorePath {
    return [this.root, ...segments].join('/');
  }

  async store(): Promise<Store> {
    const store = await this.#fixture.openStore();
    this.#stores.push(store);
    return store;
  }

  session(store: Store, ttlMs: number = this.ttlMs): Promise<Session> {
    return store.openSession({ ttlMs });
  }

  read(store: Store, path: StorePath, options: WatchOptions = {}): WatchReader {
    return this.reader(store.watch(path, options));
  }

  reader(watch: Watch): WatchReader {
    return new WatchReader(this.runtime, watch, this.patienceMs);
  }

  /** The fault hook `name`; the runner has seen to it that there is one. */
  fault<K extends keyof ConformanceFaults>(name: K): NonNullable<ConformanceFaults[K]> {
    const hook = this.#fixture.faults?.[name];
    if (hook === undefined) throw new ConformanceFailure(`the fixture cannot ${name}, though the case requires it`);
    return hook;
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
  }
}

/** A case that closes what it opened, however it ends. */
export function defineCase(
  guarantee: Guarantee,
  name: string,
  work: (bench: Bench) => Promise<void>,
  requires: readonly ConformanceNeed[] = [],
): ConformanceCase {
  return {
    guarantee,
    name,
    requires,
    run: async (fixture) => {
      const bench = new Bench(fixture);
      try {
        await work(bench);
      } finally {
        await bench.close();
      }
    },
  };
}
