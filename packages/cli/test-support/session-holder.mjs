/**
 * A process that holds a session: `node session-holder.mjs <store> <name> [<ttl ms>]`. Its entry is `/held/<name>`; SIGUSR2 makes it write to
 * `/alive/<name>` under the session, SIGTERM makes it leave in order. It ends by itself after two minutes, whatever becomes of the test.
 */
import process from 'node:process';
import { systemRuntime } from '@keelson/runtime';
import { connectEtcd } from '@keelson/store-etcd';
import { connectZooKeeperStore } from '@keelson/store-zookeeper';

const [address = '', name = '', ttl = '60000'] = process.argv.slice(2);
const runtime = systemRuntime();
const store = address.startsWith('zookeeper')
  ? await connectZooKeeperStore({ address, runtime })
  : await connectEtcd({ endpoints: address, runtime });
const session = await store.openSession({ ttlMs: Number(ttl) });
const bytes = (text) => new TextEncoder().encode(text);
let beats = 0;
process.on('SIGUSR2', () => {
  beats += 1;
  void store.put(`/alive/${name}`, bytes(String(beats)), { session });
});
process.on('SIGTERM', () => {
  void store.close().then(() => process.exit(0));
});
process.on('SIGHUP', () => process.exit(7));
// From here on it is ready for anything.
await store.put(`/held/${name}`, bytes(String(process.pid)), { session });
runtime.timers.after(120_000, () => process.exit(1));
process.stdout.write(`${JSON.stringify({ event: 'holding', name, pid: process.pid, session: session.id })}\n`);
