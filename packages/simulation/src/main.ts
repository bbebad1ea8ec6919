import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemRuntime } from '@keelson/runtime';
import { faultKinds, type ScheduledFault } from './fault.ts';
import { type InjectionCounts, neverInjected, sumOfInjections } from './injections.ts';
import { exhibits } from './museum/exhibits.ts';
import { scenarios } from './scenarios/index.ts';
import { shrinkSchedule } from './shrink.ts';
import { type Scenario, type SimulationResult, simulate } from './simulate.ts';
import { measureSpeed } from './speed.ts';

const help = `Usage: npm run simulate -- [name…] [options]

Runs scenarios in virtual time, seed after seed, until something does not hold or the time is over. Without a name: all of them.

  --seed N          the first seed (default 1)
  --runs N          seeds per scenario (default 20)
  --minutes M       instead of --runs: go on for so many minutes of real time
  --schedule FILE   faults from a JSON file instead of those the seed draws (with one name and one seed)
  --speed           measure instead: simulated hours that an hour of one core buys, warmed up, by processor time
  --trace           print what happened to the end
  --json            one JSON object per scenario
  --list            print the names; those of the museum hold a bug on purpose

Exits with 1 where a scenario failed, or a bug of the museum was not found.`;

interface Options {
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

const runtime = systemRuntime();
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function explore(scenario: Scenario, options: Options): Promise<Tally> {
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
  const never = neverInjected(scenario.faults.kinds ?? faultKinds, counts);
  if (never.length > 0) say(`  never in these runs: ${never.join(', ')}`);
}

/** Measures one scenario after the other, and all of them together. */
async function reportSpeed(list: readonly Scenario[], json: boolean): Promise<void> {
  let [simulatedMs, usedMs] = [0, 0];
  for (const scenario of list) {
    const speed = await measureSpeed(scenario, { cpuMs });
    simulatedMs += speed.simulatedMs;
    usedMs += speed.cpuMs;
    if (json) say(JSON.stringify(speed));
    else
      say(
        `${speed.scenario}: ${Math.round(speed.hoursPerCoreHour)} simulated hours per core hour, ${Math.round(speed.operationsPerHour)} operations in each (${speed.runs} runs, ${Math.round(speed.cpuMs)} ms of processor time)`,
      );
  }
  if (!json && list.length > 1) say(`together: ${Math.round(simulatedMs / usedMs)} simulated hours per core hour`);
}

/** Runs one scenario and tells what came of it; gives whether it is as it should be. */
async function report(scenario: Scenario, mustFail: boolean, options: Options): Promise<boolean> {
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

function chosen(names: readonly string[]): readonly { readonly scenario: Scenario; readonly mustFail: boolean }[] {
  const all = [
    ...scenarios.map((scenario) => ({ scenario, mustFail: false })),
    ...exhibits.map(({ scenario }) => ({ scenario, mustFail: true })),
  ];
  if (names.length === 0) return all;
  return names.map((name) => {
    const found = all.find(({ scenario }) => scenario.name === name);
    if (found === undefined) throw new TypeError(`There is no scenario ${name}. --list prints them.`);
    return found;
  });
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new TypeError(`--${name} must be a number from 0, not ${text}.`);
  return value;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      runs: { type: 'string' },
      minutes: { type: 'string' },
      schedule: { type: 'string' },
      speed: { type: 'boolean', default: false },
      trace: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) say(help);
  if (values.list)
    for (const { scenario, mustFail } of chosen([])) say(`${scenario.name}${mustFail ? ' (museum)' : ''}`);
  if (values.help || values.list) return 0;
  const list = chosen(positionals);
  // Where an error was made is of use to who reads the trace; making that out costs more than the error itself.
  if (!values.trace) Error.stackTraceLimit = 0;
  if (values.speed) {
    const measured = positionals.length === 0 ? scenarios : list.map(({ scenario }) => scenario);
    await reportSpeed(measured, values.json);
    return 0;
  }
  const minutes = values.minutes === undefined ? undefined : wholeNumber('minutes', values.minutes);
  let ok = true;
  for (const { scenario, mustFail } of list) {
    const shareMs = minutes === undefined ? Number.POSITIVE_INFINITY : (minutes * 60_000) / list.length;
    const runs = values.runs ?? (minutes === undefined ? (mustFail ? '200' : '20') : undefined);
    const options: Options = {
      first: wholeNumber('seed', values.seed),
      runs: runs === undefined ? Number.POSITIVE_INFINITY : wholeNumber('runs', runs),
      untilMs: runtime.clock.monotonicMs() + shareMs,
      schedule: values.schedule === undefined ? undefined : JSON.parse(readFileSync(values.schedule, 'utf8')),
      trace: values.trace,
      json: values.json,
    };
    if (!(await report(scenario, mustFail, options))) ok = false;
  }
  return ok ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
