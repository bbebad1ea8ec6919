import type { CompiledProblem } from '../model/compiled.ts';
import { currentFromSlots } from '../model/current-from-slots.ts';
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
import { isUnchanged } from './trades.ts';

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

/** Passes over a problem before its answer is taken as it is. */
const MOST_PASSES = 6;

/**
 * The phases one after the other, as a generator: whoever runs it may stop, or give way to others, at every progress it yields.
 *
 * Where something remains to be wished for (a replica without a place, a node outside its range), the answer is solved again as if it
 * stood already, until that changes nothing: what is found only then is worth having now, and an answer that is asked for again has to stand.
 */
export function* solveInSteps(problem: CompiledProblem, limit: number): Generator<SolveProgress, Solved, void> {
  const budget = new Budget(limit);
  let answer = yield* onePass(problem, budget);
  for (let pass = 1; pass < MOST_PASSES && !answer.perfect && !budget.exhausted; pass++) {
    const standing = { ...problem, ...currentFromSlots(problem, { node: answer.state.node }) };
    const next = yield* onePass(standing, budget);
    if (isUnchanged(next.state)) break;
    answer = next;
  }
  const { state, fair } = answer;
  return { state, fair, steps: budget.used, finished: !budget.exhausted };
}

interface Pass {
  readonly state: SolverState;
  readonly fair: FairShares;
  /** Whether nothing is left to be done. */
  readonly perfect: boolean;
}

function* onePass(problem: CompiledProblem, budget: Budget): Generator<SolveProgress, Pass, void> {
  const layout: Layout = layOut(problem);
  const fair = fairShares(problem);
  const state = new SolverState(layout);
  const progress = (phase: SolvePhase): SolveProgress => ({ phase, steps: budget.used, unplaced: state.homeless });
  keepCurrent(state, fillToday(state, fair.load));
  relieveOverfull(state);
  promoteRemaining(state, fair.leaders);
  const missing = state.homeless;
  yield progress('keep');
  fillMissing(state, fair);
  squeezeIn(state, budget);
  yield progress('fill');
  const improvement = new Improvement(state, fair, budget, missing);
  yield* improvement.run(progress);
  placeInOpen(state);
  return { state, fair, perfect: state.homeless === 0 && improvement.isPerfect() };
}
