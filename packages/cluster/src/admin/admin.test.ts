import { silentLogger, virtualRuntime } from '@keelson/runtime';
import type { Entry } from '@keelson/store';
import { type MemoryStore, memoryStore } from '@keelson/store/memory';
import { beforeEach, describe, expect, test } from 'vitest';
import { readRecording } from '../../test-support/recording.ts';
import { applyTo } from '../../test-support/replay.ts';
import { type LoggedRequest, logRequests } from '../../test-support/request-log.ts';
import { CurrentState } from '../model/current-state.ts';
import { LiveInstance } from '../model/live-instance.ts';
import { Message } from '../model/message.ts';
import { clusterPaths } from '../model/paths.ts';
import { decodeRecord, encodeRecord } from '../model/record-codec.ts';
import { type ClusterAdmin, createAdmin } from './cluster-admin.ts';
import type { ResourceSpec } from './resource-spec.ts';

const runtime = virtualRuntime({ seed: 7, startWallMs: 1_795_241_387_064, logger: silentLogger });
let store: MemoryStore;
let admin: ClusterAdmin;

beforeEach(() => {
  store = memoryStore(runtime);
  admin = createAdmin({ store, runtime });
});

const spec: ResourceSpec = { partitions: 4, replicas: 2, stateModel: 'MasterSlave', mode: 'FULL_AUTO' };

/** Everything in the store, as text. */
async function dump(): Promise<ReadonlyMap<string, string>> {
  const { entries } = await store.list('/', { recursive: true });
  return new Map(entries.map(({ path, value }) => [path, new TextDecoder().decode(value)]));
}

/** The store of a recording as it was when a step began, without what the test does not look at. */
function recorded(name: string, step: string, skip: (path: string) => boolean): ReadonlyMap<string, string> {
  const entries = new Map<string, Entry>();
  for (const line of readRecording(name)) {
    if (line.kind === 'step' && line.step === step) break;
    if (line.kind === 'write') applyTo(entries, line);
  }
  const kept = [...entries.values()].filter(({ path }) => path !== '' && !skip(path));
  return new Map(kept.map(({ path, value }) => [path, new TextDecoder().decode(value)]));
}

const withoutTimes = (dumped: ReadonlyMap<string, string>): Record<string, string> =>
  Object.fromEntries([...dumped].sort().map(([path, text]) => [path, text.replace(/"\d{13}"/g, '"<ms>"')]));

/** Runs `work`, which must be refused with `code`, and checks that it changed nothing. */
async function refused(code: string, work: () => Promise<unknown>): Promise<void> {
  const before = await dump();
  await expect(work()).rejects.toMatchObject({ code });
  expect(await dump()).toEqual(before);
}

