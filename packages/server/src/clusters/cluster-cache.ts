import {
  type ClusterChanges,
  ClusterMirror,
  type ClusterPlan,
  type ClusterSnapshot,
  clusterPaths,
  planCluster,
} from '@keelson/cluster';
import { type CallOptions, isKeelsonError, KeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { Change, Entry, Store, WatchEvent } from '@keelson/store';
import { ClusterObserver } from '../events/cluster-observer.ts';
import { EventHub } from '../events/event-hub.ts';
import { type EventBody, EventLog } from '../events/event-log.ts';
import { pastEvents } from '../events/past-events.ts';
import type { ClusterPicture } from '../views/wanted.ts';
import { Waiters } from './waiters.ts';

/** What a cache needs. */
export interface ClusterCacheOptions {
  readonly store: Store;
  readonly cluster: string;
  readonly runtime: Runtime;
  /** Most events remembered for the timeline and for clients that return. */
  readonly events: number;
  /** The plan of the controller that leads from this process, where one does: then nothing need be planned for showing. */
  readonly leadersPlan?: () => ClusterPlan | undefined;
  /** Told of what happened, for counting. */
  readonly onEvents?: (events: readonly EventBody[]) => void;
  /** Called after each change of the cluster. */
  readonly onChange?: () => void;
}

/** Longest wait for a write to come back through the watch, in milliseconds. */
const SETTLE_LIMIT_MS = 3_000;

/** Pause before a watch that failed is opened again, in milliseconds. */
const REOPEN_PAUSE_MS = 500;

/** One cluster as it is now, kept by one recursive watch, and what happened in it. */
export class ClusterCache {
  readonly name: string;
  readonly #options: ClusterCacheOptions;
  readonly #mirror: ClusterMirror;
  readonly #configPath: string;
  readonly #stop = new AbortController();
  readonly #joined: Map<string, { readonly session: string; readonly atMs: number }> = new Map();
  readonly #running: Promise<void>;
  readonly #waiters: Waiters;
  #observer: ClusterObserver | undefined;
  #hub: EventHub | undefined;
  #plan: ClusterPlan | undefined;
  /** What changed since the plan was made. */
  #unplanned: ClusterChanges | undefined;
  #exists = false;
  #current = false;

  constructor(options: ClusterCacheOptions) {
    this.name = options.cluster;
    this.#options = options;
    this.#mirror = new ClusterMirror(options.cluster);
    this.#configPath = clusterPaths(options.cluster).clusterConfig;
    this.#waiters = new Waiters(options.runtime, SETTLE_LIMIT_MS);
    this.#running = this.#run();
  }

  /** The cluster now. Changes in place: take from it what you need before you wait for anything. */
  get snapshot(): ClusterSnapshot {
    return this.#mirror.snapshot;
  }

  /**
   * The cluster and what its controller wants of it: the leader's own plan where it leads from here, else the same pure decision made
   * for showing. Only what changed since it was asked last is decided again.
   */
  picture(): ClusterPicture {
    const plan = this.#options.leadersPlan?.();
    if (plan !== undefined) return { snapshot: this.snapshot, plan };
    const nowMs = this.#options.runtime.clock.wallMs();
    const changes = this.#unplanned;
    const due = this.#plan?.lookAgainMs !== undefined && this.#plan.lookAgainMs <= nowMs;
    if (this.#plan === undefined || changes !== undefined || due) {
      const before = this.#plan === undefined ? {} : { previous: this.#plan };
      this.#plan = planCluster(this.snapshot, nowMs, changes === undefined ? before : { ...before, changes });
      this.#unplanned = undefined;
    }
    return { snapshot: this.snapshot, plan: this.#plan };
  }

  /** Whether there is such a cluster, as of the last news. */
  get exists(): boolean {
    return this.#exists;
  }

  /** Whether the watch is up and has told everything. */
  get current(): boolean {
    return this.#current;
  }

  /** Name of the leading controller. */
  get leader(): string | undefined {
    return this.snapshot.leader?.name;
  }

  /** What happened and happens. Rejects nothing: throws `E_UNAVAILABLE` while the cluster has not been read yet. */
  get hub(): EventHub {
    if (this.#hub === undefined)
      throw new KeelsonError('E_UNAVAILABLE', `Cluster ${this.name} is still being read. Try again in a moment.`);
    return this.#hub;
  }

  /** Wall time at which this server saw the instance join under its present session; `undefined` where it joined before. */
  seenJoiningMs(instance: string): number | undefined {
    const seen = this.#joined.get(instance);
    return seen !== undefined && seen.session === this.snapshot.live.get(instance)?.session ? seen.atMs : undefined;
  }

  /** Resolves once `met` is true of the cluster as it is then. Rejects with `E_TIMEOUT` (default 3 s), `E_ABORTED` or `E_CLOSED`. */
  until(met: () => boolean, options: CallOptions = {}): Promise<void> {
    return this.#waiters.until(met, options);
  }

  /** Ends every stream of events, now and later. */
  endStreams(): void {
    this.#hub?.end();
  }

  /** Ends the watch and every stream of events. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.endStreams();
    await this.#running;
    this.#waiters.fail(`The cache of cluster ${this.name} was closed.`);
  }

  async #run(): Promise<void> {
    const { store, runtime } = this.#options;
    const signal = this.#stop.signal;
    while (!signal.aborted) {
      try {
        for await (const event of store.watch(`/${this.name}`, { recursive: true, signal })) this.#take(event);
        return;
      } catch (error) {
        this.#current = false;
        if (isKeelsonError(error, 'E_CLOSED')) return;
        runtime.logger.error({ error, cluster: this.name }, 'the watch of a cluster failed; opening it again');
        await sleep(runtime, REOPEN_PAUSE_MS, { signal }).catch(() => {}); // an abort ends the loop above
      }
    }
  }

  #take(event: WatchEvent): void {
    this.#current = event.type !== 'interrupted';
    if (event.type === 'interrupted') {
      const { logger } = this.#options.runtime;
      logger.warn({ error: event.error, cluster: this.name }, 'the store is out of reach; the cluster may be stale');
    } else {
      if (event.type === 'snapshot') this.#reset(event.entries, event.revision);
      else if (event.type === 'changes') this.#apply(event.changes, event.revision);
      else this.#mirror.progress(event.revision);
      this.#tell(event.revision);
    }
    this.#waiters.check();
    this.#options.onChange?.();
  }

  #reset(entries: readonly Entry[], revision: bigint): void {
    this.#mirror.reset(entries, revision);
    this.#exists = entries.some((entry) => entry.path === this.#configPath);
  }

  #apply(changes: readonly Change[], revision: bigint): void {
    this.#mirror.apply(changes, revision);
    for (const change of changes)
      if ((change.type === 'put' ? change.entry.path : change.path) === this.#configPath)
        this.#exists = change.type === 'put';
  }

  #tell(revision: bigint): void {
    const { runtime, events } = this.#options;
    const changes = this.#mirror.takeChanges();
    if (!changes.empty) {
      if (this.#unplanned === undefined) this.#unplanned = changes;
      else this.#unplanned.include(changes);
    }
    if (this.#observer === undefined || this.#hub === undefined) {
      this.#observer = new ClusterObserver(this.snapshot);
      this.#hub = new EventHub(new EventLog(revision, events), pastEvents(this.snapshot, events));
      return;
    }
    const nowMs = runtime.clock.wallMs();
    const bodies = this.#observer.observe(this.snapshot, changes, nowMs);
    for (const body of bodies)
      if (body.type === 'instance' && body.change === 'joined')
        this.#joined.set(body.instance, { session: this.snapshot.live.get(body.instance)?.session ?? '', atMs: nowMs });
    this.#hub.publish(revision, bodies);
    this.#options.onEvents?.(bodies);
  }
}
