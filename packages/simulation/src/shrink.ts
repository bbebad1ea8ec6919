import type { ScheduledFault } from './fault.ts';
import { type Scenario, type SimulationResult, simulate } from './simulate.ts';

/** How far shrinking goes. */
export interface ShrinkOptions {
  /** Most simulations run. Default 200. */
  readonly attempts?: number;
  /** Told of each smaller schedule that still fails. */
  readonly onSmaller?: (result: SimulationResult) => void;
}

/** A schedule without the faults in [from, to). */
const without = (schedule: readonly ScheduledFault[], from: number, to: number): readonly ScheduledFault[] => [
  ...schedule.slice(0, from),
  ...schedule.slice(to),
];

/** Halves of what a fault lasts or counts, where there is something to halve. */
function milder(fault: ScheduledFault): ScheduledFault | undefined {
  if ('lastsMs' in fault && fault.lastsMs > 1) return { ...fault, lastsMs: Math.ceil(fault.lastsMs / 2) };
  if ('count' in fault && fault.count > 1) return { ...fault, count: fault.count - 1 };
  return undefined;
}

/** One search for a smaller failure. */
class Search {
  readonly #scenario: Scenario;
  readonly #onSmaller: (result: SimulationResult) => void;
  #attemptsLeft: number;
  #best: SimulationResult;

  constructor(scenario: Scenario, failed: SimulationResult, options: ShrinkOptions) {
    this.#scenario = scenario;
    this.#onSmaller = options.onSmaller ?? (() => {});
    this.#attemptsLeft = options.attempts ?? 200;
    this.#best = failed;
  }

  get best(): SimulationResult {
    return this.#best;
  }

  /** Takes faults out: halves of the schedule first, then smaller pieces, single ones as long as one can go. */
  async fewer(): Promise<void> {
    let size = Math.ceil(this.#best.schedule.length / 2);
    for (let removed = true; size >= 1 && (removed || size > 1); size = Math.max(1, Math.floor(size / 2))) {
      removed = false;
      for (let from = 0; from < this.#best.schedule.length; ) {
        if (await this.#fails(without(this.#best.schedule, from, from + size))) removed = true;
        else from += size;
      }
    }
  }

  /** Halves each fault as often as it still fails. */
  async milder(): Promise<void> {
    for (let index = 0; index < this.#best.schedule.length; index += 1) {
      for (;;) {
        const fault = this.#best.schedule[index];
        const smaller = fault && milder(fault);
        if (smaller === undefined || !(await this.#fails(this.#best.schedule.with(index, smaller)))) break;
      }
    }
  }

  async #fails(schedule: readonly ScheduledFault[]): Promise<boolean> {
    if (this.#attemptsLeft <= 0) return false;
    this.#attemptsLeft -= 1;
    const result = await simulate(this.#scenario, { seed: this.#best.seed, schedule });
    if (result.violations.length === 0) return false;
    this.#best = result;
    this.#onSmaller(result);
    return true;
  }
}

/**
 * Finds a smaller schedule of faults that still makes the scenario fail under the same seed: fewer faults first, then
 * milder ones. Deterministic. Gives the smallest failure found.
 */
export async function shrinkSchedule(
  scenario: Scenario,
  failed: SimulationResult,
  options: ShrinkOptions = {},
): Promise<SimulationResult> {
  const search = new Search(scenario, failed, options);
  await search.fewer();
  await search.milder();
  return search.best;
}
