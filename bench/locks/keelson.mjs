/**
 * Contention for one lock by Keelson's recipe: node keelson.mjs ADDRESS CONTENDERS ROUNDS, where the address is etcd://…, zookeeper://… or the
 * folder of an embedded store. All contenders share one store and one session. Prints what contention.mjs says.
 */
import process from 'node:process';
import { coordination } from '@keelson/coordination';
import { systemRuntime } from '@keelson/runtime';
import { openStore } from '../lib/open-store.mjs';
import { contend } from './contention.mjs';

const [address, contenders, rounds] = process.argv.slice(2);
const runtime = systemRuntime();
const store = await openStore(address, runtime);
const session = await store.openSession({ ttlMs: 30_000 });
const lock = coordination({ store, session, runtime }).lock('bench');
await contend({ contenders: Number(contenders), rounds: Number(rounds) }, async () => {
  const held = await lock.acquire({ timeoutMs: 300_000 });
  return () => held.release();
});
await store.close();