describe('writes what HelixAdmin writes', () => {
  test('a cluster and its instances, byte for byte', async () => {
    await admin.createCluster('FAILOVER');
    await admin.addInstance('FAILOVER', 'a_1');
    await admin.addInstance('FAILOVER', 'b_2');
    await admin.addInstance('FAILOVER', 'c_3');
    const ofController = (path: string): boolean => path.endsWith('/LEADER') || path.endsWith('/CONTROLLER/HISTORY');
    const step = 'FULL_AUTO MasterSlave, 4 partitions, 2 replicas, no participant yet';
    const theirs = withoutTimes(recorded('failover', step, ofController));
    const ours = new Map([...(await dump())].filter(([path]) => !ofController(path)));
    expect(withoutTimes(ours)).toEqual(theirs);
  });

  test.each([
    ['failover', 'a_1 joins', 'db', spec],
    [
      'semi-auto-and-customized',
      'list of SA_0 reversed',
      'SA',
      { ...spec, partitions: 2, mode: 'SEMI_AUTO', preferenceLists: { SA_0: ['a_1', 'b_2'], SA_1: ['b_2', 'c_3'] } },
    ],
    [
      'semi-auto-and-customized',
      'CUSTOMIZED: master moved',
      'CU',
      { ...spec, partitions: 1, mode: 'CUSTOMIZED', instanceStates: { CU_0: { a_1: 'SLAVE', c_3: 'MASTER' } } },
    ],
    ['cluster-modes', 'maintenance on', 'M', { ...spec, rebalanceDelayMs: 600_000, minActiveReplicas: 1 }],
  ] as const)('the ideal state of %s before "%s"', async (recording, step, resource, declared) => {
    const cluster = recording.toUpperCase().replaceAll('-', '_');
    await admin.createCluster(cluster);
    await admin.addResource(cluster, resource, declared);
    const path = clusterPaths(cluster).idealState(resource);
    const theirs = recorded(recording, step, (other) => other !== path);
    expect((await dump()).get(path)).toBe(theirs.get(path));
  });

  test('a bucketized ideal state', async () => {
    const cluster = 'SEMI_AUTO_AND_CUSTOMIZED';
    await admin.createCluster(cluster);
    await admin.addResource(cluster, 'BU', { ...spec, partitions: 8, bucketSize: 4 });
    const isBu = (path: string): boolean => path.startsWith(`/${cluster}/IDEALSTATES/BU`);
    const theirs = recorded('semi-auto-and-customized', 'never', (path) => !isBu(path));
    const ours = new Map([...(await dump())].filter(([path]) => isBu(path)));
    expect(ours).toEqual(theirs);
    expect((await admin.getResource(cluster, 'BU')).value.partitions).toHaveLength(8);
    await admin.dropResource(cluster, 'BU');
    expect([...(await dump()).keys()].filter(isBu)).toEqual([]);
  });

  test('the message that resets a replica', async () => {
    await admin.createCluster('c');
    await admin.addInstance('c', 'b_2');
    await admin.addResource('c', 'E', spec);
    const paths = clusterPaths('c');
    const session = await store.openSession({ ttlMs: 10_000 });
    const live = LiveInstance.participant('b_2', session.id, '1@host');
    await store.put(paths.liveInstance('b_2'), encodeRecord(live.record), { session });
    const target = { instance: 'b_2', resource: 'E', partitions: ['E_0'] };
    await refused('E_INVALID_ARGUMENT', () => admin.resetPartition('c', target));

    const failed = { state: 'ERROR', previousState: 'OFFLINE', startedMs: 1, endedMs: 2, triggeredBy: 'c0' };
    const state = CurrentState.create({ resource: 'E', session: session.id, stateModel: 'MasterSlave' });
    await store.put(paths.currentState('b_2', session.id, 'E'), encodeRecord(state.withReplica('E_0', failed).record));
    await admin.resetPartition('c', target);
    const { entries } = await store.list(paths.messages('b_2'));
    const record = entries[0] === undefined ? undefined : decodeRecord(entries[0].value);
    if (record === undefined) throw new Error('no message was written');
    const message = new Message(record);
    expect([message.fromState, message.toState, message.targetSession]).toEqual(['ERROR', 'OFFLINE', session.id]);
    expect(message.isValid()).toBe(true);
    expect(Object.keys(record.simpleFields)).toEqual([
      'CREATE_TIMESTAMP',
      'FROM_STATE',
      'MSG_ID',
      'MSG_STATE',
      'MSG_TYPE',
      'PARTITION_NAME',
      'RESOURCE_NAME',
      'SRC_NAME',
      'STATE_MODEL_DEF',
      'STATE_MODEL_FACTORY_NAME',
      'TGT_NAME',
      'TGT_SESSION_ID',
      'TO_STATE',
    ]);
    await refused('E_ALREADY_EXISTS', () => admin.resetPartition('c', target));
    await session.close();
  });
});

