import { type CompiledProblem, NODE_LIVE } from '../model/compiled.ts';
import { type Crowd, columnsOf, crowdsOf, sumsOf } from './crowds.ts';
import type { ResourceSums } from './resource-sums.ts';
import { forbiddenReason } from './standing.ts';
import type { ZoneRules } from './zone-rule.ts';

/**
 * Partitions whose replicas may stand on the same nodes, added up: what they pour over these nodes. Each figure has one column per
 * dimension, then one that counts leaders, then one that counts replicas.
 */
export interface Pourer {
  /** Live nodes it reaches, ascending. */
  readonly nodes: readonly number[];
  /** [column] all of it. */
  readonly amount: Float64Array;
  /** [column] what one node takes at most: one replica of a partition, the heaviest. */
  readonly perNode: Float64Array;
  /** [zone * columns + column] what a zone takes at most. */
  readonly perZone: Float64Array;
  /** [zone * columns + column] and at least: more than 0 only where zones are fewer than replicas. */
  readonly zoneLeast: Float64Array;
}

/**
 * Groups a problem's load by the nodes that may carry it: `resources` that agree on their nodes, have no limit per node and leave a
 * choice pour together, partitions with forbidden nodes by themselves (see `setApart`). Replicas that keep their places on held nodes pour
 * nothing. O(P·D + groups·N).
 */
export function pourersOf(
  problem: CompiledProblem,
  rules: ZoneRules,
  resources: readonly number[],
  sums: ResourceSums,
): readonly Pourer[] {
  const byNodes = new Map<Int32Array, number[]>();
  const groups: number[][] = [];
  for (const k of resources) {
    const nodes = problem.eligible[k] ?? new Int32Array(0);
    const shared = byNodes.get(nodes);
    if (isLimited(problem, k) || fillsNodes(rules, k, sums.mostReplicas(problem, k))) groups.push([k]);
    else if (shared !== undefined) shared.push(k);
    else {
      const group = [k];
      byNodes.set(nodes, group);
      groups.push(group);
    }
  }
  const apart = setApart(problem, resources);
  const isApart = new Set([...apart.values()].flat());
  const alike = groups.map((group) => {
    const crowds = group.flatMap((k) => crowdsOf(problem, k, rules.usable(k), sums.of(problem, k, isApart)));
    return pourerOf(problem, problem.eligible[group[0] ?? 0] ?? [], crowds);
  });
  const others = [...apart.values()].map((partitions) => {
    const p = partitions[0] ?? 0;
    const k = problem.resourceOf[p] ?? 0;
    const nodes = Array.from(problem.eligible[k] ?? []).filter((n) => forbiddenReason(problem, p, n) === 0);
    return pourerOf(problem, nodes, crowdsOf(problem, k, liveByZone(problem, nodes), sumsOf(problem, partitions)));
  });
  return [...alike, ...others];
}

const isLimited = (problem: CompiledProblem, k: number): boolean =>
  (problem.maxPerNode[k] ?? 0) < (problem.partitionsFrom[k + 1] ?? 0) - (problem.partitionsFrom[k] ?? 0);

/** Whether every node that resource `k` may use has to take a replica of the partition that wants most: that part of it cannot be evened out. */
function fillsNodes(rules: ZoneRules, k: number, mostReplicas: number): boolean {
  return mostReplicas > 0 && mostReplicas >= rules.usable(k).reduce((sum, nodes) => sum + nodes, 0);
}

/** So many nodes, times sets of forbidden ones, are looked at one by one: about as much work as a solve of the same size may cost. */
const MOST_EXCEPTIONS = 4096;

/**
 * Partitions of a resource with the same forbidden nodes, by what they have in common. None where there are too many different sets:
 * then each is an exception of a few among many, and the fair shares are taken as if there were none.
 */
function setApart(problem: CompiledProblem, resources: readonly number[]): ReadonlyMap<string, readonly number[]> {
  const apart = new Map<string, number[]>();
  if (problem.forbiddenNode.length === 0) return apart;
  for (const k of resources) {
    for (let p = problem.partitionsFrom[k] ?? 0; p < (problem.partitionsFrom[k + 1] ?? 0); p++) {
      const from = problem.forbiddenFrom[p] ?? 0;
      const to = problem.forbiddenFrom[p + 1] ?? 0;
      if (from === to) continue;
      const key = `${k} ${problem.forbiddenNode.subarray(from, to).join(' ')}`;
      const known = apart.get(key);
      if (known !== undefined) known.push(p);
      else if ((apart.size + 1) * problem.N > MOST_EXCEPTIONS) return new Map();
      else apart.set(key, [p]);
    }
  }
  return apart;
}

/** [zone] live nodes among `nodes`. */
function liveByZone(problem: CompiledProblem, nodes: readonly number[]): Int32Array {
  const live = new Int32Array(problem.zones);
  for (const n of nodes) {
    const z = problem.zone[n] ?? 0;
    if (problem.nodeState[n] === NODE_LIVE) live[z] = (live[z] ?? 0) + 1;
  }
  return live;
}

function pourerOf(problem: CompiledProblem, eligible: Iterable<number>, crowds: readonly Crowd[]): Pourer {
  const columns = columnsOf(problem);
  const nodes = Array.from(eligible).filter((n) => problem.nodeState[n] === NODE_LIVE);
  const pourer: Pourer = {
    nodes,
    amount: new Float64Array(columns),
    perNode: new Float64Array(columns),
    perZone: new Float64Array(problem.zones * columns),
    zoneLeast: new Float64Array(problem.zones * columns),
  };
  for (const crowd of crowds) addCrowd(pourer, crowd, columns);
  return pourer;
}

function addCrowd(pourer: Pourer, crowd: Crowd, columns: number): void {
  const { amount, perNode, perZone, zoneLeast } = pourer;
  const { rule, usable, limit, heaviest, lightest, whole } = crowd;
  for (let i = 0; i < columns; i++) {
    amount[i] = (amount[i] ?? 0) + (whole[i] ?? 0);
    perNode[i] = (perNode[i] ?? 0) + (heaviest[i] ?? 0) * limit;
  }
  for (let z = 0; z < usable.length; z++) {
    const most = Math.min(rule.most, usable[z] ?? 0);
    const least = Math.min(rule.most - 1, usable[z] ?? 0);
    for (let i = 0; i < columns; i++) {
      const at = z * columns + i;
      perZone[at] = (perZone[at] ?? 0) + most * (heaviest[i] ?? 0);
      zoneLeast[at] = (zoneLeast[at] ?? 0) + least * (lightest[i] ?? 0);
    }
  }
}
