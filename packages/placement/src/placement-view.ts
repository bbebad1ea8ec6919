import type { SlotAssignment } from './assignment.ts';
import { type CompiledProblem, NONE } from './model/compiled.ts';
import type { ReplicaAt } from './model/problem.ts';

/** A replica, seen from its node. */
export interface PlacedReplica {
  readonly resource: string;
  readonly partition: string;
  readonly role: string;
}

/** A whole placement as plain data: resource → partition → its replicas in order of their roles. */
export type PlacementData = Readonly<Record<string, Readonly<Record<string, readonly ReplicaAt[]>>>>;

/** Where everything stands, read lazily: objects are made for what is asked for, and only then. */
export class PlacementView {
  readonly #problem: CompiledProblem;
  readonly #assignment: SlotAssignment;
  readonly #resources: () => ReadonlyMap<string, number>;
  readonly #nodes: () => ReadonlyMap<string, number>;
  readonly #partitions = new Map<number, ReadonlyMap<string, number>>();
  #slotsByNode: { readonly from: Int32Array; readonly slots: Int32Array } | undefined;

  constructor(problem: CompiledProblem, assignment: SlotAssignment) {
    this.#problem = problem;
    this.#assignment = assignment;
    this.#resources = once(() => indexOf(problem.resourceNames));
    this.#nodes = once(() => indexOf(problem.nodeNames));
  }

  /**
   * The replicas of a partition in order of their roles; those without a place are missing. Empty for names that do not exist.
   * The first call for a resource is O(its partitions), the others O(replicas).
   */
  replicasOf(resource: string, partition: string): readonly ReplicaAt[] {
    const k = this.#resources().get(resource);
    if (k === undefined) return [];
    const p = this.#partitionsOf(k).get(partition);
    return p === undefined ? [] : this.#replicasAt(k, p);
  }

  /** What stands on a node, in order of resources and partitions. The first call is O(replicas in all), the others O(those on the node). */
  *replicasOn(node: string): Generator<PlacedReplica, void, void> {
    const n = this.#nodes().get(node);
    if (n === undefined) return;
    const { from, slots } = this.#byNode();
    const { resourceNames, partitionNames, roleNames, resourceOf, slotRole } = this.#problem;
    const partitionOf = partitionsOfSlots(this.#problem, slots.subarray(from[n], from[n + 1]));
    for (const [i, p] of partitionOf.entries()) {
      const k = resourceOf[p] as number;
      const s = slots[(from[n] as number) + i] as number;
      yield {
        resource: resourceNames[k] as string,
        partition: partitionNames[p] as string,
        role: roleNames[k]?.[slotRole[s] as number] as string,
      };
    }
  }

  /** Everything as plain data; the form of `PlacementPartition.current`. O(replicas), and as many objects. */
  toJSON(): PlacementData {
    const { resourceNames, partitionNames, partitionsFrom } = this.#problem;
    return Object.fromEntries(
      resourceNames.map((name, k) => {
        const partitions: [string, readonly ReplicaAt[]][] = [];
        for (let p = partitionsFrom[k] as number; p < (partitionsFrom[k + 1] as number); p++) {
          partitions.push([partitionNames[p] as string, this.#replicasAt(k, p)]);
        }
        return [name, Object.fromEntries(partitions)];
      }),
    );
  }

  #replicasAt(k: number, p: number): readonly ReplicaAt[] {
    const { nodeNames, roleNames, slotsFrom, slotRole } = this.#problem;
    const replicas: ReplicaAt[] = [];
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = this.#assignment.node[s] as number;
      if (n !== NONE)
        replicas.push({ node: nodeNames[n] as string, role: roleNames[k]?.[slotRole[s] as number] as string });
    }
    return replicas;
  }

  #partitionsOf(k: number): ReadonlyMap<string, number> {
    const known = this.#partitions.get(k);
    if (known !== undefined) return known;
    const { partitionNames, partitionsFrom } = this.#problem;
    const first = partitionsFrom[k] as number;
    const index = new Map<string, number>();
    for (let p = first; p < (partitionsFrom[k + 1] as number); p++) index.set(partitionNames[p] as string, p);
    this.#partitions.set(k, index);
    return index;
  }

  #byNode(): { readonly from: Int32Array; readonly slots: Int32Array } {
    this.#slotsByNode ??= slotsByNode(this.#problem, this.#assignment);
    return this.#slotsByNode;
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function indexOf(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, index) => [name, index]));
}

function slotsByNode({ N, S }: CompiledProblem, { node }: SlotAssignment): { from: Int32Array; slots: Int32Array } {
  const from = new Int32Array(N + 2);
  for (let s = 0; s < S; s++)
    if (node[s] !== NONE) from[(node[s] as number) + 2] = (from[(node[s] as number) + 2] as number) + 1;
  for (let n = 0; n <= N; n++) from[n + 1] = (from[n + 1] as number) + (from[n] as number);
  const slots = new Int32Array(from[N + 1] as number);
  for (let s = 0; s < S; s++) {
    const n = node[s] as number;
    if (n === NONE) continue;
    const at = from[n + 1] as number;
    slots[at] = s;
    from[n + 1] = at + 1;
  }
  return { from, slots };
}

/** The partitions of ascending slots. */
function partitionsOfSlots({ slotsFrom }: CompiledProblem, slots: Int32Array): Int32Array {
  return slots.map((s) => {
    let low = 0;
    let high = slotsFrom.length - 1;
    while (low < high - 1) {
      const middle = (low + high) >> 1;
      if ((slotsFrom[middle] as number) <= s) low = middle;
      else high = middle;
    }
    return low;
  });
}