describe('clusters', () => {
  test('are created once, listed, described and dropped', async () => {
    await admin.createCluster('shop', { allowParticipantAutoJoin: true });
    await refused('E_ALREADY_EXISTS', () => admin.createCluster('shop'));
    await store.put('/other/thing', new Uint8Array());
    expect(await admin.listClusters()).toEqual(['shop']);
    const description = await admin.describeCluster('shop');
    expect(description.config.autoJoin).toBe(true);
    expect(description.stateModels).toContain('MasterSlave');
    await admin.dropCluster('shop');
    expect(await admin.listClusters()).toEqual([]);
    await refused('E_NOT_FOUND', () => admin.dropCluster('shop'));
  });

  test('are not dropped while somebody runs in them', async () => {
    await admin.createCluster('shop');
    const session = await store.openSession({ ttlMs: 10_000 });
    await store.put('/shop/LIVEINSTANCES/a_1', new Uint8Array(), { session });
    await refused('E_IN_USE', () => admin.dropCluster('shop'));
    await session.close();
    await admin.dropCluster('shop');
  });

  test.each(['', '.', '..', 'a/b', 'nul\0', 'x'.repeat(256), 'tab\t'])('name %j is refused', async (name) => {
    await refused('E_INVALID_PATH', () => admin.createCluster(name));
    await admin.createCluster('shop');
    await refused('E_INVALID_PATH', () => admin.addInstance('shop', name));
    await refused('E_INVALID_PATH', () => admin.addResource('shop', name, spec));
    await refused('E_INVALID_PATH', () => admin.getInstance('shop', name));
  });

  test('pause and maintenance leave their signals', async () => {
    await admin.createCluster('shop');
    await admin.pauseCluster('shop', true, { reason: 'upgrade' });
    expect((await admin.describeCluster('shop')).paused).toBe(true);
    await admin.pauseCluster('shop', false);
    await admin.setMaintenance('shop', true);
    expect(await admin.describeCluster('shop')).toMatchObject({ paused: false, maintenance: true });
  });
});

describe('instances', () => {
  beforeEach(async () => {
    await admin.createCluster('shop');
    await admin.addInstance('shop', 'a_1', { tags: ['ssd'], domain: 'zone=z1' });
  });

  test('are changed under the version that was read, or under any', async () => {
    const read = await admin.getInstance('shop', 'a_1');
    const changed = await admin.enableInstance('shop', 'a_1', false, { reason: 'disk', expect: read.version });
    expect(changed).toMatchObject({ version: 2 });
    expect(changed.value.disabledReason).toBe('disk');
    await refused('E_VERSION_CONFLICT', () => admin.enableInstance('shop', 'a_1', true, { expect: read.version }));
    const again = await admin.updateInstance('shop', 'a_1', { enabled: true, tags: [], port: 80 });
    expect(again.value.tags).toEqual([]);
    expect(again.value.disabledReason).toBeUndefined();
    expect(again.value.domain).toBe('zone=z1');
  });

  test('have partitions disabled and enabled', async () => {
    const target = { instance: 'a_1', resource: 'db', partitions: ['db_1'] };
    await admin.enablePartition('shop', { ...target, partitions: ['db_0'] }, false);
    const disabled = await admin.enablePartition('shop', target, false);
    expect([...disabled.value.disabledPartitions('db')]).toEqual(['db_0', 'db_1']);
    const enabled = await admin.enablePartition('shop', target, true);
    expect([...enabled.value.disabledPartitions('db')]).toEqual(['db_0']);
  });

  test('are removed whole, but not while they are alive', async () => {
    const session = await store.openSession({ ttlMs: 10_000 });
    await store.put('/shop/LIVEINSTANCES/a_1', new Uint8Array(), { session });
    await refused('E_IN_USE', () => admin.removeInstance('shop', 'a_1'));
    await session.close();
    await refused('E_VERSION_CONFLICT', () => admin.removeInstance('shop', 'a_1', { expect: 9 }));
    await store.put('/shop/INSTANCES/a_1/MESSAGES/m', new Uint8Array());
    await admin.removeInstance('shop', 'a_1');
    expect([...(await dump()).keys()].filter((path) => path.includes('a_1'))).toEqual([]);
    await refused('E_NOT_FOUND', () => admin.removeInstance('shop', 'a_1'));
  });

  test('with more entries than a transaction takes are removed all the same', async () => {
    for (let index = 0; index < store.capabilities.maxTransactionOperations + 5; index++) {
      await store.put(`/shop/INSTANCES/a_1/MESSAGES/m${index}`, new Uint8Array());
    }
    await admin.removeInstance('shop', 'a_1');
    expect([...(await dump()).keys()].filter((path) => path.includes('a_1'))).toEqual([]);
  });

  test('twice of one name, of no cluster, or with an impossible port are refused', async () => {
    await refused('E_ALREADY_EXISTS', () => admin.addInstance('shop', 'a_1'));
    await refused('E_NOT_FOUND', () => admin.addInstance('none', 'a_1'));
    await refused('E_INVALID_ARGUMENT', () => admin.addInstance('shop', 'b_2', { port: 70_000 }));
    await refused('E_INVALID_ARGUMENT', () =>
      admin.updateInstance('shop', 'a_1', { disabledPartitions: { db: ['a,b'] } }),
    );
  });
});

