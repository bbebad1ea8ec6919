import { type Runtime, systemRuntime } from '@keelson/runtime';
import type { ScheduledFault } from './fault.ts';
import { type InjectionCounts, neverInjected, sumOfInjections } from './injections.ts';
import { shrinkSchedule } from './shrink.ts';
import { type Scenario, type SimulationResult, simulate, strikingKinds } from './simulate.ts';
import { measureSpeed } from './speed.ts';

/** How scenarios are explored on the command line. */
export interface ExploreOptions {
  readonly first: number;
  readonly runs: number;
  readonly untilMs: number;
  readonly schedule: readonly ScheduledFault[] | undefined;
  readonly trace: boolean;
  readonly json: boolean;
}

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** What the seeds of one scenario came to. */
interface Tally {
  readonly scenario: string;
  readonly runs: number;
  readonly simulatedHours: number;
  readonly steps: number;
  /** Simulated hours that an hour of one core buys. */
  readonly hoursPerCoreHour: number;
  readonly injections: InjectionCounts;
  readonly failed: SimulationResult | undefined;
}

/** The real one: these runs take real time. */
export const runtime: Runtime = systemRuntime();
/** Prints a line. */
export const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function explore(scenario: Scenario, options: ExploreOptions): Promise<Tally> {
  const startedMs = cpuMs();
  let [runs, simulatedMs, steps] = [0, 0, 0];
  const injected: InjectionCounts[] = [];
  let failed: SimulationResult | undefined;
  for (let seed = options.first; failed === undefined; seed += 1) {
    const { schedule } = options;
    const result = await simulate(scenario, schedule === undefined ? { seed } : { seed, schedule });
    runs += 1;
    simulatedMs += result.simulatedMs;
    steps += result.steps;
    injected.push(result.injections);
    if (result.violations.length > 0) failed = result;
    if (runs >= options.runs || runtime.clock.monotonicMs() >= options.untilMs) break;
  }
  const tookMs = cpuMs() - startedMs;
  const simulatedHours = simulatedMs / 3_600_000;
  const injections = sumOfInjections(injected);
  return {
    scenario: scenario.name,
    runs,
    simulatedHours,
    steps,
    hoursPerCoreHour: simulatedMs / tookMs,
    injections,
    failed,
  };
}

function tellFailure(failure: SimulationResult, withTrace: boolean): void {
  if (withTrace) for (const line of failure.trace) say(line);
  for (const { atMs, text } of failure.violations) say(`  at ${(atMs / 1_000).toFixed(3)} s: ${text}`);
  say(`  seed ${failure.seed}; faults:`);
  for (const fault of failure.schedule) say(`    ${JSON.stringify(fault)}`);
  say(`  again: npm run simulate -- ${failure.scenario} --seed ${failure.seed} --runs 1 --trace`);
}

/** Which faults took hold, and which of those that the scenario draws from never did. */
function tellInjections(scenario: Scenario, counts: InjectionCounts): void {
  const told = Object.entries(counts).map(([what, count]) => `${what} ${count}`);
  say(`  faults that took hold: ${told.sort().join(', ') || 'none'}`);
  const never = neverInjected(strikingKinds(scenario), counts);
  if (never.length > 0) say(`  never in these runs: ${never.join(', ')}`);
}

/** Measures one scenario after the other, and all of them together. */
export async function reportSpeed(list: readonly Scenario[], json: boolean): Promise<void> {
  let [simulatedMs, usedMs] = [0, 0];
  for (const scenario of list) {
    const speed = await measureSpeed(scenario, { cpuMs });
    simulatedMs += speed.simulatedMs;
    usedMs += speed.cpuMs;
    if (json) say(JSON.stringify(speed));
    else
      say(
        `${speed.scenario}: ${Math.round(speed.hoursPerCoreHour)} simulated hours per core hour, ${Math.round(speed.operationsPerHour)} operations and ${Math.round(speed.faultsPerHour)} faults in each (${speed.runs} runs, ${Math.round(speed.cpuMs)} ms of processor time)`,
      );
  }
  if (!json && list.length > 1) say(`together: ${Math.round(simulatedMs / usedMs)} simulated hours per core hour`);
}

/** Runs one scenario and tells what came of it; gives whether it is as it should be. */
export async function report(scenario: Scenario, mustFail: boolean, options: ExploreOptions): Promise<boolean> {
  const tally = await explore(scenario, options);
  const { failed, ...figures } = tally;
  const ok = (failed !== undefined) === mustFail;
  const smallest =
    failed === undefined || options.schedule !== undefined ? failed : await shrinkSchedule(scenario, failed);
  if (options.json) {
    const failure = smallest && { seed: smallest.seed, violations: smallest.violations, schedule: smallest.schedule };
    say(JSON.stringify({ ...figures, ok, bugOnPurpose: mustFail, ...(failure === undefined ? {} : { failure }) }));
    return ok;
  }
  const speed = `${Math.round(tally.hoursPerCoreHour)} simulated hours per core hour`;
  const verdict = failed === undefined ? 'held' : mustFail ? 'bug found' : 'FAILED';
  say(
    `${scenario.name}: ${verdict} in ${tally.runs} runs, ${tally.simulatedHours.toFixed(2)} hours, ${tally.steps} steps (${speed})`,
  );
  if (!mustFail) tellInjections(scenario, tally.injections);
  if (smallest !== undefined) tellFailure(smallest, options.trace);
  if (failed === undefined && mustFail) say('  the bug that is in it on purpose was not found');
  return ok;
}
