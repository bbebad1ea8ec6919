/**
 * npm run bench:etcd-driver [-- --quick] [--json]: Keelson's etcd driver (a store: every put tells the entry's new version, every call has a
 * deadline) beside @grpc/grpc-js alone and etcd's own load tool in Go, on one etcd, each over one connection, in short turns. The Go tool cannot
 * take short turns: it runs once a round.
 */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startEtcd } from '@keelson/testing';
import { goFigures } from './etcd-driver/go-tool.mjs';
import { hasGoTool } from './lib/go-tool.mjs';
import { startLoad } from './lib/load-process.mjs';
import { json, quick, say } from './lib/options.mjs';
import { collect, print } from './lib/report.mjs';
import { inTurns, warmUp } from './lib/turns.mjs';

const GO = 'Go';
const rounds = quick ? 1 : 3;
const slices = quick ? 6 : 20;
const program = fileURLToPath(new URL('./etcd-driver/load.mjs', import.meta.url));

const etcd = await startEtcd({ version: '3.7' });
const address = `127.0.0.1:${etcd.members[0].clientPort}`;
const loads = [];
try {
  await start('Keelson', 'keelson');
  await start('grpc-js', 'grpc-js');
  if (!hasGoTool()) say("No Go column: etcd's load tool is not here (npm run setup -- --benchmark brings it).");
  print([await measure()], { json });
} finally {
  await Promise.all(loads.map((load) => load.stop()));
  await etcd.stop();
}

async function start(name, client) {
  loads.push(await startLoad({ name, command: [process.execPath, program, client, address] }));
}

async function measure() {
  const names = loads.map(({ name }) => name);
  const figures = collect(hasGoTool() ? [...names, GO] : names, 'Keelson', 'etcd 3.7');
  for (const load of loads)
    for (const operation of ['put', 'get']) {
      say(`Warming up: ${load.name}, ${operation}`);
      await warmUp(load, operation);
    }
  for (let round = 1; round <= rounds; round += 1)
    for (const operation of ['put', 'get'])
      for (const inFlight of [1, 100, 1_000]) {
        say(`Round ${round} of ${rounds}: ${operation}, ${inFlight} in flight`);
        const measured = await inTurns(loads, { operation, inFlight, slices });
        if (hasGoTool()) {
          const total = (quick ? 1 : 4) * (inFlight === 1 ? 2_000 : 10_000);
          measured.set(GO, await goFigures(address, { operation, inFlight, total }));
        }
        add(figures, `${operation}, ${inFlight} in flight`, measured);
      }
  return figures;
}

function add(figures, title, measured) {
  for (const [name, { perSecond, cpuMicroseconds }] of measured)
    figures.add(name, [
      { figure: title, unit: '/s', value: perSecond, better: 'more' },
      { figure: `${title}, CPU`, unit: 'µs', value: cpuMicroseconds, better: 'less' },
    ]);
}
