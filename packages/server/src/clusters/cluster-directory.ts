import { type ClusterPlan, clusterPaths, nameFault } from '@keelson/cluster';
import { isKeelsonError, KeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import type { EventBody } from '../events/event-log.ts';
import { ClusterCache } from './cluster-cache.ts';

/** What a directory needs. */
export interface ClusterDirectoryOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  /** Most events remembered of each cluster. Default 10,000. */
  readonly events?: number;
  /** The plan of the controller that leads a cluster from this process. */
  readonly leadersPlan?: (cluster: string) => ClusterPlan | undefined;
  /** Told of what happens in a cluster, for counting. */
  readonly onEvents?: (cluster: string, events: readonly EventBody[]) => void;
  /** Called when a cluster appears. */
  readonly onOpened?: (cluster: string) => void;
  /** Called when a cluster is gone. */
  readonly onGone?: (cluster: string) => void;
}

/** Pause between two looks for new clusters, in milliseconds. Gone ones are told by their own watch, and asking for a name looks at once. */
const LOOK_PERIOD_MS = 1_000;

/** Looking takes at most this share of the time: a store with very many other names at its root is looked at less often. */
const LOOK_SHARE = 0.02;

/** Names that are no clusters are asked again at every look while they are at most this many; else at every thirtieth look. */
const FEW_FOREIGN_NAMES = 100;

const LOOKS_BEFORE_RECHECK = 30;

const DEFAULT_EVENTS = 10_000;

/** Every cluster of the store, each with its cache. */
export class ClusterDirectory {
  readonly #options: ClusterDirectoryOptions;
  readonly #caches: Map<string, ClusterCache> = new Map();
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #foreign: Set<string> = new Set();
  #ready = false;

  constructor(options: ClusterDirectoryOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Whether the store was looked through at least once. */
  get ready(): boolean {
    return this.#ready;
  }

  /** The clusters known now, in order of name. */
  all(): readonly ClusterCache[] {
    return [...this.#caches.values()]
      .filter((cache) => cache.exists)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** The clusters of the store, looked up. */
  async list(): Promise<readonly ClusterCache[]> {
    await this.refresh();
    await Promise.all([...this.#caches.values()].map((cache) => cache.until(() => cache.current)));
    return this.all();
  }

  /** The cluster of that name, read completely. Throws `E_INVALID_PATH` and `E_NOT_FOUND`. */
  async find(name: string): Promise<ClusterCache> {
    const fault = nameFault(name);
    if (fault !== undefined) throw new KeelsonError('E_INVALID_PATH', `That is no name of a cluster: ${fault}.`);
    const known = this.#caches.get(name);
    if (known?.exists === true && known.current) return known;
    const cache = known ?? ((await this.#isCluster(name)) ? this.#open(name) : undefined);
    if (cache !== undefined) await cache.until(() => cache.current);
    if (cache?.exists === true) return cache;
    throw new KeelsonError(
      'E_NOT_FOUND',
      `There is no cluster \`${name}\`. \`keelson cluster ls\` lists those there are.`,
    );
  }

  /** What is known of a cluster, without asking the store. */
  peek(name: string): ClusterCache | undefined {
    const cache = this.#caches.get(name);
    return cache?.exists === true ? cache : undefined;
  }

  /** Looks for new clusters now. */
  async refresh(): Promise<void> {
    const names = await this.#options.store.children('/');
    const fresh = names.filter((name) => !this.#caches.has(name) && !this.#foreign.has(name));
    for (const name of fresh) {
      if (await this.#isCluster(name)) this.#open(name);
      else this.#foreign.add(name);
    }
    this.#ready = true;
  }

  /** Ends all caches. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await Promise.all([...this.#caches.values()].map((cache) => cache.close()));
  }

  async #isCluster(name: string): Promise<boolean> {
    return (
      nameFault(name) === undefined && (await this.#options.store.get(clusterPaths(name).clusterConfig)) !== undefined
    );
  }

  #open(name: string): ClusterCache {
    const known = this.#caches.get(name);
    if (known !== undefined) return known;
    const { store, runtime, events = DEFAULT_EVENTS, onOpened, onEvents, leadersPlan } = this.#options;
    const cache = new ClusterCache({
      store,
      cluster: name,
      runtime,
      events,
      leadersPlan: () => leadersPlan?.(name),
      onEvents: (happened) => onEvents?.(name, happened),
      onChange: () => this.#closeIfGone(name),
    });
    this.#caches.set(name, cache);
    onOpened?.(name);
    return cache;
  }

  #closeIfGone(name: string): void {
    const cache = this.#caches.get(name);
    if (cache === undefined || cache.exists || this.#stop.signal.aborted) return;
    this.#caches.delete(name);
    this.#options.onGone?.(name);
    // Not awaited: this runs inside the very loop that close waits for.
    cache
      .close()
      .catch((error: unknown) =>
        this.#options.runtime.logger.error({ error, cluster: name }, 'a cache was not closed'),
      );
  }

  async #run(): Promise<void> {
    const { runtime } = this.#options;
    const signal = this.#stop.signal;
    for (let looks = 1; !signal.aborted; looks += 1) {
      // A cluster in the making, or one that another tool sets up, is no cluster at first.
      if (this.#foreign.size <= FEW_FOREIGN_NAMES || looks % LOOKS_BEFORE_RECHECK === 0) this.#foreign = new Set();
      const startedMs = runtime.clock.monotonicMs();
      try {
        await this.refresh();
      } catch (error) {
        if (isKeelsonError(error, 'E_CLOSED')) return;
        runtime.logger.warn({ error }, 'the store cannot be looked through for clusters; trying again');
      }
      const tookMs = runtime.clock.monotonicMs() - startedMs;
      await sleep(runtime, Math.max(LOOK_PERIOD_MS, tookMs / LOOK_SHARE), { signal, background: true }).catch(() => {}); // an abort ends the loop
    }
  }
}
