/**
 * Calls over one connection, of which each answer gives others up, as a lost lock gives up what stood on it: resets while Node is still reading. Says how
 * many watches the server holds when all have been given up and the connections are closed. Run by reset-while-receiving.test.ts.
 */
import { startEtcdEndpoint } from '@keelson/etcd-endpoint';
import { connectGrpc, kvService, watchService } from '@keelson/etcd-protocol';
import { systemRuntime } from '@keelson/runtime';
import { memoryBackend } from '@keelson/store/memory';

const CONNECTIONS = 6;
const ROUNDS = 10;
const CALLS = 60;
const VALUE = new Uint8Array(2_000);

const runtime = systemRuntime();
const backend = memoryBackend(runtime);
const endpoint = await startEtcdEndpoint({ backend, runtime, host: '127.0.0.1', port: 0 });
let [answered, givenUp] = [0, 0];

/** Opens watches of which each event ends another. */
function openWatches(connection) {
  const watches = [];
  const onMessage = () => watches.shift()?.cancel();
  for (let n = 0; n < 10; n += 1) {
    const watch = connection.stream(watchService.watch, { onMessage, onEnd: () => {} });
    watch.send({ createRequest: { key: 'k', rangeEnd: 'l' } });
    watches.push(watch);
  }
}

/** One call whose answer gives up to three others up. */
async function call(connection, others, n) {
  const own = new AbortController();
  others.add(own);
  try {
    await connection.unary(kvService.put, { key: `k${n}`, value: VALUE }, { signal: own.signal });
    answered += 1;
    for (const other of [...others].filter((one) => one !== own).slice(0, 3)) other.abort();
  } catch {
    givenUp += 1;
  } finally {
    others.delete(own);
  }
}

for (let n = 0; n < CONNECTIONS; n += 1) {
  const connection = await connectGrpc({ address: endpoint.address, runtime });
  openWatches(connection);
  const others = new Set();
  const calls = () => Array.from({ length: CALLS }, (_, index) => call(connection, others, index));
  for (let round = 0; round < ROUNDS; round += 1) await Promise.all(calls());
  const closing = connection.unary(kvService.range, { key: 'k1' }).then(() => connection.close());
  await Promise.all([closing, ...calls()]);
}
while (endpoint.watchLoad.streams > 0) await new Promise((resolve) => setTimeout(resolve, 10));
await endpoint.close();
await backend.close();
process.stdout.write(`${JSON.stringify({ answered: answered > 0, givenUp: givenUp > 0 })}\n`);
