import type { CompiledProblem } from '../model/compiled.ts';
import { type FairShares, fairShares } from '../score/fair-shares.ts';
import { Budget } from './budget.ts';
import { fillMissing } from './fill.ts';
import { Improvement } from './improvement.ts';
import { fillToday, keepCurrent } from './keep.ts';
import { type Layout, layOut } from './layout.ts';
import { promoteRemaining } from './promote.ts';
import { relieveOverfull } from './relieve.ts';
import { placeInOpen, squeezeIn } from './squeeze.ts';
import { SolverState } from './state.ts';

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
export type SolvePhase = 'keep' | 'fill' | 'balance' | 'leaders' | 'anneal' | 'wishes';

/** What a solve came to. */
export interface Solved {
  readonly state: SolverState;
  readonly fair: FairShares;
  readonly steps: number;
  /** Whether it ended by itself, not because the budget was used up. */
  readonly finished: boolean;
}

/** The phases one after the other, as a generator: whoever runs it may stop, or give way to others, at every progress it yields. */
export function* solveInSteps(problem: CompiledProblem, limit: number): Generator<SolveProgress, Solved, void> {
  const layout: Layout = layOut(problem);
  const fair = fairShares(problem);
  const state = new SolverState(layout);
  const budget = new Budget(limit);
  const progress = (phase: SolvePhase): SolveProgress => ({ phase, steps: budget.used, unplaced: state.homeless });
  keepCurrent(state, fillToday(state, fair.load));
  relieveOverfull(state);
  promoteRemaining(state, fair.leaders);
  const missing = state.homeless;
  const kept = state.changes;
  yield progress('keep');
  fillMissing(state, fair);
  squeezeIn(state, budget);
  yield progress('fill');
  yield* new Improvement(state, fair, budget, missing, kept).run(progress);
  placeInOpen(state);
  return { state, fair, steps: budget.used, finished: !budget.exhausted };
}
