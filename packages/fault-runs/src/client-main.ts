/** A client of a fault run, as a process: `node client-main.js --name N --incarnation I --store URL --resource PORT --seed S --ttl-ms T`. */
import { parseArgs } from 'node:util';
import { coordination } from '@keelson/coordination';
import { isKeelsonError, seededRandom, sleep, systemRuntime } from '@keelson/runtime';
import type { Session, Store } from '@keelson/store';
import { type ClientContext, say } from './client-context.ts';
import { connectStore } from './connect-store.ts';
import { competeFor } from './own-things.ts';
import { useRegisters } from './registers.ts';
import { connectResource } from './resource.ts';
import { watchRegisters } from './watch-registers.ts';

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'client' },
    incarnation: { type: 'string', default: '0' },
    store: { type: 'string', default: '' },
    resource: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    'ttl-ms': { type: 'string', default: '3000' },
  },
});

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

/** Session after session: what is owned under one ends with it, and the next begins anew. */
async function takePart(context: ClientContext, store: Store, ttlMs: number): Promise<void> {
  const { runtime, client, resource } = context;
  while (!stop.signal.aborted) {
    let session: Session | undefined;
    try {
      session = await store.openSession({ ttlMs, signal: stop.signal });
      say({ say: 'session', client, at: resource.nowMs() });
      const recipes = coordination({ store, session, runtime, owner: client });
      const membership = recipes.group('crew').join(values.name);
      void membership.then(
        () => say({ say: 'joined', client, at: resource.nowMs() }),
        () => {}, // its end is that of the session, which is seen below
      );
      await Promise.all([
        competeFor(context, session, 'lock', async (options) => {
          const lock = await recipes.lock('shared').acquire(options);
          return { fencingToken: lock.fencingToken, lost: lock.lost, giveUp: (limits) => lock.release(limits) };
        }),
        competeFor(context, session, 'lead', async (options) => {
          const lead = await recipes.election('boss').campaign(options);
          return { fencingToken: lead.fencingToken, lost: lead.lost, giveUp: (limits) => lead.resign(limits) };
        }),
      ]);
    } catch (error) {
      if (!isKeelsonError(error)) throw error;
      await sleep(runtime, 100 + context.random.integer(200), { signal: stop.signal }).catch(() => {});
    } finally {
      await session?.close({ timeoutMs: 2_000 }).catch(() => {}); // it ends by itself where the store is away
    }
  }
}

const runtime = systemRuntime();
const resource = await connectResource(Number(values.resource), runtime);
const store = await connectStore(values.store, runtime);
const random = seededRandom(Number(values.seed));
const context: ClientContext = {
  client: `${values.name}#${values.incarnation}`,
  runtime,
  resource,
  random,
  stopping: stop.signal,
};
process.stdout.write('{"say":"ready"}\n');
const watching = watchRegisters(context, store);
await Promise.all([takePart(context, store, Number(values['ttl-ms'])), useRegisters(context, store)]);
await watching;
await store.close();
