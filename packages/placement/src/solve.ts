import { checkProblem } from './model/check-problem.ts';
import { compile } from './model/compile.ts';
import type { CompiledProblem } from './model/compiled.ts';
import type { PlacementProblem } from './model/problem.ts';
import { PlacementResult } from './result.ts';
import type { SolveAsyncOptions, SolveOptions } from './solver/options.ts';
import { type Solved, type SolveProgress, solveInSteps } from './solver/solver.ts';
import { Standing } from './solver/standing.ts';

/**
 * Decides where everything should stand. Pure: the same problem gives the same answer on every machine, in whatever order its nodes,
 * resources and partitions are given. What cannot be placed is left out and named in `unplaced`; everything else is placed.
 *
 * @throws PlacementError where the problem contradicts itself; it lists all that is wrong.
 * @throws the reason of `options.signal` once that is aborted.
 * @example
 * const { placement } = solve({
 *   nodes: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
 *   resources: [
 *     { name: 'db', roles: [{ name: 'MASTER', count: 1 }, { name: 'SLAVE', count: 1 }], partitions: [{ name: 'db_0' }] },
 *   ],
 * });
 * placement.replicasOf('db', 'db_0'); // [{ node: 'a', role: 'MASTER' }, { node: 'b', role: 'SLAVE' }]
 */
export function solve(problem: PlacementProblem, options: SolveOptions = {}): PlacementResult {
  checkProblem(problem);
  return solveCompiled(compile(problem), options);
}

/** The same for a problem that has been checked and compiled. */
export function solveCompiled(compiled: CompiledProblem, options: SolveOptions = {}): PlacementResult {
  return solveStanding(compiled, new Standing(compiled), options);
}

/** The same for one of which is known how everything stands. What was done is left in `standing`, which has to be reset before the next time. */
export function solveStanding(compiled: CompiledProblem, standing: Standing, options: SolveOptions): PlacementResult {
  const run = start(compiled, standing, options);
  for (;;) {
    const { done, value } = run.next();
    if (done === true) return resultOf(compiled, value);
    report(value, options);
  }
}

/**
 * The same, giving way to others between slices of work.
 *
 * @throws what `solve` throws, as a rejection.
 */
export async function solveAsync(problem: PlacementProblem, options: SolveAsyncOptions = {}): Promise<PlacementResult> {
  checkProblem(problem);
  const compiled = compile(problem);
  const run = start(compiled, new Standing(compiled), options);
  const pause = options.pause ?? (() => Promise.resolve());
  for (;;) {
    const { done, value } = run.next();
    if (done === true) return resultOf(compiled, value);
    report(value, options);
    await pause();
  }
}

function start(
  compiled: CompiledProblem,
  standing: Standing,
  options: SolveOptions,
): Generator<SolveProgress, Solved, void> {
  options.signal?.throwIfAborted();
  return solveInSteps(standing, options.budget ?? 2_000_000 + 20 * (compiled.N + compiled.P));
}

function report(progress: SolveProgress, { signal, onProgress }: SolveOptions): void {
  onProgress?.(progress);
  signal?.throwIfAborted();
}

function resultOf(compiled: CompiledProblem, { node, touched, steps, finished }: Solved): PlacementResult {
  return new PlacementResult(compiled, { node }, { steps, finished, touched });
}
