/**
 * npm run bench:zookeeper [-- --quick] [--json]: Keelson's ZooKeeper client beside ZooKeeper's own Java client and node-zookeeper-client, in one
 * run, on one server, in turns. Each measurement is a process of its own; its CPU time counts both of Node's or Java's threads and
 * the collector. Figures of one run are for comparing its columns only. Without a Java compiler the Java column is left out.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runCommand, serverFile, startZooKeeper } from '@keelson/testing';
import { connectZooKeeper } from '@keelson/zookeeper-client';

const quick = process.argv.includes('--quick');
const json = process.argv.includes('--json');
const rounds = quick ? 1 : 3;
const seconds = quick ? 1 : 3;
const say = (line) => process.stderr.write(`${line}\n`);
const load = fileURLToPath(new URL('./zookeeper/load.mjs', import.meta.url));

const zookeeper = await startZooKeeper({ version: '3.9' });
const classes = mkdtempSync(join(tmpdir(), 'keelson-bench-'));
try {
  const setUp = await connectZooKeeper({ connectString: zookeeper.connectString });
  await setUp.create('/bench', new Uint8Array(256));
  await setUp.close();
  const ours = { name: 'keelson', command: (...args) => [process.execPath, [load, 'keelson', ...args]] };
  const node = {
    name: 'node-zookeeper-client',
    command: (...args) => [process.execPath, [load, 'node-zookeeper-client', ...args]],
  };
  const targets = [ours, node, ...(await javaTarget())];
  const figures = new Map();
  for (let round = 1; round <= rounds; round += 1) {
    // Whoever goes second finds a warmer server: the order changes from round to round.
    const order = targets.map((_, index) => targets[(index + round) % targets.length]);
    for (const operation of ['set', 'get'])
      for (const inFlight of [1, 100, 1_000])
        for (const target of order) {
          say(`Round ${round} of ${rounds}: ${operation}, ${inFlight} in flight, ${target.name}`);
          add(figures, `${operation} @${inFlight}`, target.name, await measure(target, operation, inFlight));
        }
  }
  report(
    figures,
    targets.map(({ name }) => name),
  );
} finally {
  rmSync(classes, { recursive: true, force: true });
  await zookeeper.stop();
}

/** ZooKeeper's own client, where there is a compiler for its load. */
async function javaTarget() {
  const classPath = join(serverFile('zookeeper-3.9', 'lib'), '*');
  const source = fileURLToPath(new URL('./zookeeper/Load.java', import.meta.url));
  const compiled = await runCommand('javac', ['-cp', classPath, '-d', classes, source]).catch(() => undefined);
  if (compiled?.code !== 0) {
    say(`No Java column: ${compiled?.stderr ?? 'there is no javac'}`);
    return [];
  }
  const java = serverFile('zookeeper-3.9', 'java');
  return [{ name: 'Java', command: (...args) => [java, ['-cp', `${classPath}:${classes}`, 'Load', ...args]] }];
}

async function measure(target, operation, inFlight) {
  const [command, args] = target.command(zookeeper.connectString, operation, String(inFlight), String(seconds));
  const { code, stdout, stderr } = await runCommand(command, args, { timeoutMs: 60_000 });
  if (code !== 0) throw new Error(`${target.name} failed: ${stderr}`);
  const { operations, seconds: took, cpuMicroseconds } = JSON.parse(stdout.trim().split('\n').at(-1));
  return { perSecond: operations / took, cpuPerOperation: cpuMicroseconds / operations };
}

function add(figures, row, name, figure) {
  const columns = figures.get(row) ?? {};
  columns[name] = [...(columns[name] ?? []), figure];
  figures.set(row, columns);
}

function report(figures, names) {
  const rows = [...figures].flatMap(([row, columns]) =>
    [
      ['per second', 'perSecond'],
      ['µs of CPU each', 'cpuPerOperation'],
    ].map(([unit, field]) => ({
      figure: `${row}, ${unit}`,
      ...Object.fromEntries(names.map((name) => [name, median(columns[name].map((one) => one[field]))])),
    })),
  );
  if (json) process.stdout.write(`${JSON.stringify({ node: process.version, rows })}\n`);
  else console.table(rows.map(({ figure, ...values }) => ({ figure, ...rounded(values) })));
}

function rounded(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value.toPrecision(3))]));
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
