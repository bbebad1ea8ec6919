import type { ProblemParts } from './compile.ts';
import type { CompiledPartitions } from './compile-partitions.ts';
import type { CompiledResources } from './compile-resources.ts';
import { NONE } from './compiled.ts';
import { IntList } from './int-list.ts';
import { compareNames, inOrderOfNames } from './order.ts';
import type { PlacementPartition } from './problem.ts';
import type { ChangedProblem } from './problem-draft.ts';

/** Where the rows of partitions come from after a change. */
export interface PartitionSources {
  /** [p] index before, or `-1 - i` for the i-th of the fresh ones. */
  readonly source: Int32Array;
  /** [p] index before, or NONE where it is new; `undefined` where all are the same in the same order. */
  readonly was: Int32Array | undefined;
  /** Those that are new or different, ascending. */
  readonly changed: readonly number[];
  /** [k] first partition; [K] = P. */
  readonly partitionsFrom: Int32Array;
  /** [k] the partitions that are new or different, in the order of their names. */
  readonly fresh: readonly (readonly PlacementPartition[])[];
}

type Edits = ReadonlyMap<string, PlacementPartition | undefined>;

const NO_EDITS: Edits = new Map();

/** `undefined` where no partition is new, different or gone. O(partitions) where one is, without a look at those that stay. */
export function sourcesOf(
  before: ProblemParts,
  resources: CompiledResources,
  { edits, added }: ChangedProblem,
): PartitionSources | undefined {
  const isEdited = [...edits.values()].some((edited) => edited.size > 0);
  // Most changes are of nodes: they do not even count the partitions.
  if (!isEdited && added.size === 0 && resources.K === before.resources.K) return undefined;
  const known = new Map(before.resources.resourceNames.map((name, k) => [name, k]));
  const writer = new SourceWriter(before.partitions);
  for (const [k, { name, partitions }] of resources.resources.entries()) {
    const old = known.get(name);
    if (old === undefined || added.has(name)) writer.all(partitions);
    else writer.merge(old, edits.get(name) ?? NO_EDITS);
    if (old !== k) writer.kept = false;
  }
  return writer.finish(resources.K === before.resources.K);
}

class SourceWriter {
  /** Whether so far all partitions are the ones that were there. */
  kept = true;
  readonly #old: CompiledPartitions;
  readonly #source: IntList;
  readonly #was: IntList;
  readonly #changed: number[] = [];
  readonly #from: number[] = [0];
  readonly #fresh: (readonly PlacementPartition[])[] = [];

  constructor(old: CompiledPartitions) {
    this.#old = old;
    this.#source = new IntList(old.P);
    this.#was = new IntList(old.P);
  }

  /** Every partition of a resource is fresh. */
  all(partitions: readonly PlacementPartition[]): void {
    const sorted = inOrderOfNames(partitions);
    for (const _ of sorted) this.#add(NONE);
    this.kept = false;
    this.#close(sorted);
  }

  /** Those of the resource that was the `k`-th, with its edits. */
  merge(k: number, edits: Edits): void {
    const { partitionsFrom, partitionNames } = this.#old;
    const end = partitionsFrom[k + 1] ?? 0;
    const fresh: PlacementPartition[] = [];
    let old = partitionsFrom[k] ?? 0;
    for (const [name, partition] of [...edits].sort((a, b) => compareNames(a[0], b[0]))) {
      const place = firstFrom(partitionNames, name, old, end);
      this.#keep(old, place);
      const isThere = place < end && partitionNames[place] === name;
      if (isThere !== (partition !== undefined)) this.kept = false;
      if (partition !== undefined) {
        fresh.push(partition);
        this.#add(isThere ? place : NONE);
      }
      old = isThere ? place + 1 : place;
    }
    this.#keep(old, end);
    this.#close(fresh);
  }

  finish(isSameResources: boolean): PartitionSources | undefined {
    const kept = this.kept && isSameResources;
    if (kept && this.#changed.length === 0) return undefined;
    return {
      source: this.#source.toArray(),
      was: kept ? undefined : this.#was.toArray(),
      changed: this.#changed,
      partitionsFrom: Int32Array.from(this.#from),
      fresh: this.#fresh,
    };
  }

  #keep(from: number, to: number): void {
    for (let p = from; p < to; p++) {
      this.#source.push(p);
      this.#was.push(p);
    }
  }

  #add(was: number): void {
    this.#source.push(-1 - this.#changed.length);
    this.#was.push(was);
    this.#changed.push(this.#was.length - 1);
  }

  #close(fresh: readonly PlacementPartition[]): void {
    this.#fresh.push(fresh);
    this.#from.push(this.#source.length);
  }
}

/** The first place in `names[from..to)` that holds `name` or what comes after it. */
export function firstFrom(names: readonly string[], name: string, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((names[middle] ?? '') < name) low = middle + 1;
    else high = middle;
  }
  return low;
}
