/**
 * npm run record-verdicts -w packages/linearizability [-- <seeds>]: has Porcupine judge the generated histories of seeds 1 … <seeds> (default
 * 400) of every kind, and writes its verdicts to fixtures/porcupine-verdicts.json. Needs Go; the tests do not.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { digestOf } from '../test-support/digest.mjs';
import { generateHistory, kinds } from '../test-support/histories.mjs';

const seeds = Number(process.argv[2] ?? 400);
const fixture = new URL('../fixtures/porcupine-verdicts.json', import.meta.url);
const recorded = { porcupine: 'v1.3.1', seeds, kinds: {} };
for (const kind of kinds) {
  const histories = Array.from({ length: seeds }, (_, index) => generateHistory(kind, index + 1));
  const input = histories.map((history) => `${JSON.stringify({ kind, history })}\n`).join('');
  const { status, stdout, stderr } = spawnSync('go', ['run', '.'], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  const verdicts = stdout?.replaceAll('\n', '') ?? '';
  if (status !== 0 || verdicts.length !== seeds) throw new Error(`Porcupine did not judge ${kind}:\n${stderr}`);
  recorded.kinds[kind] = { digest: digestOf(histories), verdicts };
  const bad = verdicts.replaceAll('L', '').length;
  process.stdout.write(`${kind}: ${seeds - bad} linearizable, ${bad} not\n`);
}
writeFileSync(fixture, `${JSON.stringify(recorded, null, 2)}\n`);
