/**
 * A process that takes a lock and acts as its holder until it is told that it lost it: `node client/holder-main.js URL TTL_MS`. Says, one JSON object a line,
 * `holds`, then `acts` with its monotonic clock for every time at which it asked whether it still held and was told so, then `lost`.
 */
import { coordination } from '@keelson/coordination';
import { sleep, systemRuntime } from '@keelson/runtime';
import { connectStore } from '../connect-store.ts';

const [url = '', ttlMs = '3000'] = process.argv.slice(2);
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const runtime = systemRuntime();
await using store = await connectStore(url, runtime);
const session = await store.openSession({ ttlMs: Number(ttlMs) });
const lock = await coordination({ store, session, runtime }).lock('frozen').acquire();
say({ say: 'holds', ttlMs: session.ttlMs });
for (;;) {
  const atMs = runtime.clock.monotonicMs();
  if (lock.lost.aborted) break;
  say({ say: 'acts', atMs });
  await sleep(runtime, 20);
}
say({ say: 'lost' });
