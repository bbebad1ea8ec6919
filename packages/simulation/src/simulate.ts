import { seededRandom } from '@keelson/runtime';
import { drawFaults, type Fault, type FaultMix, faultKinds, type ScheduledFault } from './fault.ts';
import type { InjectionCounts } from './injections.ts';
import { seedFor } from './simulated-process.ts';
import { SimulatedWorld, type Violation, type WorldOptions } from './world.ts';

/** What a scenario looks at while it runs and when it is over. */
export interface RunningScenario {
  /** Called once all faults have ended and time enough has passed for everybody to come to rest. Gives what is wrong. */
  finish(): Promise<readonly string[]>;
}

/** Something to be simulated: who there is, what they do, and what must hold. */
export interface Scenario {
  readonly name: string;
  /** What can happen to it. */
  readonly faults: Omit<FaultMix, 'durationMs'>;
  /** Kinds of faults that find nothing to strike, such as held watches where nobody watches. */
  readonly pointlessFaults?: readonly Fault['kind'][];
  /** How long faults strike, in milliseconds. */
  readonly durationMs: number;
  /** How long it may take to come to rest after the last fault, in milliseconds. */
  readonly restMs: number;
  /** How its world differs from the plain one. */
  readonly world?: Omit<WorldOptions, 'seed'>;
  /** Sets up what must be there, starts the processes and declares invariants. No fault strikes before it is done. */
  begin(world: SimulatedWorld): RunningScenario | Promise<RunningScenario>;
}

/** How one simulation is run. */
export interface SimulateOptions {
  readonly seed: number;
  /** Faults instead of those that the seed draws: for replaying a shrunk schedule. */
  readonly schedule?: readonly ScheduledFault[];
}

/** What one simulation came to. */
export interface SimulationResult {
  readonly scenario: string;
  readonly seed: number;
  readonly schedule: readonly ScheduledFault[];
  /** Empty where all is well. */
  readonly violations: readonly Violation[];
  /** Virtual time that passed, in milliseconds. */
  readonly simulatedMs: number;
  readonly steps: number;
  /** Requests that the store carried out. */
  readonly operations: number;
  /** Which faults took hold, how often, and what they did to messages. */
  readonly injections: InjectionCounts;
  /** Count and digest of everything that happened: equal in two runs of one seed and schedule. */
  readonly traceSummary: string;
  /** The end of what happened. Its lines are made when they are read. */
  readonly trace: readonly string[];
}

/** The kinds of faults that must be seen to take hold in a scenario, given seeds enough. */
export function strikingKinds({ faults, pointlessFaults = [] }: Scenario): readonly Fault['kind'][] {
  return (faults.kinds ?? faultKinds).filter((kind) => !pointlessFaults.includes(kind));
}

/** The faults that a seed draws for a scenario. */
export function scheduleOf(scenario: Scenario, seed: number): readonly ScheduledFault[] {
  const random = seededRandom(seedFor(seed, `faults of ${scenario.name}`));
  return drawFaults(random, { ...scenario.faults, durationMs: scenario.durationMs });
}

/**
 * Runs a scenario in virtual time from one seed, strikes it with the faults that the seed draws, ends them, waits for it to come to
 * rest and looks whether everything held. Ends with the first violation.
 *
 * @example
 * const { violations } = await simulate(lockScenario(), { seed: 7 });
 */
export async function simulate(scenario: Scenario, options: SimulateOptions): Promise<SimulationResult> {
  const { seed, schedule = scheduleOf(scenario, seed) } = options;
  const world = new SimulatedWorld({ ...scenario.world, seed });
  const running = await world.runtime.drive(Promise.resolve(scenario.begin(world)));
  for (const fault of schedule) world.runtime.timers.after(fault.atMs, () => world.strike(fault));
  await world.run(scenario.durationMs);
  if (world.violations.length === 0) {
    world.heal();
    await world.run(scenario.restMs);
  }
  if (world.violations.length === 0) await lookBack(world, running);
  return {
    scenario: scenario.name,
    seed,
    schedule,
    violations: world.violations,
    simulatedMs: world.nowMs,
    steps: world.steps,
    operations: world.server.operations,
    injections: world.injections,
    traceSummary: world.runtime.traceSummary,
    get trace() {
      return world.runtime.trace;
    },
  };
}

/**
 * How long everything that was written may take to come over a watch that nothing is in the way of, the time to begin it included, in milliseconds of a
 * world whose faults are long over. Shorter than any call waits: nobody notices that nothing is written meanwhile.
 */
const WATCH_SETTLE_MS = 2_000;

/** What can only be judged at the end. */
async function lookBack(world: SimulatedWorld, running: RunningScenario): Promise<void> {
  for (const text of await world.runtime.drive(running.finish())) world.violate(text);
  if (world.violations.length === 0) {
    // Watches open to the last: those that have only just begun get their time like all others, while nothing new comes.
    world.quieten();
    await world.run(WATCH_SETTLE_MS);
  }
  for (const text of world.watchBreaches()) world.violate(text);
}
