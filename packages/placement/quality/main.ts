import { availableParallelism } from 'node:os';
import process from 'node:process';
import { DEFAULT_HARD_WORK } from '../test-support/oracles/index.ts';
import { scenario } from '../test-support/scenarios/index.ts';
import { isLong } from './judge.ts';
import { judgeAll } from './judge-all.ts';
import { lineOf, tableOf, worstOf } from './report.ts';
import { missedTargets, type ScenarioFigures, summarize } from './summary.ts';

/**
 * npm run -s quality -w packages/placement [-- --json] [--from n] [--to n] [--each] [--threads n] [--work n]: puts seeded scenarios to the solver
 * and judges its answers by oracles that share nothing with it; with more `--work` (60,000 steps of the simplex method by default) more bounds are proven
 * to be the optimum. Progress goes to stderr. Exit code 1 where a target is missed.
 */
const options = process.argv.slice(2);
const json = options.includes('--json');
const each = options.includes('--each');
const from = numberAfter('--from', 0);
const to = numberAfter('--to', 1060);

const numbers = Array.from({ length: to - from }, (_, at) => from + at);
let done = 0;
const threads = numberAfter('--threads', availableParallelism());
const all = await judgeAll(
  longestFirst(numbers),
  threads,
  { hardWork: numberAfter('--work', DEFAULT_HARD_WORK) },
  tell,
);

const summary = summarize(all);
const missed = missedTargets(summary);
if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
else {
  const worst = worstOf(all, 10).map((figures) => `  ${lineOf(figures)}`);
  process.stdout.write(`${[tableOf(all, summary), '', 'The worst ten:', ...worst, ''].join('\n')}\n`);
}
for (const target of missed) say(`Missed: ${target}`);
process.exitCode = missed.length > 0 ? 1 : 0;

function tell(figures: ScenarioFigures): void {
  done += 1;
  if (each) say(lineOf(figures));
  else if (done % 20 === 0) say(`${done} of ${numbers.length} scenarios`);
}

/** Long sequences take minutes each: with them at the end one thread would work alone. */
function longestFirst(some: readonly number[]): number[] {
  const takesLong = (number: number): boolean => isLong(scenario(number));
  return [...some.filter(takesLong), ...some.filter((number) => !takesLong(number))];
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function numberAfter(option: string, otherwise: number): number {
  const at = options.indexOf(option);
  return at < 0 ? otherwise : Number(options[at + 1]);
}
