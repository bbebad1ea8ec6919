import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NONE } from './compiled.ts';
import type { PlacementProblem, ReplicaAt } from './problem.ts';

type Current = Pick<CompiledProblem, 'currentFrom' | 'currentNode' | 'currentRole'>;

/** What stands where once an assignment is carried out: by role, then node. O(slots). */
export function currentFromSlots({ P, S, slotsFrom, slotRole }: CompiledProblem, { node }: SlotAssignment): Current {
  const currentFrom = new Int32Array(P + 1);
  const currentNode = new Int32Array(S);
  const currentRole = new Uint8Array(S);
  let c = 0;
  for (let p = 0; p < P; p++) {
    const start = c;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = node[s] as number;
      if (n === NONE) continue;
      const role = slotRole[s] as number;
      let at = c++;
      // Slots come by role: only nodes in the same role may have to give way.
      while (at > start && currentRole[at - 1] === role && (currentNode[at - 1] as number) > n) {
        currentNode[at] = currentNode[at - 1] as number;
        at -= 1;
      }
      currentNode[at] = n;
      currentRole[c - 1] = role;
    }
    currentFrom[p + 1] = c;
  }
  return { currentFrom, currentNode: currentNode.slice(0, c), currentRole: currentRole.slice(0, c) };
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
