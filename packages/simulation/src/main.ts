import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { exhibits } from './museum/exhibits.ts';
import { type ExploreOptions, report, reportSpeed, runtime, say } from './report.ts';
import { scenarios } from './scenarios/index.ts';
import type { Scenario } from './simulate.ts';

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
    const options: ExploreOptions = {
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

// A reader that has seen enough (`npm run simulate | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
