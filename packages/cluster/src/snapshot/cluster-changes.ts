/** Kinds of change that a decision may answer to, by Helix's names of events. */
export type ClusterEventName =
  | 'ControllerChange'
  | 'LiveInstanceChange'
  | 'InstanceConfigChange'
  | 'ClusterConfigChange'
  | 'ResourceConfigChange'
  | 'IdealStateChange'
  | 'StateModelChange'
  | 'CurrentStateChange'
  | 'MessageChange'
  | 'ExternalViewChange'
  | 'Resume'
  | 'OnDemandRebalance';

/** The most telling of several kinds comes first. */
const order: readonly ClusterEventName[] = [
  'ControllerChange',
  'Resume',
  'LiveInstanceChange',
  'InstanceConfigChange',
  'ClusterConfigChange',
  'ResourceConfigChange',
  'IdealStateChange',
  'StateModelChange',
  'CurrentStateChange',
  'MessageChange',
  'ExternalViewChange',
  'OnDemandRebalance',
];

/** What changed since a decision was last taken: so that the next looks only where it must. Grows until it is taken. */
export class ClusterChanges {
  readonly #kinds = new Set<ClusterEventName>();
  readonly #partitions = new Map<string, Set<string> | 'all'>();
  #everything = false;

  /** Whether every resource must be looked at again: a node came or went, a setting of the cluster changed. */
  get everything(): boolean {
    return this.#everything;
  }

  get empty(): boolean {
    return !this.#everything && this.#partitions.size === 0 && this.#kinds.size === 0;
  }

  /** The event that messages name as their cause. */
  get eventName(): ClusterEventName {
    return order.find((kind) => this.#kinds.has(kind)) ?? 'OnDemandRebalance';
  }

  /** Resources that changed, and in them the partitions, or all. */
  get resources(): ReadonlyMap<string, ReadonlySet<string> | 'all'> {
    return this.#partitions;
  }

  /** Something changed that concerns no resource. */
  mark(kind: ClusterEventName): void {
    this.#kinds.add(kind);
  }

  markAll(kind: ClusterEventName): void {
    this.#kinds.add(kind);
    this.#everything = true;
  }

  markResource(kind: ClusterEventName, resource: string): void {
    this.#kinds.add(kind);
    this.#partitions.set(resource, 'all');
  }

  markPartition(kind: ClusterEventName, resource: string, partition: string): void {
    this.#kinds.add(kind);
    const partitions = this.#partitions.get(resource);
    if (partitions === undefined) this.#partitions.set(resource, new Set([partition]));
    else if (partitions !== 'all') partitions.add(partition);
  }

  /** Takes over what changed in `other`, which came later. */
  include(other: ClusterChanges): void {
    for (const kind of other.#kinds) this.#kinds.add(kind);
    this.#everything ||= other.#everything;
    for (const [resource, partitions] of other.#partitions) {
      const known = this.#partitions.get(resource);
      if (known === undefined || known === 'all' || partitions === 'all') {
        this.#partitions.set(resource, known === 'all' || partitions === 'all' ? 'all' : new Set(partitions));
      } else for (const partition of partitions) known.add(partition);
    }
  }
}
