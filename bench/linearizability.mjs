/**
 * npm run bench:linearizability [-- --json]: histories of one register by ten busy clients, judged by @keelson/linearizability and, where Go is
 * installed, by Porcupine, in turns. Figures are operations per second of CPU time, so that a busy machine does not count.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { checkHistory, registerSpecification } from '@keelson/linearizability';
import { busyRegister } from '../packages/linearizability/test-support/histories.mjs';

const ROUNDS = 5;
const sizes = [1_000, 10_000, 100_000];
const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'));
try {
  const porcupine = buildPorcupine();
  const rows = sizes.map((operations) => {
    const figures = { operations, keelson: [], porcupine: [] };
    for (let round = 1; round <= ROUNDS; round += 1) {
      const history = busyRegister(round, operations, 10);
      figures.keelson.push(operations / secondsOf(() => judge(history)));
      // Porcupine remembers each set of operations whole: a history of 100,000 needs more memory than most machines have.
      if (porcupine !== undefined && operations <= 10_000)
        figures.porcupine.push(operations / judgeByPorcupine(porcupine, history));
    }
    return { operations, keelson: median(figures.keelson), porcupine: median(figures.porcupine) };
  });
  report(rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function judge(history) {
  const { verdict } = checkHistory(registerSpecification(), history);
  if (verdict !== 'linearizable') throw new Error(`a good history was found ${verdict}`);
}

function secondsOf(run) {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** The judge of the fixtures; undefined without Go. */
function buildPorcupine() {
  const cwd = fileURLToPath(new URL('../packages/linearizability/porcupine', import.meta.url));
  const program = join(folder, 'porcupine');
  const { status } = spawnSync('go', ['build', '-o', program, '.'], { cwd, stdio: 'ignore' });
  if (status !== 0) process.stderr.write('Porcupine could not be built (no Go here?): its column is left out.\n');
  return status === 0 ? program : undefined;
}

/** Seconds of CPU that Porcupine says it took, without reading the history. */
function judgeByPorcupine(program, history) {
  const file = join(folder, 'history');
  writeFileSync(file, `${JSON.stringify({ kind: 'register', history })}\n`);
  const { status, stdout, stderr } = spawnSync('sh', ['-c', '"$0" -cpu < "$1"', program, file], { encoding: 'utf8' });
  const [verdict, seconds] = stdout.trim().split(' ');
  if (status !== 0 || verdict !== 'L') throw new Error(`Porcupine said ${stdout}${stderr}`);
  return Number(seconds);
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function report(rows) {
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ node: process.version, rows })}\n`);
    return;
  }
  const show = (value) => (value === undefined ? '–' : Math.round(value).toLocaleString('en'));
  process.stdout.write('operations of one register, 10 clients: judged per second of CPU, median of 5 seeds\n');
  for (const { operations, keelson, porcupine } of rows) {
    const ratio =
      porcupine === undefined ? '' : `, ${(keelson / porcupine).toFixed(1)} times Porcupine's ${show(porcupine)}`;
    process.stdout.write(`${show(operations).padStart(9)}: ${show(keelson).padStart(9)}${ratio}\n`);
  }
}
