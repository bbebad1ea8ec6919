import { type CompiledProblem, NODE_LIVE } from '../model/compiled.ts';
import type { Scales } from '../score/scales.ts';
import { enteringReplicas, type Lacking } from './entering.ts';
import { largestOf, mostThatFit, mostValueWithin } from './knapsack.ts';
import type { Quota } from './most-kept.ts';
import type { Present } from './present.ts';

/** What the balance asked for leaves on each node, and asks of it. */
export interface NodeLimits {
  /** [p * D + d] what a replica weighs at most, whatever its role. */
  readonly heaviest: Float64Array;
  /** Of live nodes, in replicas; where things weigh `least` is 0 and `most` what a knapsack of the lightest holds. */
  readonly quotas: readonly Quota[];
  /** [n] most bytes of today's replicas that can stay. */
  readonly bytesStaying: Float64Array;
  /** Replicas that may stay on held nodes. */
  readonly held: number;
  /** Replicas that nodes have to take in, together, that lack load or, where things weigh, replicas to lead. */
  readonly entering: number;
  /** [d] most load of today that can stay, all nodes together. */
  readonly keptLoad: Float64Array;
  /** [d] load that nodes below their range have to take in, together. */
  readonly lackingLoad: Float64Array;
}

/** Looks at node after node. With something unplaced nothing is asked of nodes from below. O(N·D + C·D·log C). */
export function nodeLimits(problem: CompiledProblem, scales: Scales, present: Present, complete: boolean): NodeLimits {
  const { D, N } = problem;
  const factors = roleFactors(problem);
  const bytesStaying = new Float64Array(N);
  const keptLoad = new Float64Array(D);
  const lackingLoad = new Float64Array(D);
  const lackingBy: Lacking[] = [];
  const quotas: Quota[] = [];
  let held = 0;
  for (let n = 0; n < N; n++) {
    const there = present.partition.subarray(present.from[n], present.from[n + 1]);
    if (problem.nodeState[n] !== NODE_LIVE) {
      bytesStaying[n] = largestOf(bytesOf(problem, there), there.length);
      held += there.length;
      addKeptLoad(problem, factors, there, keptLoad);
      continue;
    }
    let most = Math.min(there.length, problem.maxReplicas[n] ?? 0);
    const bytes = bytesOf(problem, there);
    let keptBytes = Number.POSITIVE_INFINITY;
    const lacking = new Float64Array(D);
    for (let d = 0; d < D; d++) {
      const scale = scales.dimensions[d];
      const top = Math.min(scale?.most[n] ?? 0, problem.capacity[n * D + d] ?? 0);
      const { lightest, heaviest } = weightsOf(problem, factors, there, d);
      keptLoad[d] = (keptLoad[d] ?? 0) + Math.min(heaviest, top);
      keptBytes = Math.min(keptBytes, mostValueWithin(bytes, lightest, top));
      most = Math.min(most, mostThatFit(lightest, top));
      lacking[d] = complete ? Math.max(0, (scale?.least[n] ?? 0) - heaviest) : 0;
      lackingLoad[d] = (lackingLoad[d] ?? 0) + (lacking[d] ?? 0);
    }
    bytesStaying[n] = Math.min(keptBytes, largestOf(bytes, most));
    const leads = complete && !problem.unweighted ? leadsLacking(problem, scales, there, n) : 0;
    if (leads > 0 || lacking.some((lack) => lack > 0)) lackingBy.push({ load: lacking, leads });
    const least = problem.unweighted && complete ? (scales.dimensions[0]?.least[n] ?? 0) : 0;
    const top = problem.unweighted ? (scales.dimensions[0]?.most[n] ?? 0) : Number.POSITIVE_INFINITY;
    quotas.push({ present: most, least, most: Math.min(top, problem.maxReplicas[n] ?? 0) });
  }
  const heaviest = heaviestLoads(problem, factors);
  const entering = enteringReplicas(problem, heaviest, lackingBy);
  return { heaviest, quotas, bytesStaying, held, entering, keptLoad, lackingLoad };
}

/** How many leaders the node should have at least, beyond those it would have if it led whatever is there. */
function leadsLacking(
  { resourceOf, roleLeads }: CompiledProblem,
  scales: Scales,
  there: Int32Array,
  n: number,
): number {
  let able = 0;
  for (const p of there) if (roleLeads[resourceOf[p] ?? 0]?.includes(1) === true) able++;
  return Math.max(0, (scales.leaders.least[n] ?? 0) - able);
}

const bytesOf = ({ bytes }: CompiledProblem, partitions: Int32Array): Float64Array =>
  Float64Array.from(partitions, (p) => bytes[p] ?? 0);

/** [k * D + d] least and most that a role multiplies a partition's weight by. */
interface RoleFactors {
  readonly least: Float64Array;
  readonly most: Float64Array;
}

function roleFactors({ K, D, roleLoad }: CompiledProblem): RoleFactors {
  const least = new Float64Array(K * D).fill(Number.POSITIVE_INFINITY);
  const most = new Float64Array(K * D);
  for (const [k, loads] of roleLoad.entries()) {
    for (const [i, factor] of loads.entries()) {
      const at = k * D + (i % D);
      least[at] = Math.min(least[at] ?? 0, factor);
      most[at] = Math.max(most[at] ?? 0, factor);
    }
  }
  return { least, most };
}

/** What replicas weigh one by one in their lightest role, and all together in their heaviest. */
function weightsOf(
  problem: CompiledProblem,
  { least, most }: RoleFactors,
  partitions: Int32Array,
  d: number,
): { lightest: Float64Array; heaviest: number } {
  const { D } = problem;
  const lightest = new Float64Array(partitions.length);
  let heaviest = 0;
  for (const [i, p] of partitions.entries()) {
    const at = (problem.resourceOf[p] ?? 0) * D + d;
    const weight = problem.weight[p * D + d] ?? 0;
    lightest[i] = weight * (least[at] ?? 1);
    heaviest += weight * (most[at] ?? 1);
  }
  return { lightest, heaviest };
}

function addKeptLoad(problem: CompiledProblem, factors: RoleFactors, there: Int32Array, kept: Float64Array): void {
  for (let d = 0; d < problem.D; d++) kept[d] = (kept[d] ?? 0) + weightsOf(problem, factors, there, d).heaviest;
}

/** [p * D + d] what a replica weighs at most. */
function heaviestLoads({ D, P, weight, resourceOf }: CompiledProblem, { most }: RoleFactors): Float64Array {
  const loads = new Float64Array(P * D);
  for (let p = 0; p < P; p++) {
    const at = (resourceOf[p] ?? 0) * D;
    for (let d = 0; d < D; d++) loads[p * D + d] = (weight[p * D + d] ?? 0) * (most[at + d] ?? 1);
  }
  return loads;
}
