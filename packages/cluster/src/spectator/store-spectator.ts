import { KeelsonError, type MonotonicMs, type Runtime } from '@keelson/runtime';
import type { Store, StorePath, WatchEvent } from '@keelson/store';
import { type ClusterPaths, clusterPaths, type InstanceConfig } from '../model/index.ts';
import { ChangeFeed, type RoutingChange } from './change-feed.ts';
import { type Mirror, stepMirror } from './mirror.ts';
import { configsOf, liveOf, nameBelow, viewOf } from './routing-sources.ts';
import { type LiveInstanceInfo, RoutingTable } from './routing-table.ts';
import type { Spectator } from './spectator.ts';

type Source = 'views' | 'live' | 'configs';

/** A spectator over three watches of a store. */
export class StoreSpectator implements Spectator {
  readonly cluster: string;
  readonly ready: Promise<void>;
  readonly #runtime: Runtime;
  readonly #paths: ClusterPaths;
  readonly #stop = new AbortController();
  readonly #feed = new ChangeFeed();
  readonly #mirrors: Record<Source, Mirror> = { views: new Map(), live: new Map(), configs: new Map() };
  readonly #staleSince = new Map<Source, MonotonicMs>();
  readonly #loops: Promise<void>[];
  #table: RoutingTable = new RoutingTable({ views: new Map(), live: new Map(), configs: new Map() });

  constructor(store: Store, cluster: string, runtime: Runtime) {
    this.cluster = cluster;
    this.#runtime = runtime;
    this.#paths = clusterPaths(cluster);
    const follow = (source: Source, path: StorePath, recursive: boolean): Promise<void> =>
      new Promise((first, failed) => {
        const watch = store.watch(path, { recursive, signal: this.#stop.signal });
        this.#loops.push(this.#follow(source, watch, first).catch(failed));
      });
    this.#loops = [];
    this.ready = Promise.all([
      follow('views', this.#paths.externalViews, true),
      follow('live', this.#paths.liveInstances, false),
      follow('configs', this.#paths.participantConfigs, false),
    ]).then(() => undefined);
    this.ready.catch(() => undefined); // spectate hands it to the caller
  }

  get snapshot(): RoutingTable {
    return this.#table;
  }

  get staleSinceMs(): MonotonicMs | undefined {
    return this.#staleSince.size === 0 ? undefined : Math.min(...this.#staleSince.values());
  }

  instancesFor(resource: string, partition: string, state: string): readonly string[] {
    return this.#table.instancesFor(resource, partition, state);
  }

  partitionCount(resource: string): number {
    return this.#table.partitionCount(resource);
  }

  partitionsOf(resource: string): readonly string[] {
    return this.#table.partitionsOf(resource);
  }

  liveInstance(name: string): LiveInstanceInfo | undefined {
    return this.#table.liveInstance(name);
  }

  instanceConfig(name: string): InstanceConfig | undefined {
    return this.#table.instanceConfig(name);
  }

  changes(options: { readonly signal?: AbortSignal } = {}): AsyncIterable<RoutingChange> {
    const table = this.#table;
    return this.#feed.read({ table, resources: new Set(table.resources) }, options.signal);
  }

  async close(): Promise<void> {
    this.#markAllStale();
    this.#stop.abort(new KeelsonError('E_CLOSED', 'The spectator was closed.'));
    this.#feed.end();
    await Promise.allSettled(this.#loops);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #follow(source: Source, watch: AsyncIterable<WatchEvent>, first: () => void): Promise<void> {
    try {
      for await (const event of watch) {
        if (event.type === 'interrupted') this.#markStale(source);
        else {
          this.#staleSince.delete(source);
          this.#take(source, event);
          if (event.type === 'snapshot') first();
        }
      }
      throw new KeelsonError('E_CLOSED', 'A watch of the spectator has ended.');
    } catch (error) {
      this.#markStale(source);
      this.#feed.end();
      if (!this.#stop.signal.aborted) this.#runtime.logger.error({ error, source }, 'the spectator stopped following');
      throw error;
    }
  }

  #take(source: Source, event: WatchEvent): void {
    const { mirror, changed } = stepMirror(this.#mirrors[source], event);
    if (changed.size === 0) return;
    this.#mirrors[source] = mirror;
    const before = this.#table.sources;
    if (source === 'views') {
      const resources = this.#changedResources(changed);
      this.#publish({ ...before, views: this.#viewsWith(before.views, resources) }, resources);
    } else {
      const all = new Set(before.views.keys());
      if (source === 'live') this.#publish({ ...before, live: liveOf(mirror, this.#paths.liveInstances) }, all);
      else this.#publish({ ...before, configs: configsOf(mirror, this.#paths.participantConfigs) }, all);
    }
  }

  #changedResources(paths: ReadonlySet<StorePath>): ReadonlySet<string> {
    const resources = new Set<string>();
    for (const path of paths) {
      const name = nameBelow(this.#paths.externalViews, path);
      if (name !== undefined) resources.add(name);
    }
    return resources;
  }

  #viewsWith(before: RoutingTable['sources']['views'], changed: ReadonlySet<string>): RoutingTable['sources']['views'] {
    const views = new Map(before);
    for (const resource of changed) {
      const view = viewOf(this.#mirrors.views, this.#paths.externalViews, resource);
      if (view === undefined) views.delete(resource);
      else views.set(resource, view);
    }
    return views;
  }

  #publish(sources: RoutingTable['sources'], resources: ReadonlySet<string>): void {
    this.#table = new RoutingTable(sources);
    this.#feed.publish({ table: this.#table, resources });
  }

  #markStale(source: Source): void {
    if (!this.#staleSince.has(source)) this.#staleSince.set(source, this.#runtime.clock.monotonicMs());
  }

  #markAllStale(): void {
    for (const source of ['views', 'live', 'configs'] as const) this.#markStale(source);
  }
}
