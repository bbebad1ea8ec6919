import { Budget } from './budget.ts';
import { fillMissing } from './fill.ts';
import { Improvement } from './improvement.ts';
import { promoteRemaining } from './promote.ts';
import { relieveOverfull } from './relieve.ts';
import { placeInOpen, squeezeIn } from './squeeze.ts';
import type { Standing } from './standing.ts';
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
  /** [s] node, or NONE. Nobody else writes to it. */
  readonly node: Int32Array;
  /** Partitions that may stand otherwise than today, ascending; all others stand as they do, in the same roles. */
  readonly touched: Int32Array;
  readonly steps: number;
  /** Whether it ended by itself, not because the budget or a phase's part of it was used up. */
  readonly finished: boolean;
}

/** Passes over a problem before its answer is taken as it is. */
const MOST_PASSES = 6;

/**
 * The phases one after the other, as a generator: whoever runs it may stop, or give way to others, at every progress it yields. It starts from
 * `standing` and leaves there what it did: it has to be reset before it is solved again.
 *
 * Where something remains to be wished for (a replica without a place, a node outside its range), the answer is solved again as if it
 * stood already, until that changes nothing: what is found only then is worth having now, and an answer that is asked for again has to stand.
 */
export function* solveInSteps(standing: Standing, limit: number): Generator<SolveProgress, Solved, void> {
  const budget = new Budget(limit);
  let perfect = yield* onePass(standing, budget);
  let node = standing.state.node.slice();
  for (let pass = 1; pass < MOST_PASSES && !perfect && !budget.exhausted; pass++) {
    standing.takeForToday();
    perfect = yield* onePass(standing, budget);
    if (isUnchanged(standing.state)) break;
    node = standing.state.node.slice();
  }
  return { node, touched: standing.touched(), steps: budget.used, finished: !budget.exhausted && !budget.cutShort };
}

/** One pass from what stands; says whether nothing is left to be done. */
function* onePass({ state, fair }: Standing, budget: Budget): Generator<SolveProgress, boolean, void> {
  const progress = (phase: SolvePhase): SolveProgress => ({ phase, steps: budget.used, unplaced: state.homeless });
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
  return state.homeless === 0 && improvement.isPerfect();
}
