import type { PlacementProblem } from '@keelson/placement';
import {
  brokenConstraints,
  countAnswer,
  factsOf,
  fairLeaders,
  fairLoads,
  leaderBound,
  leaderRanges,
  loadRanges,
  maxOverFair,
  moveBound,
  outsideRanges,
  readAnswer,
  replicaRanges,
  type Standing,
  weightedBound,
} from '../test-support/oracles/index.ts';
import type { Question, Scenario } from '../test-support/scenarios/index.ts';

/** Answers a problem; the solver under judgement, seen from outside. */
export type Solve = (problem: PlacementProblem) => readonly Standing[];

/** What one answer is worth. */
export interface Verdict {
  readonly part: Question['part'];
  /** What is plainly wrong: a hard constraint broken, a replica left out although it has a place, balance missed. */
  readonly faults: readonly string[];
  readonly unplaced: number;
  /** Copies; where roles weigh differently each leader that changes counts half a copy more. */
  readonly moves: number;
  readonly moveBound: number;
  readonly leaders: number;
  readonly leaderChanges: number;
  /** Over all sets of replicas there could be. */
  readonly leaderBound: number;
  /** Over the sets of replicas of the answer. */
  readonly leaderBoundHere: number;
  /** Leaders of the fullest node over its fair share, rounded up to a whole leader; 1 where it is proven that the replicas allow no more evenness. */
  readonly leaderMax: number;
  /** Load of the fullest node over its fair share, in the worst dimension. */
  readonly loadMax: number;
}

/** A scenario and all that was made of it. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly verdicts: readonly Verdict[];
  readonly partitions: number;
  readonly nodes: number;
}

/** Puts a scenario to the solver and judges every answer. */
export function judge(scenario: Scenario, solve: Solve): Outcome {
  const asking = scenario.ask();
  const verdicts: Verdict[] = [];
  let partitions = 0;
  let nodes = 0;
  for (let next = asking.next(); next.done !== true; ) {
    const standing = solve(next.value.problem);
    verdicts.push(verdictOn(next.value, standing));
    nodes = Math.max(nodes, next.value.problem.nodes.length);
    partitions = next.value.problem.resources.reduce((sum, resource) => sum + resource.partitions.length, 0);
    next = asking.next(standing);
  }
  return { scenario, verdicts, partitions, nodes };
}

/** Judges one answer by the oracles. */
export function verdictOn({ problem, part, placeable, balance }: Question, standing: readonly Standing[]): Verdict {
  const facts = factsOf(problem);
  const { answer, faults } = readAnswer(facts, standing);
  faults.push(...brokenConstraints(facts, answer));
  const counts = countAnswer(facts, answer);
  const fair = facts.dimensions.map((_, dimension) => fairLoads(facts, dimension));
  const loadMax = Math.max(...fair.map((row, dimension) => maxOverFair(counts.loads[dimension] ?? [], row)));
  const leading = leaderBound(facts);
  const here = leaderBound(facts, (partition) => [...(answer[partition]?.keys() ?? [])]);
  const fairly = fairLeaders(facts);
  // Where a leader weighs more than a follower, handing over a lead can stand for a copy: the two have to be judged as one.
  const changeCost = facts.rolesWeighAlike ? 0 : 0.5;
  const moves = counts.moves + changeCost * counts.leaderChanges;
  let able = placeable ? counts.wanted : counts.placed;
  let bound = moves;
  if (facts.weighted) {
    const ranges = loadRanges(facts);
    const beside = Math.max(...ranges.map((row, at) => outsideRanges(counts.loads[at] ?? [], row, fair[at])));
    if (balance && beside > 1e-9) faults.push(`${(100 * beside).toFixed(2)} % outside the balance asked for`);
    const free = ranges.map((row, at) =>
      row.map((_, node) => ({ low: 0, high: facts.nodes[node]?.capacity[at] ?? 0 })),
    );
    // Where only copies count, the upper end alone: that a node leads enough may ask for more replicas on it than its load does.
    const atMost = leaderRanges(facts).map(({ low, high }) => ({ low: changeCost === 0 ? 0 : low, high }));
    const anywhere = facts.nodes.map(() => ({ low: 0, high: counts.wanted }));
    const question = { changeCost, guess: moves };
    if (placeable && balance) bound = weightedBound(facts, { ...question, loads: ranges, leaders: atMost }).cost;
    else if (placeable) bound = weightedBound(facts, { ...question, loads: free, leaders: anywhere }).cost;
  } else {
    const ranges = replicaRanges(facts);
    const best = moveBound(facts, ranges);
    able = best.placed;
    if (counts.placed === best.placed) bound = balance ? best.moves : counts.moves;
    const beside = outsideRanges(counts.loads[0] ?? [], ranges);
    if (balance && beside > best.outside)
      faults.push(`${beside} replicas outside the balance asked for, ${best.outside} would do`);
  }
  if (counts.placed < able)
    faults.push(`${able - counts.placed} of ${counts.wanted} replicas have a place and are left out`);
  const leaderMax = maxOverFair(
    counts.leaders,
    fairly.map((share) => Math.ceil(share - 1e-6)),
  );
  // Where a tag fills some nodes with what nobody leads, the replicas left to lead stand elsewhere: then the best there is has to do.
  const leadsBest = here.outside > 0 && outsideRanges(counts.leaders, leaderRanges(facts)) <= here.outside;
  return {
    part,
    faults,
    unplaced: Math.max(0, able - counts.placed),
    moves,
    moveBound: bound,
    leaders: counts.leaders.reduce((sum, count) => sum + count, 0),
    leaderChanges: counts.leaderChanges,
    leaderBound: placeable && balance && facts.rolesWeighAlike ? leading.changes : counts.leaderChanges,
    leaderBoundHere: placeable && balance && facts.rolesWeighAlike ? here.changes : counts.leaderChanges,
    leaderMax: balance && !leadsBest ? leaderMax : 1,
    loadMax,
  };
}
