/**
 * npm run bench:events [-- --quick] [--json]: Keelson's event log with 1,000 consumers in one process, as a server pushes it to its clients, beside as
 * many watches of the same store, which is what one would do without it: on etcd and on the embedded store, in one run, in turns. The
 * CPU time is that of publisher and consumers together.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startEtcd } from '@keelson/testing';
import { startLoad } from './lib/load-process.mjs';
import { json, quick, say } from './lib/options.mjs';
import { collect, print } from './lib/report.mjs';

const CONSUMERS = 1_000;
const PACED_PER_SECOND = 20;
const IN_FLIGHT = 100;
const runs = quick ? 1 : 3;
const ms = quick ? 3_000 : 10_000;
const names = { topic: 'Keelson', watch: 'watches of the store' };
const program = fileURLToPath(new URL('./events/load.mjs', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'keelson-bench-'));
try {
  print([await onEtcd(), await onEmbedded()], { json });
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function onEtcd() {
  const etcd = await startEtcd({ version: '3.7' });
  try {
    return await turns('etcd 3.7', () => `etcd://127.0.0.1:${etcd.members[0].clientPort}`);
  } finally {
    await etcd.stop();
  }
}

function onEmbedded() {
  return turns('embedded, in process', (kind, run) => join(folder, `${kind}-${run}`));
}

async function turns(title, addressOf) {
  const figures = collect(Object.values(names), names.topic, title);
  for (let run = 1; run <= runs; run += 1)
    for (const kind of run % 2 === 1 ? ['topic', 'watch'] : ['watch', 'topic']) {
      say(`${title}: ${CONSUMERS} consumers, ${names[kind]}, run ${run} of ${runs}`);
      figures.add(names[kind], await measure(kind, addressOf(kind, run)));
    }
  return figures;
}

async function measure(kind, address) {
  const command = [process.execPath, '--expose-gc', program, address, kind, String(CONSUMERS)];
  const load = await startLoad({ name: names[kind], command });
  try {
    const warm = await load.run(`paced ${PACED_PER_SECOND} 2000`, 2_000);
    const paced = await load.run(`paced ${PACED_PER_SECOND} ${ms}`, ms);
    const flood = await load.run(`flood ${IN_FLIGHT} ${ms}`, ms);
    return [
      { figure: `delivery, ${PACED_PER_SECOND} events/s, median`, unit: 'ms', value: paced.medianMs, better: 'less' },
      { figure: `delivery, ${PACED_PER_SECOND} events/s, p99`, unit: 'ms', value: paced.p99Ms, better: 'less' },
      { figure: 'CPU, each delivery', unit: 'µs', value: paced.cpuMicroseconds / paced.delivered, better: 'less' },
      {
        figure: `published, ${IN_FLIGHT} in flight`,
        unit: '/s',
        value: flood.published / flood.publishSeconds,
        better: 'more',
      },
      { figure: 'delivered, to all', unit: '/s', value: flood.delivered / flood.seconds, better: 'more' },
      {
        figure: 'CPU, each delivery, as many as go',
        unit: 'µs',
        value: flood.cpuMicroseconds / flood.delivered,
        better: 'less',
      },
      { figure: 'memory, each consumer', unit: 'kB', value: warm.memoryBytes / CONSUMERS / 1_024, better: 'less' },
    ];
  } finally {
    await load.stop();
  }
}
