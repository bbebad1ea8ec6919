import {
  type ExternalView,
  type InstanceConfig,
  type SimpleFields,
  simpleField,
  type ZNRecord,
} from '../model/index.ts';

/** An instance that is live. */
export interface LiveInstanceInfo {
  readonly name: string;
  /** Id of the session it is live under. */
  readonly sessionId: string;
  /** Every simple field of its live instance, what it says of itself at `joinCluster` included. */
  readonly info: SimpleFields;
}

/** What a routing table is made from. */
export interface RoutingSources {
  readonly views: ReadonlyMap<string, ExternalView>;
  readonly live: ReadonlyMap<string, LiveInstanceInfo>;
  readonly configs: ReadonlyMap<string, InstanceConfig>;
}

type ByState = ReadonlyMap<string, readonly string[]>;
type ByPartition = ReadonlyMap<string, ByState>;

const nobody: readonly string[] = [];

/**
 * Who serves what, at one moment. Immutable: keep it as long as you like. A replica is listed while its instance is live, so a dead
 * one is gone from here before the controller has said so; instances in the operations SWAP_IN and UNKNOWN, or without a
 * config, are never listed, as in Helix. Disabled ones are as long as they hold a state.
 */
export class RoutingTable {
  readonly #sources: RoutingSources;
  /** Built when a resource is first asked for. */
  readonly #index = new Map<string, ByPartition>();

  constructor(sources: RoutingSources) {
    this.#sources = sources;
  }

  /** What it was made from. */
  get sources(): RoutingSources {
    return this.#sources;
  }

  get resources(): readonly string[] {
    return [...this.#sources.views.keys()];
  }

  /** Names of the instances that hold `partition` in `state`, in order of name. Constant time. */
  instancesFor(resource: string, partition: string, state: string): readonly string[] {
    return this.#indexOf(resource).get(partition)?.get(state) ?? nobody;
  }

  /**
   * How many partitions the resource was declared with, 0 where it is not known. What maps keys to partitions must count with this, as
   * `partitionsOf` is shorter while partitions have nobody.
   */
  partitionCount(resource: string): number {
    return this.#sources.views.get(resource)?.partitionCount ?? 0;
  }

  /** Partitions of which somebody holds a replica. */
  partitionsOf(resource: string): readonly string[] {
    return [...this.#indexOf(resource).keys()];
  }

  /** State by instance of one partition. */
  statesOf(resource: string, partition: string): ReadonlyMap<string, string> {
    const result = new Map<string, string>();
    for (const [state, instances] of this.#indexOf(resource).get(partition) ?? []) {
      for (const instance of instances) result.set(instance, state);
    }
    return result;
  }

  /** The live instance of that name; `undefined` where it is not live. */
  liveInstance(name: string): LiveInstanceInfo | undefined {
    return this.#sources.live.get(name);
  }

  get liveInstances(): readonly LiveInstanceInfo[] {
    return [...this.#sources.live.values()];
  }

  /** What the operator says of an instance: host, port, tags. */
  instanceConfig(name: string): InstanceConfig | undefined {
    return this.#sources.configs.get(name);
  }

  #indexOf(resource: string): ByPartition {
    const known = this.#index.get(resource);
    if (known !== undefined) return known;
    const view = this.#sources.views.get(resource);
    const built = new Map<string, ByState>();
    for (const partition of view?.partitions ?? []) {
      built.set(partition, this.#byState(view?.instanceStates(partition) ?? {}));
    }
    this.#index.set(resource, built);
    return built;
  }

  #byState(states: SimpleFields): ByState {
    const result = new Map<string, string[]>();
    for (const instance of Object.keys(states).sort()) {
      const state = states[instance];
      if (state === undefined || !this.#routable(instance)) continue;
      const group = result.get(state);
      if (group === undefined) result.set(state, [instance]);
      else group.push(instance);
    }
    return result;
  }

  #routable(instance: string): boolean {
    const operation = this.#sources.configs.get(instance)?.operation;
    if (operation === undefined || operation === 'SWAP_IN' || operation === 'UNKNOWN') return false;
    return this.#sources.live.has(instance);
  }
}

/** A live instance as its record and the owner of its entry tell. */
export function liveInstanceInfo(name: string, owner: string | undefined, record: ZNRecord): LiveInstanceInfo {
  return { name, sessionId: owner ?? simpleField(record, 'SESSION_ID') ?? '', info: record.simpleFields };
}
