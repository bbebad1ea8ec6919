import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NONE } from './compiled.ts';
import type { PlacementProblem, ReplicaAt } from './problem.ts';

type Current = Pick<CompiledProblem, 'currentFrom' | 'currentNode' | 'currentRole'>;

/**
 * What stands where once an assignment is carried out: by role, then node. O(slots), or, where only the partitions `changed` do not stand as they do
 * today and as many of their replicas stand as before, a copy of what stands and a look at these.
 */
export function currentFromSlots(
  problem: CompiledProblem,
  assignment: SlotAssignment,
  changed?: Iterable<number>,
): Current {
  return (changed === undefined ? undefined : patched(problem, assignment, changed)) ?? whole(problem, assignment);
}

function whole({ P, S, slotsFrom, slotRole }: CompiledProblem, { node }: SlotAssignment): Current {
  const currentFrom = new Int32Array(P + 1);
  const currentNode = new Int32Array(S);
  const currentRole = new Uint8Array(S);
  let c = 0;
  for (let p = 0; p < P; p++) {
    c = writeRow(currentNode, currentRole, c, {
      node,
      slotRole,
      from: slotsFrom[p] as number,
      end: slotsFrom[p + 1] as number,
    });
    currentFrom[p + 1] = c;
  }
  return { currentFrom, currentNode: currentNode.slice(0, c), currentRole: currentRole.slice(0, c) };
}

/** `undefined` where a row gets longer or shorter. */
function patched(problem: CompiledProblem, { node }: SlotAssignment, changed: Iterable<number>): Current | undefined {
  const { slotsFrom, slotRole, currentFrom } = problem;
  const currentNode = problem.currentNode.slice();
  const currentRole = problem.currentRole.slice();
  for (const p of changed) {
    const [from, end] = [slotsFrom[p] as number, slotsFrom[p + 1] as number];
    let placed = 0;
    for (let s = from; s < end; s++) if (node[s] !== NONE) placed += 1;
    const first = currentFrom[p] as number;
    if (placed !== (currentFrom[p + 1] as number) - first) return undefined;
    writeRow(currentNode, currentRole, first, { node, slotRole, from, end });
  }
  return { currentFrom, currentNode, currentRole };
}

interface SlotRow {
  readonly node: Int32Array;
  readonly slotRole: Uint8Array;
  readonly from: number;
  readonly end: number;
}

/** Writes the replicas of one partition from `start` on; returns where they end. */
function writeRow(currentNode: Int32Array, currentRole: Uint8Array, start: number, row: SlotRow): number {
  let c = start;
  for (let s = row.from; s < row.end; s++) {
    const n = row.node[s] as number;
    if (n === NONE) continue;
    const role = row.slotRole[s] as number;
    let at = c++;
    // Slots come by role: only nodes in the same role may have to give way.
    while (at > start && currentRole[at - 1] === role && (currentNode[at - 1] as number) > n) {
      currentNode[at] = currentNode[at - 1] as number;
      at -= 1;
    }
    currentNode[at] = n;
    currentRole[c - 1] = role;
  }
  return c;
}

/** The current replicas of partition `p` by their names. */
export function namedReplicas(problem: CompiledProblem, p: number): readonly ReplicaAt[] {
  const { currentFrom, currentNode, currentRole, nodeNames } = problem;
  const roles = problem.roleNames[problem.resourceOf[p] as number] ?? [];
  const replicas: ReplicaAt[] = [];
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
    replicas.push({ node: nodeNames[currentNode[c] as number] ?? '', role: roles[currentRole[c] as number] ?? '' });
  }
  return replicas;
}

/** The problem with what stands as the compiled one says. O(replicas), and as many objects. */
export function namedCurrent(problem: PlacementProblem, compiled: CompiledProblem): PlacementProblem {
  const { resourceNames, partitionsFrom, partitionNames } = compiled;
  const first = new Map(resourceNames.map((name, k) => [name, k]));
  const resources = problem.resources.map((resource) => {
    const k = first.get(resource.name) ?? 0;
    const indexOf = new Map<string, number>();
    for (let p = partitionsFrom[k] ?? 0; p < (partitionsFrom[k + 1] ?? 0); p++) indexOf.set(partitionNames[p] ?? '', p);
    const partitions = resource.partitions.map((partition) => ({
      ...partition,
      current: namedReplicas(compiled, indexOf.get(partition.name) ?? 0),
    }));
    return { ...resource, partitions };
  });
  return { ...problem, resources };
}