describe('resources', () => {
  beforeEach(async () => {
    await admin.createCluster('shop');
    for (const name of ['a_1', 'b_2', 'c_3']) await admin.addInstance('shop', name);
  });

  test.each<[string, Partial<ResourceSpec>]>([
    ['negative partitions', { partitions: -1 }],
    ['partitions that are no whole number', { partitions: 1.5 }],
    ['too many partitions', { partitions: 1_000_000 }],
    ['negative replicas', { replicas: -2 }],
    ['no number', { replicas: Number.NaN }],
    ['an unknown state model', { stateModel: 'Nope' }],
    ['a list of the wrong length', { mode: 'SEMI_AUTO', preferenceLists: { db_0: ['a_1'] } }],
    ['a list with one instance twice', { mode: 'SEMI_AUTO', preferenceLists: { db_0: ['a_1', 'a_1'] } }],
    ['a list of another partition', { mode: 'SEMI_AUTO', preferenceLists: { db_9: ['a_1', 'b_2'] } }],
    ['a map with two MASTERs', { mode: 'CUSTOMIZED', instanceStates: { db_0: { a_1: 'MASTER', b_2: 'MASTER' } } }],
    ['a map with an unknown state', { mode: 'CUSTOMIZED', instanceStates: { db_0: { a_1: 'KING' } } }],
    ['a map for FULL_AUTO', { instanceStates: { db_0: { a_1: 'MASTER' } } }],
    ['more replicas than instances', { mode: 'SEMI_AUTO', replicas: 5 }],
  ])('%s is refused', async (_, change) => {
    await refused('E_INVALID_ARGUMENT', () => admin.addResource('shop', 'db', { ...spec, ...change }));
  });

  test('are declared, changed, disabled, rebalanced and dropped', async () => {
    const added = await admin.addResource('shop', 'db', spec);
    await refused('E_ALREADY_EXISTS', () => admin.addResource('shop', 'db', spec));
    const paths = clusterPaths('shop');
    const record = { ...added.value.record, simpleFields: { ...added.value.record.simpleFields, OWN: 'kept' } };
    await store.put(paths.idealState('db'), encodeRecord(record));

    const grown = await admin.updateResource('shop', 'db', { partitions: 6, tag: 'ssd' }, { expect: 2 });
    expect(grown.value.partitions).toHaveLength(6);
    expect(grown.value.record.simpleFields).toMatchObject({ OWN: 'kept', INSTANCE_GROUP_TAG: 'ssd', REPLICAS: '2' });
    await refused('E_VERSION_CONFLICT', () => admin.updateResource('shop', 'db', { replicas: 1 }, { expect: 2 }));
    expect((await admin.enableResource('shop', 'db', false)).value.enabled).toBe(false);
    expect((await admin.rebalance('shop', 'db', { replicas: 3 })).value.replicas).toBe('3');
    expect((await admin.getResource('shop', 'db')).value.enabled).toBe(false);

    const semi = await admin.updateResource('shop', 'db', { mode: 'SEMI_AUTO', replicas: 2 });
    expect(semi.value.fault).toBeUndefined();
    expect(new Set(Object.values(semi.value.record.listFields).flat())).toEqual(new Set(['a_1', 'b_2', 'c_3']));
    await admin.dropResource('shop', 'db');
    expect(await admin.listResources('shop')).toEqual([]);
    await refused('E_NOT_FOUND', () => admin.dropResource('shop', 'db'));
  });

  test('a change and a rebalance read each record once', async () => {
    const requests: Pick<LoggedRequest, 'call' | 'paths'>[] = [];
    const logged = createAdmin({ store: logRequests(store, (request) => requests.push(request)), runtime });
    await admin.addResource('shop', 'db', { ...spec, partitions: 8, bucketSize: 4 });
    await logged.updateResource('shop', 'db', { partitions: 6 });
    await logged.rebalance('shop', 'db', { replicas: 1 });
    const read = ['get /shop/CONFIGS/CLUSTER/shop', 'get /shop/IDEALSTATES/db', 'list /shop/IDEALSTATES/db'];
    const once = [...read, 'get /shop/STATEMODELDEFS/MasterSlave', 'transact'];
    const did = requests.map(({ call, paths }) => (call === 'transact' ? call : `${call} ${paths.join(' ')}`));
    expect(did).toEqual([...once, ...once]);
  });

  test('go from one record to buckets and back', async () => {
    await admin.addResource('shop', 'db', { ...spec, partitions: 8 });
    await admin.updateResource('shop', 'db', { bucketSize: 4 });
    expect(await store.children('/shop/IDEALSTATES/db')).toEqual(['db_p0-p3', 'db_p4-p7']);
    expect((await admin.getResource('shop', 'db')).value.partitions).toHaveLength(8);
    await admin.updateResource('shop', 'db', { bucketSize: 0 });
    expect((await admin.getResource('shop', 'db')).value.partitions).toHaveLength(8);
    expect(await store.children('/shop/IDEALSTATES/db')).toEqual([]);
  });
});

