import {
  type ClusterChanges,
  type ClusterSnapshot,
  type IdealState,
  type InstanceConfig,
  sameContent,
} from '@keelson/cluster';
import type { EventBody } from './event-log.ts';

type States = ReadonlyMap<string, string>;

interface InstanceImage {
  readonly enabled: boolean;
}

/** What an observer looks at of the changes since it looked last. */
export type ObservedChanges = Pick<ClusterChanges, 'everything' | 'resources'>;

/**
 * Tells what happened in a cluster: compares each snapshot with what it last saw of it, looking only where something changed.
 * Keeps one copy of the states of replicas, as the snapshot itself changes in place.
 */
export class ClusterObserver {
  #leader: string | undefined;
  #paused = false;
  #live: ReadonlyMap<string, string> = new Map();
  #instances: ReadonlyMap<string, InstanceImage> = new Map();
  readonly #idealStates: Map<string, IdealState> = new Map();
  readonly #replicas: Map<string, Map<string, States>> = new Map();

  /** Begins with a cluster as it is; nothing of that is news. */
  constructor(snapshot: ClusterSnapshot) {
    this.observe(snapshot, { everything: true, resources: new Map() }, 0);
  }

  /** What happened since the last look. `nowMs`: wall time, for what has no time of its own. */
  observe(snapshot: ClusterSnapshot, changes: ObservedChanges, nowMs: number): readonly EventBody[] {
    const events: EventBody[] = [];
    this.#observeController(snapshot, nowMs, events);
    if (changes.everything) {
      this.#observeInstances(snapshot, nowMs, events);
      this.#observeLive(snapshot, nowMs, events);
    }
    const resources = changes.everything ? this.#allResources(snapshot) : changes.resources;
    for (const [resource, partitions] of resources) {
      if (partitions === 'all') this.#observeIdealState(snapshot, resource, nowMs, events);
      this.#observeReplicas(snapshot, resource, partitions, nowMs, events);
    }
    return events;
  }

  #allResources(snapshot: ClusterSnapshot): ReadonlyMap<string, 'all'> {
    const names = [
      ...snapshot.idealStates.keys(),
      ...this.#idealStates.keys(),
      ...snapshot.replicas.keys(),
      ...this.#replicas.keys(),
    ];
    return new Map(names.map((name) => [name, 'all']));
  }

  #observeController(snapshot: ClusterSnapshot, atMs: number, events: EventBody[]): void {
    const leader = snapshot.leader?.name;
    if (leader !== this.#leader) {
      events.push({
        type: 'controller',
        leader: leader ?? null,
        change: leader === undefined ? 'lost' : 'elected',
        atMs,
      });
      this.#leader = leader;
    }
    const paused = snapshot.pause !== undefined;
    if (paused !== this.#paused) {
      events.push({ type: 'controller', leader: leader ?? null, change: paused ? 'paused' : 'resumed', atMs });
      this.#paused = paused;
    }
  }

  #observeInstances(snapshot: ClusterSnapshot, atMs: number, events: EventBody[]): void {
    const before = this.#instances;
    for (const instance of before.keys())
      if (!snapshot.instances.has(instance)) events.push({ type: 'instance', instance, change: 'removed', atMs });
    for (const [instance, config] of snapshot.instances) {
      const known = before.get(instance);
      if (known === undefined) events.push({ type: 'instance', instance, change: 'added', atMs });
      else if (known.enabled !== config.enabled) events.push(enabledEvent(instance, config, atMs));
    }
    this.#instances = new Map(Array.from(snapshot.instances, ([name, config]) => [name, { enabled: config.enabled }]));
  }

  #observeLive(snapshot: ClusterSnapshot, atMs: number, events: EventBody[]): void {
    const before = this.#live;
    for (const [instance, session] of before)
      if (snapshot.live.get(instance)?.session !== session)
        events.push({ type: 'instance', instance, change: 'left', atMs });
    for (const [instance, { session }] of snapshot.live)
      if (before.get(instance) !== session) events.push({ type: 'instance', instance, change: 'joined', atMs });
    this.#live = new Map(Array.from(snapshot.live, ([instance, { session }]) => [instance, session]));
  }

  #observeIdealState(snapshot: ClusterSnapshot, resource: string, atMs: number, events: EventBody[]): void {
    const before = this.#idealStates.get(resource);
    const after = snapshot.idealStates.get(resource);
    if (after === undefined) this.#idealStates.delete(resource);
    else this.#idealStates.set(resource, after);
    if (before === undefined && after === undefined) return;
    const change = changeOf(before, after);
    if (change !== undefined) events.push({ type: 'resource', resource, change, atMs });
  }

  #observeReplicas(
    snapshot: ClusterSnapshot,
    resource: string,
    changed: ReadonlySet<string> | 'all',
    nowMs: number,
    events: EventBody[],
  ): void {
    const now = snapshot.replicas.get(resource);
    const image = this.#replicas.get(resource) ?? new Map<string, States>();
    const partitions = changed === 'all' ? new Set([...image.keys(), ...(now?.keys() ?? [])]) : changed;
    for (const partition of partitions) {
      const before = image.get(partition);
      const after = now?.get(partition);
      for (const [instance, from] of before ?? [])
        if (after?.has(instance) !== true)
          events.push({ type: 'replica', resource, partition, instance, from, to: null, atMs: nowMs });
      for (const [instance, { state, sinceMs }] of after ?? []) {
        const from = before?.get(instance);
        if (from === state) continue;
        const atMs = sinceMs > 0 ? sinceMs : nowMs;
        events.push({ type: 'replica', resource, partition, instance, from: from ?? null, to: state, atMs });
      }
      if (after === undefined) image.delete(partition);
      else image.set(partition, new Map(Array.from(after, ([instance, replica]) => [instance, replica.state])));
    }
    if (image.size === 0) this.#replicas.delete(resource);
    else this.#replicas.set(resource, image);
  }
}

function enabledEvent(instance: string, config: InstanceConfig, atMs: number): EventBody {
  if (config.enabled) return { type: 'instance', instance, change: 'enabled', atMs };
  const reason = config.disabledReason;
  return { type: 'instance', instance, change: 'disabled', atMs, ...(reason === undefined ? {} : { reason }) };
}

function changeOf(
  before: IdealState | undefined,
  after: IdealState | undefined,
): 'added' | 'removed' | 'enabled' | 'disabled' | 'changed' | undefined {
  if (before === undefined) return 'added';
  if (after === undefined) return 'removed';
  if (before.enabled !== after.enabled) return after.enabled ? 'enabled' : 'disabled';
  return before === after || sameContent(before.record, after.record) ? undefined : 'changed';
}
