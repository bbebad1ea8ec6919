/**
 * npm run bench:zookeeper [-- --quick] [--json]: Keelson's ZooKeeper client beside ZooKeeper's own Java client and node-zookeeper-client, in one
 * run, on one server, in short turns. Each client is a process of its own; its CPU time counts all threads of
 * Node or Java. Figures of one run are for comparing its columns only. Without a Java compiler the Java column is left out.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { serverFile, startZooKeeper } from '@keelson/testing';
import { connectZooKeeper } from '@keelson/zookeeper-client';
import { compileJava } from './lib/java.mjs';
import { startLoad } from './lib/load-process.mjs';
import { json, quick, say } from './lib/options.mjs';
import { collect, print } from './lib/report.mjs';
import { inTurns, warmUp } from './lib/turns.mjs';

const rounds = quick ? 1 : 3;
const slices = quick ? 6 : 20;
const program = fileURLToPath(new URL('./zookeeper/load.mjs', import.meta.url));

const zookeeper = await startZooKeeper({ version: '3.9', tickTimeMs: 2_000 });
const java = await compileJava(new URL('./zookeeper/Load.java', import.meta.url), serverFile('zookeeper-3.9', 'lib'));
const loads = [];
try {
  const setUp = await connectZooKeeper({ connectString: zookeeper.connectString });
  await setUp.create('/bench', new Uint8Array(256));
  await setUp.close();
  await start('Keelson', [process.execPath, program, 'keelson', zookeeper.connectString]);
  await start('node-zookeeper-client', [process.execPath, program, 'node-zookeeper-client', zookeeper.connectString]);
  if ('why' in java) say(`No Java column: ${java.why}.`);
  else await start('Java', java.command(zookeeper.connectString));
  print([await measure()], { json });
} finally {
  await Promise.all(loads.map((load) => load.stop()));
  java.remove?.();
  await zookeeper.stop();
}

async function start(name, command) {
  loads.push(await startLoad({ name, command }));
}

async function measure() {
  const names = loads.map(({ name }) => name);
  const figures = collect(names, 'Keelson', 'ZooKeeper 3.9');
  for (const load of loads)
    for (const operation of ['set', 'get']) {
      say(`Warming up: ${load.name}, ${operation}`);
      await warmUp(load, operation);
    }
  for (let round = 1; round <= rounds; round += 1)
    for (const operation of ['set', 'get'])
      for (const inFlight of [1, 100, 1_000]) {
        say(`Round ${round} of ${rounds}: ${operation}, ${inFlight} in flight`);
        const measured = await inTurns(loads, { operation, inFlight, slices });
        for (const [name, { perSecond, cpuMicroseconds }] of measured)
          figures.add(name, [
            { figure: `${operation}, ${inFlight} in flight`, unit: '/s', value: perSecond, better: 'more' },
            { figure: `${operation}, ${inFlight} in flight, CPU`, unit: 'µs', value: cpuMicroseconds, better: 'less' },
          ]);
      }
  return figures;
}