describe('state models', () => {
  const model = {
    name: 'LeaderFollower',
    initialState: 'OFFLINE',
    states: [
      { name: 'LEADER', count: '1' },
      { name: 'OFFLINE', count: '-1' },
    ],
    transitions: [
      { from: 'LEADER', to: 'OFFLINE' },
      { from: 'OFFLINE', to: 'LEADER' },
    ],
  };
  beforeEach(async () => {
    await admin.createCluster('shop');
  });

  test('are added, replaced under their version, and removed when nobody uses them', async () => {
    await admin.addStateModel('shop', model);
    await refused('E_ALREADY_EXISTS', () => admin.addStateModel('shop', model));
    await admin.addStateModel('shop', model, { expect: 1 });
    await admin.addResource('shop', 'db', { ...spec, stateModel: 'LeaderFollower' });
    await refused('E_IN_USE', () => admin.removeStateModel('shop', 'LeaderFollower'));
    await admin.dropResource('shop', 'db');
    await admin.removeStateModel('shop', 'LeaderFollower');
    expect(await admin.listStateModels('shop')).not.toContain('LeaderFollower');
  });

  test('with a state that cannot be reached, or built in, are refused', async () => {
    const lost = { ...model, states: [...model.states, { name: 'LOST', count: '1' }] };
    await refused('E_INVALID_ARGUMENT', () => admin.addStateModel('shop', lost));
    await refused('E_ALREADY_EXISTS', () =>
      admin.addStateModel('shop', { ...model, name: 'MasterSlave' }, { expect: 1 }),
    );
    await refused('E_ALREADY_EXISTS', () => admin.removeStateModel('shop', 'MasterSlave'));
  });
});
