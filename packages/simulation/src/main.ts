import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemRuntime } from '@keelson/runtime';
import type { ScheduledFault } from './fault.ts';
import { exhibits } from './museum/exhibits.ts';
import { scenarios } from './scenarios/index.ts';
import { shrinkSchedule } from './shrink.ts';
import { type Scenario, type SimulationResult, simulate } from './simulate.ts';

const help = `Usage: npm run simulate -- [name…] [options]

Runs scenarios in virtual time, seed after seed, until something does not hold or the time is over. Without a name: all of them.

  --seed N          the first seed (default 1)
  --runs N          seeds per scenario (default 20)
  --minutes M       instead of --runs: go on for so many minutes of real time
  --schedule FILE   faults from a JSON file instead of those the seed draws (with one name and one seed)
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

/** What the seeds of one scenario came to. */
interface Tally {
  readonly scenario: string;
  readonly runs: number;
  readonly simulatedHours: number;
  readonly steps: number;
  /** Simulated hours that an hour of one core buys. */
  readonly hoursPerCoreHour: number;
  readonly failed: SimulationResult | undefined;
}

const runtime = systemRuntime();
const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function explore(scenario: Scenario, options: Options): Promise<Tally> {
  const startedMs = runtime.clock.monotonicMs();
  let [runs, simulatedMs, steps] = [0, 0, 0];
  let failed: SimulationResult | undefined;
  for (let seed = options.first; failed === undefined; seed += 1) {
    const { schedule } = options;
    const result = await simulate(scenario, schedule === undefined ? { seed } : { seed, schedule });
    runs += 1;
    simulatedMs += result.simulatedMs;
    steps += result.steps;
    if (result.violations.length > 0) failed = result;
    if (runs >= options.runs || runtime.clock.monotonicMs() >= options.untilMs) break;
  }
  const tookMs = runtime.clock.monotonicMs() - startedMs;
  const simulatedHours = simulatedMs / 3_600_000;
  return { scenario: scenario.name, runs, simulatedHours, steps, hoursPerCoreHour: simulatedMs / tookMs, failed };
}

function tellFailure(failure: SimulationResult, withTrace: boolean): void {
  if (withTrace) for (const line of failure.trace) say(line);
  for (const { atMs, text } of failure.violations) say(`  at ${(atMs / 1_000).toFixed(3)} s: ${text}`);
  say(`  seed ${failure.seed}; faults:`);
  for (const fault of failure.schedule) say(`    ${JSON.stringify(fault)}`);
  say(`  again: npm run simulate -- ${failure.scenario} --seed ${failure.seed} --runs 1 --trace`);
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
