import { parseArgs } from 'node:util';
import { type EngineName, engineNames } from './engines.ts';
import { faultRun } from './run.ts';

const help = `Usage: npm run faults -- [options]

Real servers, real client processes, real faults, from one seed. Judges what was said: nobody owned a thing beside another, registers are
linearizable, watches miss nothing, all goes on within three ttls of a fault's end, nothing is left open or behind.

  --engine NAME   ${engineNames.join(', ')} (default: each in turn)
  --seed N        default 1
  --minutes M     how long faults strike, per engine (default 2)
  --json          one JSON object per engine

Exits with 1 where something did not hold.`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string' },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '2' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(help);
    return 0;
  }
  const [seed, minutes] = [Number(values.seed), Number(values.minutes)];
  if (!Number.isInteger(seed) || !(minutes > 0))
    throw new TypeError('--seed must be a whole number, --minutes one above 0.');
  const chosen = engineNames.filter((name) => values.engine === undefined || name === values.engine);
  if (chosen.length === 0)
    throw new TypeError(`There is no engine ${values.engine}. There are: ${engineNames.join(', ')}.`);
  let ok = true;
  for (const engine of chosen) if (!(await runOn(engine, seed, minutes, values.json))) ok = false;
  return ok ? 0 : 1;
}

async function runOn(engine: EngineName, seed: number, minutes: number, json: boolean): Promise<boolean> {
  let struck = 0;
  const report = await faultRun({
    engine,
    seed,
    durationMs: minutes * 60_000,
    onFault: ({ kind, target, fromMs, toMs }) => {
      struck += 1;
      if (!json) say(`${engine}: ${struck}. ${kind}: ${target}, ${Math.round(toMs - fromMs)} ms`);
    },
  });
  if (json) say(JSON.stringify(report));
  else {
    say(`${engine}: seed ${seed}, ${report.faults.length} faults, ${JSON.stringify(report.counts)}`);
    for (const violation of report.violations) say(`  VIOLATION: ${violation}`);
    say(
      report.violations.length === 0
        ? `${engine}: everything held`
        : `${engine}: ${report.violations.length} violations`,
    );
  }
  return report.violations.length === 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
}
