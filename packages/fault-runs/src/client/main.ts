/** A client of a fault run, as a process: `node client/main.js --name N --incarnation I --store URL --resource PORT --seed S --ttl-ms T --parties P --round R`. */
import { parseArgs } from 'node:util';
import { coordination } from '@keelson/coordination';
import { isKeelsonError, seededRandom, sleep, systemRuntime } from '@keelson/runtime';
import type { Session, Store } from '@keelson/store';
import { connectStore } from '../connect-store.ts';
import { connectResource } from '../resource.ts';
import { meetAtBarrier } from './barrier.ts';
import { type ClientContext, sayAloud } from './context.ts';
import { CREW, observeCrew, stayMember, suspectCrew } from './group.ts';
import { publishNews, readNews } from './news.ts';
import { competeFor } from './own-things.ts';
import { registersOf, useRegisters } from './registers.ts';
import { watchRegisters } from './watch-registers.ts';

const { values } = parseArgs({
  options: {
    name: { type: 'string', default: 'client' },
    incarnation: { type: 'string', default: '0' },
    store: { type: 'string', default: '' },
    resource: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    'ttl-ms': { type: 'string', default: '3000' },
    parties: { type: 'string', default: '3' },
    round: { type: 'string', default: '1' },
  },
});

const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

/** Session after session: what is owned under one ends with it, and the next begins anew. */
async function takePart(context: ClientContext, store: Store, ttlMs: number): Promise<void> {
  const { runtime, client, resource, say } = context;
  while (!stop.signal.aborted) {
    let session: Session | undefined;
    try {
      session = await store.openSession({ ttlMs, signal: stop.signal });
      say({ say: 'session', client, at: resource.nowMs() });
      await useRecipes(context, store, session, ttlMs);
    } catch (error) {
      if (!isKeelsonError(error)) throw error;
      await sleep(runtime, 100 + context.random.integer(200), { signal: stop.signal }).catch(() => {});
    } finally {
      await session?.close({ timeoutMs: 2_000 }).catch(() => {}); // it ends by itself where the store is away
    }
  }
}

async function useRecipes(context: ClientContext, store: Store, session: Session, ttlMs: number): Promise<void> {
  const recipes = coordination({ store, session, runtime: context.runtime, owner: context.client });
  await Promise.all([
    competeFor(context, session, { thing: 'lock', acts: 3 }, async (options) => {
      const lock = await recipes.lock('shared').acquire(options);
      return { fencingToken: lock.fencingToken, lost: lock.lost, giveUp: (limits) => lock.release(limits) };
    }),
    competeFor(context, session, { thing: 'lead', acts: 10 }, async (options) => {
      const lead = await recipes.election('boss').campaign(options);
      return { fencingToken: lead.fencingToken, lost: lead.lost, giveUp: (limits) => lead.resign(limits) };
    }),
    // A name in the group that everybody wants.
    competeFor(context, session, { thing: 'captain', acts: 3 }, async (options) => {
      const captain = await recipes.group(CREW).join('captain', { ...options, timeoutMs: 10 * ttlMs });
      return { fencingToken: captain.fencingToken, lost: captain.lost, giveUp: (limits) => captain.leave(limits) };
    }),
    stayMember(context, session, recipes, values.name),
    meetAtBarrier(context, session, recipes.barrier('gate', Number(values.parties)), ttlMs),
  ]);
}

const runtime = systemRuntime();
const resource = await connectResource(Number(values.resource), runtime);
const store = await connectStore(values.store, runtime);
const context: ClientContext = {
  client: `${values.name}#${values.incarnation}`,
  runtime,
  resource,
  random: seededRandom(Number(values.seed)),
  stopping: stop.signal,
  say: sayAloud,
};
process.stdout.write('{"say":"ready"}\n');
const registers = registersOf(values.round);
const topic = `news-${values.round}`;
const linger = new AbortController();
const onlookers = Promise.all([
  watchRegisters(context, store, registers, linger.signal),
  observeCrew(context, store, linger.signal),
  suspectCrew(context, store, values.name, linger.signal),
  readNews(context, store, topic, { consumer: values.name, ended: linger.signal }),
]);
await Promise.all([
  takePart(context, store, Number(values['ttl-ms'])),
  useRegisters(context, store, registers),
  publishNews(context, store, topic),
]);
// What others did before they were asked to end is still to arrive.
await sleep(runtime, 2_000);
linger.abort();
await onlookers;
await store.close();
resource.close();
await sleep(runtime, 100); // sockets say that they are closed a turn later
// Standard output and the signal are the process's own.
const open = process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap' && kind !== 'SignalWrap');
sayAloud({
  say: 'ended',
  client: context.client,
  at: resource.nowMs(),
  open,
  rssBytes: process.memoryUsage.rss(),
});
