import process from 'node:process';
import { scenario } from '../test-support/scenarios/index.ts';
import { judge } from './judge.ts';
import { lineOf, tableOf, worstOf } from './report.ts';
import { solveByNames } from './solver.ts';
import { figuresOf, missedTargets, type ScenarioFigures, summarize } from './summary.ts';

/**
 * npm run -s quality -w packages/placement [-- --json] [--from n] [--to n] [--each]: puts seeded scenarios to the solver and judges its
 * answers by oracles that share nothing with it. Progress goes to stderr. Exit code 1 where a target is missed.
 */
const options = process.argv.slice(2);
const json = options.includes('--json');
const each = options.includes('--each');
const from = numberAfter('--from', 0);
const to = numberAfter('--to', 1060);

const all: ScenarioFigures[] = [];
for (let number = from; number < to; number += 1) {
  const figures = figuresOf(judge(scenario(number), solveByNames));
  all.push(figures);
  if (each) say(lineOf(figures));
  else if (all.length % 50 === 0) say(`${all.length} of ${to - from} scenarios`);
}

const summary = summarize(all);
const missed = missedTargets(summary);
if (json) process.stdout.write(`${JSON.stringify(summary)}\n`);
else {
  const worst = worstOf(all, 10).map((figures) => `  ${lineOf(figures)}`);
  process.stdout.write(`${[tableOf(all, summary), '', 'The worst ten:', ...worst, ''].join('\n')}\n`);
}
for (const target of missed) say(`Missed: ${target}`);
process.exitCode = missed.length > 0 ? 1 : 0;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function numberAfter(option: string, otherwise: number): number {
  const at = options.indexOf(option);
  return at < 0 ? otherwise : Number(options[at + 1]);
}
