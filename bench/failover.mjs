/**
 * npm run bench:failover [-- --engine embedded|endpoint|etcd|zookeeper|all] [--unsupervised] [--rounds n] [--ttl-ms n] [--json]: kill -9 of a worker of the
 * example with 48 partitions, and when each step of its replacement was done, as one observer of the store sees it. The anchor is the end of the
 * session: what comes before it is the supervisor's or the engine's, what comes after it is Keelson's. Nothing in the product knows of this.
 */
import { loadavg } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { engines, openHost } from './failover/hosts.mjs';
import { printRun } from './failover/report.mjs';
import { Stage } from './failover/stage.mjs';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'all' },
    unsupervised: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '10' },
    'ttl-ms': { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const supervised = !values.unsupervised;
const rounds = Number(values.rounds);
// Supervised, no session is to end by itself.
const ttlMs = Number(values['ttl-ms'] ?? (supervised ? 60_000 : 3_000));
const wanted = values.engine === 'all' ? engines() : [values.engine];

for (const engine of wanted) {
  const host = await openHost(engine, { supervised });
  try {
    const stage = await Stage.open(host, { supervised, ttlMs });
    const takeOvers = [];
    const run = { engine: host.name, supervised, ttlMs, lagMs: supervised ? 0 : host.lagMs, takeOvers };
    try {
      for (let round = 0; round < rounds; round += 1) {
        process.stderr.write(`${host.name}: kill ${round + 1} of ${rounds}, load ${loadavg()[0].toFixed(1)}\n`);
        takeOvers.push(await stage.killOne(round));
      }
    } finally {
      await stage.close();
      // What was seen before a failure is worth telling too.
      if (takeOvers.length > 0) printRun(run, values.json);
    }
  } finally {
    await host.close();
  }
}
