import type { CompiledProblem } from '../model/compiled.ts';
import { type FairShares, fairShares } from '../score/fair-shares.ts';
import { anneal } from './anneal.ts';
import { Budget } from './budget.ts';
import { evenOutCounts } from './count-flow.ts';
import { fillMissing } from './fill.ts';
import { Imbalance } from './imbalance.ts';
import { fillToday, keepCurrent } from './keep.ts';
import { type Layout, layOut } from './layout.ts';
import { evenOutLeaders } from './leaders.ts';
import { fillNewcomers } from './newcomers.ts';
import { promoteRemaining } from './promote.ts';
import { rangesOf } from './ranges.ts';
import { relieveOverfull } from './relieve.ts';
import { squeezeIn } from './squeeze.ts';
import { SolverState } from './state.ts';
import { balanceWeights } from './weight-balance.ts';

/** How far a solve has come. */
export interface SolveProgress {
  /** What it is doing. */
  readonly phase: SolvePhase;
  /** Steps of improvement taken so far. */
  readonly steps: number;
  /** Replicas without a place as yet. */
  readonly unplaced: number;
}

/** The phases of a solve, in their order. */
export type SolvePhase = 'keep' | 'fill' | 'balance' | 'leaders' | 'anneal';

/** What a solve came to. */
export interface Solved {
  readonly state: SolverState;
  readonly fair: FairShares;
  readonly steps: number;
  /** Whether it ended by itself, not because the budget was used up. */
  readonly finished: boolean;
}

/** Problems of so many replicas are annealed, with so many tries: in larger ones granularity hardly matters. */
const SMALL = 20_000;
const TRIES_PER_SLOT = 200;
const MOST_TRIES = 150_000;

/** The phases one after the other, as a generator: whoever runs it may stop, or give way to others, at every progress it yields. */
export function* solveInSteps(problem: CompiledProblem, limit: number): Generator<SolveProgress, Solved, void> {
  const layout: Layout = layOut(problem);
  const fair = fairShares(problem);
  const state = new SolverState(layout);
  keepCurrent(state, fillToday(state, fair.load));
  relieveOverfull(state);
  promoteRemaining(state, fair.leaders);
  const budget = new Budget(limit);
  const progress = (phase: SolvePhase): SolveProgress => ({ phase, steps: budget.used, unplaced: state.homeless });
  yield progress('keep');
  fillMissing(state, fair);
  squeezeIn(state, budget);
  yield progress('fill');
  const { tolerance, leaderTolerance } = problem.goals;
  const ranges = rangesOf(layout, fair, tolerance, leaderTolerance);
  const imbalance = new Imbalance(state, ranges, fair);
  if (problem.unweighted) evenOutCounts(state, ranges, budget);
  else {
    fillNewcomers(state, imbalance, budget);
    balanceWeights(state, ranges, imbalance, budget);
  }
  yield progress('balance');
  evenOutLeaders(state, ranges, fair.leaders, budget);
  if (!layout.rolesWeighAlike) balanceWeights(state, ranges, imbalance, budget);
  yield progress('leaders');
  if (!problem.unweighted && problem.S <= SMALL)
    anneal(state, ranges, imbalance, budget, Math.min(MOST_TRIES, TRIES_PER_SLOT * problem.S));
  yield progress('anneal');
  return { state, fair, steps: budget.used, finished: !budget.exhausted };
}
