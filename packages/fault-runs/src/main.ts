import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type EngineName, engineNames } from './engine/engines.ts';
import { faultKinds } from './harness/nemesis.ts';
import { type FaultRunOptions, faultRun } from './run.ts';

const help = `Usage: npm run faults -- [options]

Real servers, real client processes, real faults, from one seed. Judges what was said: nobody owned a thing beside another, registers are
linearizable, watches and event consumers miss nothing, group and barrier tell no false story, all goes on within three ttls of a fault's
end, nothing is left open or behind.

  --engine NAME   ${engineNames.join(', ')} (default: each in turn)
  --seed N        default 1
  --minutes M     how long faults strike, per engine (default 2)
  --round M       judge and start new clients after so many minutes (default 10)
  --only KINDS    only these kinds of faults, by commas, as 'kill member,stop client'
  --keep FOLDER   keep what was said in rounds that had violations
  --json          one JSON object per engine

Exits with 1 where something did not hold.`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      engine: { type: 'string' },
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '2' },
      round: { type: 'string', default: '10' },
      only: { type: 'string' },
      keep: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    say(help);
    return 0;
  }
  const [seed, minutes, round] = [Number(values.seed), Number(values.minutes), Number(values.round)];
  if (!Number.isInteger(seed) || !(minutes > 0) || !(round > 0))
    throw new TypeError('--seed must be a whole number, --minutes and --round numbers above 0.');
  const chosen = engineNames.filter((name) => values.engine === undefined || name === values.engine);
  if (chosen.length === 0)
    throw new TypeError(`There is no engine ${values.engine}. There are: ${engineNames.join(', ')}.`);
  const kinds = values.only?.split(',').map((kind) => kind.trim());
  for (const kind of kinds ?? [])
    if (!faultKinds().includes(kind))
      throw new TypeError(`There is no fault ${kind}. There are: ${faultKinds().join(', ')}.`);
  const extra = {
    ...(kinds === undefined ? {} : { kinds }),
    ...(values.keep === undefined ? {} : { keepIn: values.keep }),
  };
  // Before anything runs: who finds out after an hour that nothing can be kept has lost it.
  if (values.keep !== undefined) await mkdir(values.keep, { recursive: true });
  let ok = true;
  for (const engine of chosen)
    if (!(await runOn(engine, { seed, minutes, round, json: values.json, extra }))) ok = false;
  return ok ? 0 : 1;
}

interface Chosen {
  readonly seed: number;
  readonly minutes: number;
  readonly round: number;
  readonly json: boolean;
  readonly extra: Pick<FaultRunOptions, 'kinds' | 'keepIn'>;
}

async function runOn(engine: EngineName, { seed, minutes, round, json, extra }: Chosen): Promise<boolean> {
  let struck = 0;
  const tell = json ? () => {} : (text: string) => say(`${engine}: ${text}`);
  const report = await faultRun({
    engine,
    seed,
    durationMs: minutes * 60_000,
    roundMs: round * 60_000,
    ...extra,
    onFault: ({ kind, target, fromMs, toMs, wholeMs = toMs }) => {
      struck += 1;
      tell(
        `${struck}. ${kind}: ${target}, ${Math.round(toMs - fromMs)} ms, whole after ${Math.round(wholeMs - toMs)} ms`,
      );
    },
    onRound: (one) => {
      const memory = `clients up to ${megabytes(one.rssBytes.client)}, harness ${megabytes(one.rssBytes.harness)}`;
      tell(`round ${one.round}: ${one.faults.length} faults, ${JSON.stringify(one.counts)}; ${memory}`);
      for (const violation of one.violations) tell(`VIOLATION: ${violation}`);
    },
  });
  if (json) say(JSON.stringify(report));
  const { rounds, faults, counts, violations } = report;
  tell(`seed ${seed}, ${rounds} rounds, ${faults.length} faults, ${JSON.stringify(counts)}`);
  tell(violations.length === 0 ? 'everything held' : `${violations.length} violations`);
  return violations.length === 0;
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MiB`;

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 2;
}
