import type { Runtime } from '@keelson/runtime';
import { joinPath, type Session, type Store, type StorePath } from '@keelson/store';
import type { ConformanceFaults, ConformanceFixture, ConformanceNeed } from '@keelson/store/conformance';
import { type Coordination, coordination } from '../coordination.ts';
import { eventually, RecipeFailure } from './assertions.ts';

/** The recipes that have promises. */
export type RecipeName = 'guard' | 'lock' | 'semaphore' | 'election' | 'membership' | 'barrier' | 'events';

/** One thing that a recipe has to do on every driver. */
export interface RecipeCase {
  readonly recipe: RecipeName;
  readonly name: string;
  /** What must be there, or the case does not apply. */
  readonly requires?: readonly ConformanceNeed[];
  /** Rejects, as a rule with `RecipeFailure`, where the promise is not kept. */
  run(fixture: ConformanceFixture): Promise<void>;
}

/** A process that takes part: a store with a connection of its own, and a session. */
export interface Actor {
  readonly name: string;
  readonly store: Store;
  readonly session: Session;
  readonly recipes: Coordination;
}

/** What a case works with, and its end. */
export class RecipeBench {
  readonly runtime: Runtime;
  readonly root: StorePath;
  readonly #fixture: ConformanceFixture;
  readonly #stores: Store[] = [];

  constructor(fixture: ConformanceFixture) {
    this.runtime = fixture.runtime;
    this.root = fixture.root;
    this.#fixture = fixture;
  }

  get ttlMs(): number {
    return this.#fixture.sessionTtlMs;
  }

  /** Longest time to wait for something that must happen: a whole session and then some. */
  get patienceMs(): number {
    return (this.#fixture.patienceMs ?? 10_000) + this.ttlMs * 2;
  }

  /** A path of this case. */
  at(...segments: readonly string[]): StorePath {
    return joinPath(this.root, ...segments);
  }

  async store(): Promise<Store> {
    const store = await this.#fixture.openStore();
    this.#stores.push(store);
    return store;
  }

  async actor(name: string): Promise<Actor> {
    const store = await this.store();
    const session = await store.openSession({ ttlMs: this.ttlMs });
    return { name, store, session, recipes: this.recipes(store, session, name) };
  }

  recipes(store: Store, session: Session, owner: string): Coordination {
    return coordination({ store, session, runtime: this.runtime, root: this.root, owner, host: 'bench', pid: 7 });
  }

  async actors(...names: readonly string[]): Promise<Actor[]> {
    const actors: Actor[] = [];
    for (const name of names) actors.push(await this.actor(name));
    return actors;
  }

  eventually<T>(what: string, question: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
    return eventually(this.runtime, this.patienceMs, what, question);
  }

  /** The fault hook `name`; the runner has seen to it that there is one. */
  fault<K extends keyof ConformanceFaults>(name: K): NonNullable<ConformanceFaults[K]> {
    const hook = this.#fixture.faults?.[name];
    if (hook === undefined) throw new RecipeFailure(`the fixture cannot ${name}, though the case requires it`);
    return hook;
  }

  async close(): Promise<void> {
    await Promise.all(this.#stores.map((store) => store.close()));
  }
}

/** A case that closes what it opened, however it ends. */
export function defineRecipeCase(
  recipe: RecipeName,
  name: string,
  work: (bench: RecipeBench) => Promise<void>,
  requires: readonly ConformanceNeed[] = [],
): RecipeCase {
  return {
    recipe,
    name,
    requires,
    run: async (fixture) => {
      const bench = new RecipeBench(fixture);
      try {
        await work(bench);
      } finally {
        await bench.close();
      }
    },
  };
}
