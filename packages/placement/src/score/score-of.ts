import type { SlotAssignment } from '../assignment.ts';
import type { CompiledProblem } from '../model/compiled.ts';
import { affinityViolations } from './affinity.ts';
import { Copysets } from './copysets.ts';
import { type LoadScore, loadScore } from './load-score.ts';
import { copiesOf, leaderChangesOf, preferenceMissed, sharingPairs } from './partition-terms.ts';
import { furthest, type Scale, Scales } from './scales.ts';
import { replicasOfResource, type Tally, tallyOf } from './tally.ts';
import { type Figures, type ScoreTerm, type TermName, weigh } from './terms.ts';

/** A placement weighed by the goals: every wish with what it counts, what a unit costs, and the sum. */
export interface ScoreTerms {
  /** Sum of the penalties of all terms: what is to be small once all is placed. */
  readonly penalty: number;
  readonly terms: Readonly<Record<TermName, ScoreTerm>>;
  readonly placed: number;
  readonly unplaced: number;
  /** One for each dimension. */
  readonly dimensions: readonly LoadScore[];
  readonly replicas: LoadScore;
  readonly leaders: LoadScore;
  /** Pairs of replicas of one partition that share a domain, by level, the widest first. */
  readonly spread: readonly { readonly level: string; readonly pairs: number }[];
  /** Sum of `bytes` of the copied replicas. */
  readonly bytes: number;
}

/**
 * Weighs an assignment, every term from its definition in `PlacementGoals`. Says nothing of hard rules: see `violationsOf`.
 * O(S·(D + R) + K·N·D).
 */
export function scoreOf(
  problem: CompiledProblem,
  assignment: SlotAssignment,
  scales: Scales = new Scales(problem),
): ScoreTerms {
  const tally = tallyOf(problem, assignment);
  const local = localFigures(problem, assignment);
  const terms = weigh(figuresOf(problem, assignment, scales, tally, local), problem.goals);
  let penalty = 0;
  for (const { penalty: one } of Object.values(terms)) penalty += one;
  return {
    penalty,
    terms,
    placed: problem.S - tally.unplaced,
    unplaced: tally.unplaced,
    dimensions: problem.dimensionNames.map((name, d) =>
      loadScore(problem, name, scales.dimensions[d]?.fair, (n) => tally.load[n * problem.D + d] ?? 0),
    ),
    replicas: loadScore(problem, 'replicas', undefined, (n) => tally.replicas[n] ?? 0),
    leaders: loadScore(problem, 'leaders', scales.leaders.fair, (n) => tally.leaders[n] ?? 0),
    spread: problem.widerLevels.map((level, i) => ({ level, pairs: local.pairs[i] ?? 0 })),
    bytes: local.bytes,
  };
}

/** Sums of the terms that partitions have each by itself. */
interface LocalFigures {
  moves: number;
  bytes: number;
  leaderChanges: number;
  preferredLeaders: number;
  /** [level] */
  readonly pairs: Float64Array;
}

function localFigures(problem: CompiledProblem, { node }: SlotAssignment): LocalFigures {
  const { widerDomains } = problem;
  const sums: LocalFigures = {
    moves: 0,
    bytes: 0,
    leaderChanges: 0,
    preferredLeaders: 0,
    pairs: new Float64Array(widerDomains.length),
  };
  for (let p = 0; p < problem.P; p++) {
    const from = problem.slotsFrom[p] ?? 0;
    const copies = copiesOf(problem, p, node, from);
    sums.moves += copies;
    sums.bytes += copies * (problem.bytes[p] ?? 0);
    sums.leaderChanges += leaderChangesOf(problem, p, node, from);
    sums.preferredLeaders += preferenceMissed(problem, p, node, from);
    for (const [level, domain] of widerDomains.entries()) {
      sums.pairs[level] = (sums.pairs[level] ?? 0) + sharingPairs(problem, p, domain, node, from);
    }
  }
  return sums;
}

function figuresOf(
  problem: CompiledProblem,
  assignment: SlotAssignment,
  scales: Scales,
  tally: Tally,
  local: LocalFigures,
): Figures {
  const { D } = problem;
  let evenness = 0;
  for (const [d, scale] of scales.dimensions.entries()) {
    evenness += squareOutside(scale, (n) => tally.load[n * D + d] ?? 0);
  }
  let resourceEvenness = 0;
  for (let k = 0; k < problem.K; k++) {
    const replicas = replicasOfResource(problem, assignment, k);
    resourceEvenness += squareOutside(scales.ofResource(k), (n) => replicas[n] ?? 0);
  }
  let affinity = 0;
  for (const one of problem.affinities) affinity += one.weight * affinityViolations(problem, one, assignment);
  return {
    evenness,
    resourceEvenness,
    leaderEvenness: squareOutside(scales.leaders, (n) => tally.leaders[n] ?? 0),
    moves: local.moves,
    bytes: bytesFigure(problem, local.bytes),
    leaderChanges: local.leaderChanges,
    spread: local.pairs.reduce((sum, pairs) => sum + pairs, 0),
    preferredLeaders: local.preferredLeaders,
    affinity,
    copysets: new Copysets(problem, assignment).distinct,
  };
}

function squareOutside(scale: Scale, carriedBy: (n: number) => number): number {
  const { percent } = furthest(scale, carriedBy);
  return percent * percent;
}

/** Bytes as a multiple of those of the mean replica. 0 where nothing has any. */
function bytesFigure(problem: CompiledProblem, bytes: number): number {
  const mean = meanBytes(problem);
  return mean > 0 ? bytes / mean : 0;
}

/** Bytes of the mean replica wanted. O(P). */
export function meanBytes({ P, S, bytes, slotsFrom }: CompiledProblem): number {
  let sum = 0;
  for (let p = 0; p < P; p++) sum += (bytes[p] ?? 0) * ((slotsFrom[p + 1] ?? 0) - (slotsFrom[p] ?? 0));
  return S > 0 ? sum / S : 0;
}
