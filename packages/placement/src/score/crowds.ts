import { type CompiledProblem, NODE_HELD, NONE } from '../model/compiled.ts';
import { heldReplicas } from './standing.ts';
import { type ZoneRule, zoneRuleFor } from './zone-rule.ts';

/** Columns of figures about load: the dimensions, leaders, replicas, and of each dimension what leading weighs beyond following. */
export const columnsOf = ({ D }: Pick<CompiledProblem, 'D'>): number => 2 * D + 2;
/** The column of what leading weighs beyond following in dimension d. */
export const leadColumn = ({ D }: Pick<CompiledProblem, 'D'>, d: number): number => D + 2 + d;

/** Partitions of a resource with the same number of replicas to place: what these pour, and one replica of each of them at most. */
export interface Crowd {
  readonly rule: ZoneRule;
  /** [zone] live nodes they may use. */
  readonly usable: Int32Array;
  /** Which part of them one node takes. */
  readonly limit: number;
  readonly heaviest: Float64Array;
  readonly lightest: Float64Array;
  readonly whole: Float64Array;
}

/** Which part of its partitions resource `k` may put on one node. */
function shareOfLimit(problem: CompiledProblem, k: number): number {
  const partitions = (problem.partitionsFrom[k + 1] ?? 0) - (problem.partitionsFrom[k] ?? 0);
  return partitions === 0 ? 0 : Math.min(1, (problem.maxPerNode[k] ?? 0) / partitions);
}

/** Some partitions of resource `k` added up by their number of replicas: one crowd, but for `every` and for held replicas. */
export function crowdsOf(
  problem: CompiledProblem,
  k: number,
  usable: Int32Array,
  sums: ReadonlyMap<number, WeightSum>,
): readonly Crowd[] {
  const limit = shareOfLimit(problem, k);
  return [...sums].map(([replicas, sum]) => crowdOf(problem, k, { usable, limit, replicas, sum }));
}

/** Partitions added up by the number of replicas that are to be placed. O(partitions · D). */
export function sumsOf(problem: CompiledProblem, partitions: Iterable<number>): ReadonlyMap<number, WeightSum> {
  const someHeld = problem.nodeState.includes(NODE_HELD);
  const sums = new Map<number, WeightSum>();
  let last: WeightSum | undefined;
  let lastReplicas = NONE;
  for (const p of partitions) {
    const from = problem.slotsFrom[p] ?? 0;
    const replicas = (problem.slotsFrom[p + 1] ?? 0) - from - (someHeld ? heldReplicas(problem, p) : 0);
    if (last === undefined || replicas !== lastReplicas) {
      last = sums.get(replicas) ?? { partitions: 0, firstSlot: from, weight: new Float64Array(problem.D) };
      lastReplicas = replicas;
      sums.set(replicas, last);
    }
    addWeight(problem, p, last);
  }
  return sums;
}

/** Some partitions with the same number of replicas, added up. */
export interface WeightSum {
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

interface CrowdDraft extends Pick<Crowd, 'usable' | 'limit'> {
  readonly replicas: number;
  readonly sum: WeightSum;
}

function crowdOf(problem: CompiledProblem, k: number, { usable, limit, replicas, sum }: CrowdDraft): Crowd {
  const columns = columnsOf(problem);
  const heaviest = new Float64Array(columns);
  const lightest = new Float64Array(columns).fill(replicas > 0 ? Number.POSITIVE_INFINITY : 0);
  const whole = new Float64Array(columns);
  const roles = problem.slotRole.subarray(sum.firstSlot, sum.firstSlot + replicas);
  const following = heaviestFollower(problem, k, sum, roles);
  for (const role of roles) {
    const figures = figuresOf(problem, k, sum, role, following);
    for (let i = 0; i < columns; i++) {
      const figure = figures[i] ?? 0;
      whole[i] = (whole[i] ?? 0) + figure;
      heaviest[i] = Math.max(heaviest[i] ?? 0, figure);
      lightest[i] = Math.min(lightest[i] ?? 0, figure);
    }
  }
  return { rule: zoneRuleFor(usable, replicas), usable, limit, heaviest, lightest, whole };
}

const loadOf = ({ D, roleLoad }: CompiledProblem, k: number, sum: WeightSum, role: number, d: number): number =>
  (sum.weight[d] ?? 0) * (roleLoad[k]?.[role * D + d] ?? 1);

/** [d] what the heaviest replica weighs that leads nothing; undefined where all lead. */
function heaviestFollower(
  problem: CompiledProblem,
  k: number,
  sum: WeightSum,
  roles: Iterable<number>,
): number[] | undefined {
  const followers = Array.from(roles).filter((role) => problem.roleLeads[k]?.[role] !== 1);
  if (followers.length === 0) return undefined;
  return Array.from({ length: problem.D }, (_, d) =>
    followers.reduce((most, role) => Math.max(most, loadOf(problem, k, sum, role, d)), 0),
  );
}

/** [column] of one replica of each partition in a role. */
function figuresOf(
  problem: CompiledProblem,
  k: number,
  sum: WeightSum,
  role: number,
  following: number[] | undefined,
): Float64Array {
  const { D } = problem;
  const leads = problem.roleLeads[k]?.[role] ?? 0;
  const figures = new Float64Array(columnsOf(problem));
  figures[D] = sum.partitions * leads;
  figures[D + 1] = sum.partitions;
  for (let d = 0; d < D; d++) {
    const load = loadOf(problem, k, sum, role, d);
    figures[d] = load;
    if (leads === 1 && following !== undefined)
      figures[leadColumn(problem, d)] = Math.max(0, load - (following[d] ?? 0));
  }
  return figures;
}
