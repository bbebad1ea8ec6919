import {
  ClusterConfig,
  CurrentState,
  clusterPaths,
  emptyRecord,
  encodeRecord,
  IdealState,
  InstanceConfig,
  LiveInstance,
  type ZNRecord,
} from '@keelson/cluster';
import { systemRuntime } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import { type MemoryStore, memoryStore } from '@keelson/store/memory';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clusterSummary } from '../views/cluster-view.ts';
import { ClusterCache } from './cluster-cache.ts';

const runtime = systemRuntime();
const paths = clusterPaths('shop');

let store: MemoryStore;
let cache: ClusterCache;

beforeEach(async () => {
  store = memoryStore(runtime);
  await put(paths.clusterConfig, new ClusterConfig(emptyRecord('shop')).record);
  cache = new ClusterCache({ store, cluster: 'shop', runtime, events: 100 });
  await cache.until(() => cache.current);
});

afterEach(async () => {
  await cache.close();
  await store.close();
});

async function put(path: string, record: ZNRecord, session?: Session): Promise<void> {
  await store.put(path, encodeRecord(record), session === undefined ? {} : { session });
}

/** Everything that was told, oldest first, without ids and times. */
function told(): unknown[] {
  return cache.hub
    .newest(100)
    .toReversed()
    .map(({ id: _id, atMs: _atMs, ...rest }) => rest);
}

async function join(instance: string): Promise<Session> {
  const session = await store.openSession({ ttlMs: 60_000 });
  await put(paths.liveInstance(instance), LiveInstance.participant(instance, session.id, '1@host').record, session);
  await cache.until(() => cache.snapshot.live.has(instance));
  return session;
}

async function hold(instance: string, session: Session, partition: string, state: string): Promise<void> {
  const current = CurrentState.create({ resource: 'kv', session: session.id, stateModel: 'MasterSlave' });
  const update = { state, previousState: 'OFFLINE', startedMs: 1_000, endedMs: 2_000, triggeredBy: 'c1' };
  await put(paths.currentState(instance, session.id, 'kv'), current.withReplica(partition, update).record);
  await cache.until(() => cache.snapshot.replicas.get('kv')?.get(partition)?.get(instance)?.state === state);
}

test('tells what instances, resources, replicas and controllers do, in order', async () => {
  await put(paths.participantConfig('w1'), InstanceConfig.create('w1').record);
  const session = await join('w1');
  const ideal = IdealState.create({
    resource: 'kv',
    partitions: 1,
    replicas: 1,
    stateModel: 'MasterSlave',
    mode: 'FULL_AUTO',
  });
  await put(paths.idealState('kv'), ideal.withPreferenceLists({ kv_0: [] }).record);
  await hold('w1', session, 'kv_0', 'SLAVE');
  await hold('w1', session, 'kv_0', 'MASTER');
  await put(paths.participantConfig('w1'), InstanceConfig.create('w1').withEnabled(false, 5, 'disk').record);
  await cache.until(() => cache.snapshot.instances.get('w1')?.enabled === false);
  await session.close();
  await cache.until(() => !cache.snapshot.live.has('w1'));
  expect(told()).toEqual([
    { type: 'instance', instance: 'w1', change: 'added' },
    { type: 'instance', instance: 'w1', change: 'joined' },
    { type: 'resource', resource: 'kv', change: 'added' },
    { type: 'replica', resource: 'kv', partition: 'kv_0', instance: 'w1', from: null, to: 'SLAVE' },
    { type: 'replica', resource: 'kv', partition: 'kv_0', instance: 'w1', from: 'SLAVE', to: 'MASTER' },
    { type: 'instance', instance: 'w1', change: 'disabled', reason: 'disk' },
    { type: 'instance', instance: 'w1', change: 'left' },
    { type: 'replica', resource: 'kv', partition: 'kv_0', instance: 'w1', from: 'MASTER', to: null },
  ]);
});

test('a leader is elected and lost, a pause begins and ends', async () => {
  const session = await store.openSession({ ttlMs: 60_000 });
  await put(paths.leader, LiveInstance.controller('c1', session.id, '1@host').record, session);
  await put(paths.pause, emptyRecord('pause'));
  await store.delete(paths.pause);
  await session.close();
  await cache.until(() => cache.leader === undefined && told().length === 4);
  expect(told()).toEqual([
    { type: 'controller', leader: 'c1', change: 'elected' },
    { type: 'controller', leader: 'c1', change: 'paused' },
    { type: 'controller', leader: 'c1', change: 'resumed' },
    { type: 'controller', leader: null, change: 'lost' },
  ]);
});

test('a replica has the time its holder gives; ids are places in the order of the store', async () => {
  const session = await join('w1');
  await hold('w1', session, 'kv_0', 'SLAVE');
  const [event] = cache.hub.newest(1);
  expect(event?.atMs).toBe(2_000);
  expect(event?.id).toBe(`${cache.snapshot.revision}-1`);
});

test('what happened while the store was out of reach is told afterwards, without a gap', async () => {
  await join('w1');
  const before = cache.hub.lastId;
  store.faults.disconnect();
  await cache.until(() => !cache.current);
  store.faults.reconnect();
  await put(paths.participantConfig('w2'), InstanceConfig.create('w2').record);
  await cache.until(() => cache.snapshot.instances.has('w2'));
  expect(cache.current).toBe(true);
  expect(told().at(-1)).toEqual({ type: 'instance', instance: 'w2', change: 'added' });
  expect(before).not.toBe(cache.hub.lastId);
});

test('a cache that begins late knows the past from the records', async () => {
  const session = await join('w1');
  await hold('w1', session, 'kv_0', 'MASTER');
  const late = new ClusterCache({ store, cluster: 'shop', runtime, events: 100 });
  await late.until(() => late.current);
  expect(late.hub.newest(10)).toEqual([
    {
      id: '0-1',
      type: 'replica',
      resource: 'kv',
      partition: 'kv_0',
      instance: 'w1',
      from: null,
      to: 'MASTER',
      atMs: 2_000,
    },
  ]);
  await late.close();
});

test('the picture is planned anew when something changed, and only then', async () => {
  const first = cache.picture().plan;
  expect(cache.picture().plan).toBe(first);
  await put(paths.participantConfig('w1'), InstanceConfig.create('w1').record);
  await cache.until(() => cache.snapshot.instances.has('w1'));
  expect(cache.picture().plan).not.toBe(first);
  expect(clusterSummary(cache.picture())).toMatchObject({
    name: 'shop',
    leader: null,
    instances: { total: 1, live: 0, enabled: 1 },
  });
});

test('knows when its cluster is gone', async () => {
  expect(cache.exists).toBe(true);
  await store.delete('/shop', { recursive: true });
  await cache.until(() => !cache.exists);
  expect(cache.exists).toBe(false);
});

test('waits end', async () => {
  await expect(cache.until(() => false, { timeoutMs: 10 })).rejects.toMatchObject({ code: 'E_TIMEOUT' });
  await expect(cache.until(() => false, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'E_ABORTED' });
  const waiting = cache.until(() => false);
  await cache.close();
  await expect(waiting).rejects.toMatchObject({ code: 'E_CLOSED' });
});
