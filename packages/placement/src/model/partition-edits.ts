import type { RoleCounts } from './check/context.ts';
import type { PlacementPartition, PlacementResource, ReplicaAt } from './problem.ts';

/** So many names are looked for one by one; a map of all of them is worth its making for more. */
const FEW = 8;

/** The partitions of one resource while some of them change. Nothing is copied or looked up before it is asked for. */
export class PartitionEdits {
  readonly roleCounts: RoleCounts;
  /** What became of the partitions that were touched; `undefined` where they were removed. */
  readonly edited: Map<string, PlacementPartition | undefined> = new Map();
  readonly #resource: PlacementResource;
  readonly #currentOf: (partition: string) => readonly ReplicaAt[] | undefined;
  #lookups = 0;
  /** The place of every partition, once many were asked for. */
  #places: Map<string, number> | undefined;
  /** Undefined until something changes; a hole where a partition was removed. */
  #partitions: (PlacementPartition | undefined)[] | undefined;

  constructor(
    resource: PlacementResource,
    roleCounts: RoleCounts,
    currentOf: (partition: string) => readonly ReplicaAt[] | undefined,
  ) {
    this.#currentOf = currentOf;
    this.#resource = resource;
    this.roleCounts = roleCounts;
  }

  has(name: string): boolean {
    return this.#placeOf(name) !== undefined;
  }

  /** Adds a partition or puts it in the place of the one of its name, whose replicas it keeps where it does not say otherwise. */
  set(partition: PlacementPartition): void {
    const place = this.#placeOf(partition.name) ?? this.#draft().length;
    this.#places?.set(partition.name, place);
    this.#put(place, partition.current === undefined ? { ...partition, ...this.#standing(place) } : partition);
  }

  /** Notes that something about a partition became different that is not said in it. */
  touch(name: string): void {
    const place = this.#placeOf(name);
    const partition = place === undefined ? undefined : this.#now()[place];
    if (place !== undefined && partition !== undefined) this.#put(place, { ...partition, ...this.#standing(place) });
  }

  /** The same for all partitions that have a replica on a node. */
  touchOn(node: string): void {
    for (const { name, current } of this.#resource.partitions)
      if (current?.some((at) => at.node === node) === true) this.touch(name);
  }

  /** Returns whether it was there. */
  remove(name: string): boolean {
    const place = this.#placeOf(name);
    if (place === undefined) return false;
    this.#draft()[place] = undefined;
    this.edited.set(name, undefined);
    this.#places?.delete(name);
    return true;
  }

  /** Takes a node out of the pins, bans and preferences of all partitions, or only of those that were edited. */
  forget(node: string, inAll: boolean): void {
    const partitions = this.#now();
    const places = inAll
      ? partitions.keys()
      : [...this.edited.keys()].map((name) => this.#placeOf(name) ?? partitions.length);
    for (const place of places) {
      const partition = partitions[place];
      if (partition === undefined || !mentions(partition, node)) continue;
      this.#put(place, { ...without(partition, node), ...this.#standing(place) });
    }
  }

  /** The resource as it is now. */
  finish(): PlacementResource {
    if (this.#partitions === undefined) return this.#resource;
    return { ...this.#resource, partitions: this.#partitions.filter((partition) => partition !== undefined) };
  }

  #now(): readonly (PlacementPartition | undefined)[] {
    return this.#partitions ?? this.#resource.partitions;
  }

  #put(place: number, partition: PlacementPartition): void {
    this.#draft()[place] = partition;
    this.edited.set(partition.name, partition);
  }

  /** Where the replicas of a partition stand: what was said in these changes, else what is known, else what the problem says. */
  #standing(place: number): { readonly current?: readonly ReplicaAt[] } {
    const partition = this.#now()[place];
    if (partition === undefined) return {};
    const current = this.edited.has(partition.name)
      ? partition.current
      : (this.#currentOf(partition.name) ?? partition.current);
    return current === undefined ? {} : { current };
  }

  #draft(): (PlacementPartition | undefined)[] {
    this.#partitions ??= [...this.#resource.partitions];
    return this.#partitions;
  }

  #placeOf(name: string): number | undefined {
    const partitions = this.#now();
    if (this.#places === undefined && this.#lookups++ < FEW) {
      const place = partitions.findIndex((partition) => partition?.name === name);
      return place < 0 ? undefined : place;
    }
    this.#places ??= placesOf(partitions);
    return this.#places.get(name);
  }
}

function placesOf(partitions: readonly (PlacementPartition | undefined)[]): Map<string, number> {
  const places = new Map<string, number>();
  for (const [place, partition] of partitions.entries()) if (partition !== undefined) places.set(partition.name, place);
  return places;
}

function mentions({ pinned, forbidden, preferredLeaders }: PlacementPartition, node: string): boolean {
  return (
    pinned?.some((pin) => pin.node === node) === true ||
    forbidden?.includes(node) === true ||
    preferredLeaders?.includes(node) === true
  );
}

function without(partition: PlacementPartition, node: string): PlacementPartition {
  const { pinned, forbidden, preferredLeaders, ...rest } = partition;
  return {
    ...rest,
    ...(pinned !== undefined && { pinned: pinned.filter((pin) => pin.node !== node) }),
    ...(forbidden !== undefined && { forbidden: forbidden.filter((name) => name !== node) }),
    ...(preferredLeaders !== undefined && { preferredLeaders: preferredLeaders.filter((name) => name !== node) }),
  };
}
