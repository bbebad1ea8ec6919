import { type CompiledProblem, NODE_HELD, NODE_LIVE } from '../model/compiled.ts';
import { heldReplicas } from './standing.ts';
import { type ZoneRule, ZoneRules } from './zone-rule.ts';

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

/** How many columns a pourer has: the dimensions, leaders, replicas. */
export const columnsOf = (problem: CompiledProblem): number => problem.D + 2;

/** Partitions of a resource with the same number of replicas to place: what these pour, and one replica of each of them at most. */
interface Crowd {
  readonly rule: ZoneRule;
  readonly heaviest: Float64Array;
  readonly lightest: Float64Array;
  readonly whole: Float64Array;
}

/**
 * Groups a problem's load by the nodes that may carry it. Resources that agree on their nodes and have no limit per node pour
 * together; replicas that keep their places on held nodes pour nothing. O(P·D + groups·N).
 */
export function pourersOf(problem: CompiledProblem): readonly Pourer[] {
  const rules = new ZoneRules(problem);
  const byNodes = new Map<Int32Array, number[]>();
  const groups: number[][] = [];
  for (let k = 0; k < problem.K; k++) {
    const nodes = problem.eligible[k] ?? new Int32Array(0);
    const shared = byNodes.get(nodes);
    if (isLimited(problem, k)) groups.push([k]);
    else if (shared !== undefined) shared.push(k);
    else {
      const group = [k];
      byNodes.set(nodes, group);
      groups.push(group);
    }
  }
  return groups.map((group) => pourerOf(problem, rules, group));
}

const isLimited = (problem: CompiledProblem, k: number): boolean =>
  (problem.maxPerNode[k] ?? 0) < (problem.partitionsFrom[k + 1] ?? 0) - (problem.partitionsFrom[k] ?? 0);

/** What the resources `group`, all with the same nodes, pour together. */
export function pourerOf(problem: CompiledProblem, rules: ZoneRules, group: readonly number[]): Pourer {
  const columns = columnsOf(problem);
  const nodes = Array.from(problem.eligible[group[0] ?? 0] ?? []).filter((n) => problem.nodeState[n] === NODE_LIVE);
  const amount = new Float64Array(columns);
  const perNode = new Float64Array(columns);
  const perZone = new Float64Array(problem.zones * columns);
  const zoneLeast = new Float64Array(problem.zones * columns);
  for (const k of group) {
    const crowds = crowdsOf(problem, rules, k);
    const limit = shareOfLimit(problem, k);
    const usable = rules.usable(k);
    for (const { rule, heaviest, lightest, whole } of crowds) {
      for (let i = 0; i < columns; i++) {
        amount[i] = (amount[i] ?? 0) + (whole[i] ?? 0);
        perNode[i] = (perNode[i] ?? 0) + (heaviest[i] ?? 0) * limit;
      }
      for (let z = 0; z < problem.zones; z++) {
        const most = Math.min(rule.most, usable[z] ?? 0);
        const least = Math.min(rule.most - 1, usable[z] ?? 0);
        for (let i = 0; i < columns; i++) {
          const at = z * columns + i;
          perZone[at] = (perZone[at] ?? 0) + most * (heaviest[i] ?? 0);
          zoneLeast[at] = (zoneLeast[at] ?? 0) + least * (lightest[i] ?? 0);
        }
      }
    }
  }
  return { nodes, amount, perNode, perZone, zoneLeast };
}

/** Which part of its partitions resource `k` may put on one node. */
function shareOfLimit(problem: CompiledProblem, k: number): number {
  const partitions = (problem.partitionsFrom[k + 1] ?? 0) - (problem.partitionsFrom[k] ?? 0);
  return partitions === 0 ? 0 : Math.min(1, (problem.maxPerNode[k] ?? 0) / partitions);
}

/** The partitions of resource `k` added up by their number of replicas: one crowd, but for `every` and for held replicas. */
function crowdsOf(problem: CompiledProblem, rules: ZoneRules, k: number): readonly Crowd[] {
  const someHeld = problem.nodeState.includes(NODE_HELD);
  const sums = new Map<number, WeightSum>();
  for (let p = problem.partitionsFrom[k] ?? 0; p < (problem.partitionsFrom[k + 1] ?? 0); p++) {
    const from = problem.slotsFrom[p] ?? 0;
    const replicas = (problem.slotsFrom[p + 1] ?? 0) - from - (someHeld ? heldReplicas(problem, p) : 0);
    let sum = sums.get(replicas);
    if (sum === undefined) {
      sum = { partitions: 0, firstSlot: from, weight: new Float64Array(problem.D) };
      sums.set(replicas, sum);
    }
    addWeight(problem, p, sum);
  }
  return [...sums].map(([replicas, sum]) => crowdOf(problem, rules.ofResource(k, replicas), k, replicas, sum));
}

interface WeightSum {
  partitions: number;
  /** First slot of one of them: all fill their roles in the same order. */
  readonly firstSlot: number;
  readonly weight: Float64Array;
}

function addWeight({ D, weight }: CompiledProblem, p: number, sum: WeightSum): void {
  sum.partitions++;
  const sums = sum.weight;
  for (let d = 0; d < D; d++) sums[d] = (sums[d] ?? 0) + (weight[p * D + d] ?? 0);
}

function crowdOf(problem: CompiledProblem, rule: ZoneRule, k: number, replicas: number, sum: WeightSum): Crowd {
  const { D, slotRole } = problem;
  const heaviest = new Float64Array(D + 2);
  const lightest = new Float64Array(D + 2).fill(replicas > 0 ? Number.POSITIVE_INFINITY : 0);
  const whole = new Float64Array(D + 2);
  for (let s = sum.firstSlot; s < sum.firstSlot + replicas; s++) {
    const role = slotRole[s] ?? 0;
    for (let i = 0; i <= D; i++) {
      const load =
        i < D
          ? (sum.weight[i] ?? 0) * (problem.roleLoad[k]?.[role * D + i] ?? 1)
          : sum.partitions * (problem.roleLeads[k]?.[role] ?? 0);
      whole[i] = (whole[i] ?? 0) + load;
      heaviest[i] = Math.max(heaviest[i] ?? 0, load);
      lightest[i] = Math.min(lightest[i] ?? 0, load);
    }
  }
  whole[D + 1] = sum.partitions * replicas;
  heaviest[D + 1] = sum.partitions;
  lightest[D + 1] = replicas > 0 ? sum.partitions : 0;
  return { rule, heaviest, lightest, whole };
}
