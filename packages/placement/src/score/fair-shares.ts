import { type CompiledProblem, NODE_LIVE } from '../model/compiled.ts';
import { leadColumn } from './crowds.ts';
import { pour } from './pour.ts';
import { type Pourer, pourersOf } from './pourers.ts';
import { ResourceSums } from './resource-sums.ts';
import { ZoneRules } from './zone-rule.ts';

/** What each node should carry if load were a liquid: 0 on nodes that are not live. */
export interface FairShares {
  /** [n * D + d] */
  readonly load: Float64Array;
  /** [n] leaders. */
  readonly leaders: Float64Array;
  /** What partitions add up to, for who asks for the shares of single resources. */
  readonly sums: ResourceSums;
}

/**
 * Fair shares by max-min water filling: load flows to nodes in proportion to `share` as far as tags, fault zones, capacities and
 * limits let it. What a leader weighs beyond a follower flows first, by itself, as leaders are to be even too. Pins are not looked
 * at, forbidden nodes only while there are few different sets of them, and a role weighs what it weighs on average where a limit counts replicas. Where resources with different nodes overlap, each in turn pours its own load
 * anew over what the others left there, which ends in the one state that is fair to all: the sum of load² / share has no smaller value. (Where such resources also
 * fill nodes to their capacity, one may be left with load that has no share, as the others do not make room for it.)
 * O(P·D + N·D·groups·sweeps), one sweep if all resources may use the same nodes; `sums` that know the partitions already save the P·D.
 */
export function fairShares(problem: CompiledProblem, sums: ResourceSums = new ResourceSums()): FairShares {
  const { D, N } = problem;
  sums.use(problem);
  const pourers = pourersOf(
    problem,
    new ZoneRules(problem),
    Array.from(problem.resourceNames, (_, k) => k),
    sums,
  );
  const load = new Float64Array(N * D);
  for (let d = 0; d < D; d++) {
    const column = fairLoad(problem, pourers, d);
    for (let n = 0; n < N; n++) load[n * D + d] = column[n] ?? 0;
  }
  return { load, leaders: fairColumn(problem, pourers, D, leaderCaps(problem, pourers)), sums };
}

/**
 * [n] the fair share of resource `k` by itself, in replicas: as if there were nothing but it. O(N · D), and O(P of k · D) where
 * `sums` do not know the resource.
 */
export function fairReplicas(problem: CompiledProblem, rules: ZoneRules, sums: ResourceSums, k: number): Float64Array {
  const { D } = problem;
  const pourers = pourersOf(problem, rules, [k], sums);
  const amountOf = (column: number): number => pourers.reduce((sum, { amount }) => sum + (amount[column] ?? 0), 0);
  const replicas = amountOf(D + 1);
  const caps = Float64Array.from(problem.maxReplicas, (most, n) => (problem.nodeState[n] === NODE_LIVE ? most : 0));
  for (let d = 0; d < D; d++) {
    const mean = replicas === 0 ? 0 : amountOf(d) / replicas;
    if (mean === 0) continue;
    for (let n = 0; n < problem.N; n++) {
      caps[n] = Math.min(caps[n] ?? 0, (problem.capacity[n * D + d] ?? 0) / mean);
    }
  }
  return fairColumn(problem, pourers, D + 1, caps);
}

/**
 * [n] fair shares of dimension `d`. Leaders have to be even too: as far as they may not differ, what leading weighs beyond following is poured first, by itself,
 * and the rest on top of it. A zone that has to hold a replica of everything leads its part of it as well, and cannot pass that on.
 */
function fairLoad(problem: CompiledProblem, pourers: readonly Pourer[], d: number): Float64Array {
  const caps = capsOf(problem, pourers, d);
  const extra = leadColumn(problem, d);
  const fixed = Math.max(0, 1 - problem.goals.leaderTolerance);
  const total = new Float64Array(problem.N);
  pour(problem, pourers, [[extra, fixed]], caps, total);
  pour(
    problem,
    pourers,
    [
      [d, 1],
      [extra, -fixed],
    ],
    caps,
    total,
  );
  return total;
}

/** [n] what a live node takes at most in dimension `d`: its capacity, or its limit of replicas at their mean weight. */
function capsOf(problem: CompiledProblem, pourers: readonly Pourer[], d: number): Float64Array {
  const { D } = problem;
  let total = 0;
  for (const { amount } of pourers) total += amount[d] ?? 0;
  const mean = problem.S === 0 ? 0 : total / problem.S;
  return Float64Array.from({ length: problem.N }, (_, n) =>
    problem.nodeState[n] === NODE_LIVE
      ? Math.min(problem.capacity[n * D + d] ?? 0, (problem.maxReplicas[n] ?? 0) * mean)
      : 0,
  );
}

/** [n] leaders a live node takes at most: by its limit of replicas, and by its room for partitions of mean weight. */
function leaderCaps(problem: CompiledProblem, pourers: readonly Pourer[]): Float64Array {
  const { D, P } = problem;
  const caps = Float64Array.from(problem.maxReplicas, (most, n) => (problem.nodeState[n] === NODE_LIVE ? most : 0));
  for (let d = 0; d < D; d++) {
    let total = 0;
    for (const { perNode } of pourers) total += perNode[d] ?? 0;
    if (total === 0) continue;
    for (let n = 0; n < problem.N; n++) {
      caps[n] = Math.min(caps[n] ?? 0, ((problem.capacity[n * D + d] ?? 0) * P) / total);
    }
  }
  return caps;
}

const fairColumn = (
  problem: CompiledProblem,
  pourers: readonly Pourer[],
  column: number,
  caps: Float64Array,
): Float64Array => pour(problem, pourers, [[column, 1]], caps, new Float64Array(problem.N));
