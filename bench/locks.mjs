/**
 * npm run bench:locks [-- --quick] [--json]: one lock under 100 contenders who ask again at once. How long it takes from giving it back to the next
 * one having it, what that costs in requests, and whether it is fair: Keelson's lock beside etcd's Go client (`concurrency.Mutex`) and
 * `etcdctl lock` on one etcd, beside Curator's InterProcessMutex on one ZooKeeper, and on the embedded store, in one run, in turns.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { etcdctlPath, startEtcd, startZooKeeper } from '@keelson/testing';
import { startLoad } from './lib/load-process.mjs';
import { json, quick, say } from './lib/options.mjs';
import { collect, print } from './lib/report.mjs';
import { etcdRequests, zooKeeperRequests } from './lib/server-requests.mjs';
import { etcdctlHandOvers } from './locks/etcdctl.mjs';
import { fairnessFigures, handOverFigures } from './locks/figures.mjs';
import { buildCurator, buildGoMutex } from './locks/peers.mjs';

const CONTENDERS = 100;
const runs = quick ? 1 : 3;
/** Times each contender takes the lock; what the first two take shows the compiler. */
const rounds = quick ? 4 : 7;
const warm = 2 * CONTENDERS;

const program = fileURLToPath(new URL('./locks/keelson.mjs', import.meta.url));
const keelson = (...args) => [process.execPath, program, ...args];
const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'));
try {
  print([await onEtcd(), await onZooKeeper(), await onEmbedded()], { json });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function onEtcd() {
  const go = buildGoMutex(folder);
  if ('why' in go) say(`No column of etcd's Go client: ${go.why}.`);
  const etcd = await startEtcd({ version: '3.7' });
  try {
    const [{ clientPort, endpoint }] = etcd.members;
    const address = `127.0.0.1:${clientPort}`;
    const contestants = [{ name: 'Keelson', command: keelson(`etcd://${address}`, CONTENDERS, rounds) }];
    if ('command' in go)
      contestants.push({ name: 'Go concurrency', command: go.command(endpoint, CONTENDERS, rounds) });
    const names = [...contestants.map(({ name }) => name), 'etcdctl lock'];
    const figures = collect(names, 'Keelson', 'etcd 3.7');
    await contests(figures, contestants, () => etcdRequests(endpoint));
    if (etcdctlPath('3.7') === undefined) say('No column of etcdctl: it is not here.');
    else await withEtcdctl(figures, address);
    return figures;
  } finally {
    await etcd.stop();
  }
}

async function withEtcdctl(figures, address) {
  say(`etcd 3.7: ${CONTENDERS} processes of etcdctl lock`);
  const handOvers = await etcdctlHandOvers(address, CONTENDERS);
  // As holds that were given back at once: asked long ago, in the order of their turn.
  let atMs = 0;
  const holds = handOvers.map((ms) => {
    atMs += ms;
    return [0, atMs, atMs];
  });
  figures.add('etcdctl lock', handOverFigures(holds, 0));
}

async function onZooKeeper() {
  const curator = buildCurator();
  if ('why' in curator) say(`No column of Curator: ${curator.why}.`);
  const zookeeper = await startZooKeeper({ version: '3.9', tickTimeMs: 2_000 });
  try {
    const { connectString } = zookeeper;
    const contestants = [{ name: 'Keelson', command: keelson(`zookeeper://${connectString}`, CONTENDERS, rounds) }];
    if ('command' in curator)
      contestants.push({ name: 'Curator', command: curator.command(connectString, CONTENDERS, rounds) });
    const figures = collect(
      contestants.map(({ name }) => name),
      'Keelson',
      'ZooKeeper 3.9',
    );
    await contests(figures, contestants, () => zooKeeperRequests(zookeeper.members[0].port));
    return figures;
  } finally {
    await zookeeper.stop();
  }
}

async function onEmbedded() {
  const figures = collect(['Keelson'], 'Keelson', 'embedded, in process');
  for (let run = 1; run <= runs; run += 1)
    await contest(figures, { name: 'Keelson', command: keelson(join(folder, `store-${run}`), CONTENDERS, rounds) });
  return figures;
}

async function contests(figures, contestants, requests) {
  for (let run = 1; run <= runs; run += 1)
    for (const contestant of run % 2 === 1 ? contestants : contestants.toReversed())
      await contest(figures, contestant, requests, run);
}

/** One contention by one implementation, in a process of its own. */
async function contest(figures, { name, command }, requests, run = 1) {
  say(`${figures.title}: ${CONTENDERS} contenders, ${name}, run ${run} of ${runs}`);
  const load = await startLoad({ name, command: command.map(String) });
  try {
    const before = await requests?.();
    const { holds, cpuMicroseconds } = await load.run('go', 300_000);
    figures.add(name, [
      ...handOverFigures(holds, warm),
      ...fairnessFigures(holds, warm),
      {
        figure: 'CPU of the client, each acquisition',
        unit: 'µs',
        value: cpuMicroseconds / holds.length,
        better: 'less',
      },
    ]);
    if (before === undefined) return;
    const each = ((await requests()) - before) / holds.length;
    figures.add(name, [{ figure: 'requests, each acquisition', unit: '', value: each, better: 'less' }]);
  } finally {
    await load.stop();
  }
}
