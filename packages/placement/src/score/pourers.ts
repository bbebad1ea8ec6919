import { type CompiledProblem, NODE_LIVE } from '../model/compiled.ts';
import { heldReplicas, leads, slotLoad } from './standing.ts';
import { type ZoneRule, ZoneRules } from './zone-rule.ts';

/**
 * Partitions whose replicas may stand on the same nodes, added up: what they pour over these nodes. Each figure has one column per
 * dimension and, last, one that counts leaders.
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
}

/** Columns of a pourer: the dimensions and the leaders. */
export const columnsOf = (problem: CompiledProblem): number => problem.D + 1;

/** Partitions of a pourer that have the same zone rule and number of replicas, by what one of their replicas weighs at most. */
interface Crowd {
  readonly rule: ZoneRule;
  readonly heaviest: Float64Array;
  readonly whole: Float64Array;
}

/**
 * Groups a problem's load by the nodes that may carry it. Resources that agree on their nodes and have no limit per node pour
 * together; replicas that keep their places on held nodes pour nothing. O(S·D + groups·N).
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

function pourerOf(problem: CompiledProblem, rules: ZoneRules, group: readonly number[]): Pourer {
  const columns = columnsOf(problem);
  const nodes = Array.from(problem.eligible[group[0] ?? 0] ?? []).filter((n) => problem.nodeState[n] === NODE_LIVE);
  const amount = new Float64Array(columns);
  const perNode = new Float64Array(columns);
  const perZone = new Float64Array(problem.zones * columns);
  for (const k of group) {
    const crowds = crowdsOf(problem, rules, k);
    const limit = shareOfLimit(problem, k);
    const usable = rules.usable(k);
    for (const { rule, heaviest, whole } of crowds) {
      for (let i = 0; i < columns; i++) {
        amount[i] = (amount[i] ?? 0) + (whole[i] ?? 0);
        perNode[i] = (perNode[i] ?? 0) + (heaviest[i] ?? 0) * limit;
      }
      for (let z = 0; z < problem.zones; z++) {
        const most = Math.min(rule.most, usable[z] ?? 0);
        for (let i = 0; i < columns; i++) {
          perZone[z * columns + i] = (perZone[z * columns + i] ?? 0) + most * (heaviest[i] ?? 0);
        }
      }
    }
  }
  return { nodes, amount, perNode, perZone };
}

/** Which part of its partitions resource `k` may put on one node. */
function shareOfLimit(problem: CompiledProblem, k: number): number {
  const partitions = (problem.partitionsFrom[k + 1] ?? 0) - (problem.partitionsFrom[k] ?? 0);
  return partitions === 0 ? 0 : Math.min(1, (problem.maxPerNode[k] ?? 0) / partitions);
}

/** The partitions of resource `k` added up by zone rule. Most resources have one crowd only. */
function crowdsOf(problem: CompiledProblem, rules: ZoneRules, k: number): readonly Crowd[] {
  const { D } = problem;
  const crowds = new Map<ZoneRule, Crowd>();
  for (let p = problem.partitionsFrom[k] ?? 0; p < (problem.partitionsFrom[k + 1] ?? 0); p++) {
    const from = problem.slotsFrom[p] ?? 0;
    const replicas = (problem.slotsFrom[p + 1] ?? 0) - from - heldReplicas(problem, p);
    const rule = rules.ofResource(k, replicas);
    const crowd = crowds.get(rule) ?? { rule, heaviest: new Float64Array(D + 1), whole: new Float64Array(D + 1) };
    crowds.set(rule, crowd);
    for (let d = 0; d < D; d++) {
      let most = 0;
      for (let s = from; s < from + replicas; s++) {
        const load = slotLoad(problem, p, s, d);
        crowd.whole[d] = (crowd.whole[d] ?? 0) + load;
        if (load > most) most = load;
      }
      crowd.heaviest[d] = (crowd.heaviest[d] ?? 0) + most;
    }
    let leaders = 0;
    for (let s = from; s < from + replicas; s++) if (leads(problem, p, s)) leaders++;
    crowd.whole[D] = (crowd.whole[D] ?? 0) + leaders;
    crowd.heaviest[D] = (crowd.heaviest[D] ?? 0) + Math.min(1, leaders);
  }
  return [...crowds.values()];
}
