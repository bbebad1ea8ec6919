import type { PlacementProblem } from '@keelson/placement';
import {
  brokenConstraints,
  type ClusterFacts,
  countAnswer,
  factsOf,
  fairLeaders,
  fairLoads,
  leaderBound,
  leaderRanges,
  leastOutside,
  loadRanges,
  maxOverFair,
  moveBound,
  outsideRanges,
  type Range,
  readAnswer,
  replicaRanges,
  type Standing,
  stretched,
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
  /** Whether the bound is known to be the optimum. */
  readonly exact: boolean;
  /** How far outside the balance asked for every answer is, as a part of a fair share: 0 where it can be reached, or was. */
  readonly unreachable: number;
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

/** How an answer is judged. */
export interface JudgeOptions {
  /** Steps of each search for a higher bound where an answer stays far above it; see `WeightedQuestion`. None in long sequences, which ask two hundred times. */
  readonly hardWork?: number;
}

/** Whether the scenario asks two hundred times: minutes of judging instead of seconds. */
export const isLong = ({ family }: Scenario): boolean => family === '200 changes in a row';

/** Puts a scenario to the solver and judges every answer. */
export function judge(scenario: Scenario, solve: Solve, options: JudgeOptions = {}): Outcome {
  const asking = scenario.ask();
  const effort = isLong(scenario) ? { ...options, hardWork: 0 } : options;
  const verdicts: Verdict[] = [];
  let partitions = 0;
  let nodes = 0;
  for (let next = asking.next(); next.done !== true; ) {
    const standing = solve(next.value.problem);
    verdicts.push(verdictOn(next.value, standing, effort));
    nodes = Math.max(nodes, next.value.problem.nodes.length);
    partitions = next.value.problem.resources.reduce((sum, resource) => sum + resource.partitions.length, 0);
    next = asking.next(standing);
  }
  return { scenario, verdicts, partitions, nodes };
}

interface Bound {
  readonly cost: number;
  readonly exact: boolean;
}

const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;

/** What nodes have room for, where balance means nothing. */
const roomOf = (facts: ClusterFacts): Range[][] =>
  facts.dimensions.map((_, dimension) =>
    facts.nodes.map(({ capacity }) => ({ low: 0, high: capacity[dimension] ?? Number.POSITIVE_INFINITY })),
  );

/** Judges one answer by the oracles. */
export function verdictOn(
  { problem, part, placeable, balance }: Question,
  standing: readonly Standing[],
  options: JudgeOptions = {},
): Verdict {
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
  let bound: Bound = { cost: moves, exact: true };
  let unreachable = 0;
  if (facts.weighted) {
    const ranges = loadRanges(facts);
    const beside = Math.max(...ranges.map((row, at) => outsideRanges(counts.loads[at] ?? [], row, fair[at])));
    // Where leaders cannot be even, they are asked to be as even as here.
    const leaders = leaderRanges(facts).map(({ low, high }, node) => {
      const here = counts.leaders[node] ?? 0;
      return { low: Math.min(low, here), high: Math.max(high, here) };
    });
    if (balance && beside > 1e-9) {
      unreachable = leastOutside(facts, ranges, leaders);
      if (beside > unreachable + 2e-4)
        faults.push(`${percent(beside)} outside the balance asked for, ${percent(unreachable)} would do`);
    }
    if (placeable && counts.placed === counts.wanted) {
      // Of answers as even as this one.
      const loads = balance ? stretched(facts, ranges, beside > 1e-9 ? beside + 1e-9 : 0) : roomOf(facts);
      const question = { loads, changeCost, guess: moves, ...options };
      bound = weightedBound(facts, changeCost > 0 && balance ? { ...question, leaders } : question);
    }
  } else {
    const ranges = replicaRanges(facts);
    const best = moveBound(facts, ranges);
    able = best.placed;
    if (counts.placed === best.placed && balance) bound = { cost: best.moves, exact: true };
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
    moveBound: bound.cost,
    exact: bound.exact,
    unreachable,
    leaders: counts.leaders.reduce((sum, count) => sum + count, 0),
    leaderChanges: counts.leaderChanges,
    leaderBound: placeable && balance && facts.rolesWeighAlike ? leading.changes : counts.leaderChanges,
    leaderBoundHere: placeable && balance && facts.rolesWeighAlike ? here.changes : counts.leaderChanges,
    leaderMax: balance && !leadsBest ? leaderMax : 1,
    loadMax,
  };
}
