import { encodeRecord, type ZNRecord } from '@keelson/cluster';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TestApi } from '../../test-support/test-api.ts';
import {
  clusterDetailSchema,
  clusterListSchema,
  explanationSchema,
  externalViewSchema,
  idealStateViewSchema,
  instanceListSchema,
  instanceSchema,
  matrixSchema,
  resourceListSchema,
  resourceSchema,
  stateModelListSchema,
  stateModelSchema,
  storeChildrenSchema,
  storeEntrySchema,
  timelineSchema,
} from './schemas.ts';

let api: TestApi;

beforeEach(async () => {
  api = await TestApi.start();
});

afterEach(() => api.close());

const kv = { partitions: 4, replicas: 2, stateModel: 'MasterSlave', mode: 'FULL_AUTO' };

async function shop(): Promise<void> {
  await api.ok(clusterDetailSchema, 'PUT', '/clusters/shop');
}

describe('clusters', () => {
  test('are created, described, configured, paused and dropped', async () => {
    expect((await api.ok(clusterListSchema, 'GET', '/clusters')).body).toEqual({ clusters: [] });
    const created = await api.ok(clusterDetailSchema, 'PUT', '/clusters/shop', {
      body: { config: { allowParticipantAutoJoin: 'true' } },
    });
    expect(created).toMatchObject({
      status: 201,
      body: { name: 'shop', paused: false, config: { allowParticipantAutoJoin: 'true' } },
    });
    expect(created.etag).toMatch(/^"\d+-1"$/);
    const again = await api.ok(clusterDetailSchema, 'PUT', '/clusters/shop', {
      body: { config: { TOPOLOGY: '/zone/instance' } },
    });
    expect(again).toMatchObject({
      status: 200,
      body: { config: { allowParticipantAutoJoin: 'true', TOPOLOGY: '/zone/instance' } },
    });
    const unset = await api.ok(clusterDetailSchema, 'PATCH', '/clusters/shop', {
      body: { config: { TOPOLOGY: null } },
    });
    expect(unset.body.config).toEqual({ allowParticipantAutoJoin: 'true' });
    const paused = await api.ok(clusterDetailSchema, 'PATCH', '/clusters/shop', {
      body: { paused: true, reason: 'moving house' },
    });
    expect(paused.body.paused).toBe(true);
    expect(
      (await api.ok(clusterDetailSchema, 'PATCH', '/clusters/shop', { body: { paused: false } })).body.paused,
    ).toBe(false);
    expect((await api.ok(clusterListSchema, 'GET', '/clusters')).body.clusters.map(({ name }) => name)).toEqual([
      'shop',
    ]);
    expect((await api.send('DELETE', '/clusters/shop')).status).toBe(204);
    expect((await api.ok(clusterListSchema, 'GET', '/clusters')).body.clusters).toEqual([]);
    expect((await api.refused('GET', '/clusters/shop')).code).toBe('E_NOT_FOUND');
  });

  test('made by other tools are found when they are asked for', async () => {
    await api.admin.createCluster('depot');
    expect((await api.ok(clusterDetailSchema, 'GET', '/clusters/depot')).body.name).toBe('depot');
  });

  test('a second one of a name is refused to whoever wants to create', async () => {
    await shop();
    const problem = await api.refused('PUT', '/clusters/shop', { headers: { 'if-none-match': '*' } });
    expect(problem).toMatchObject({ status: 409, code: 'E_ALREADY_EXISTS' });
  });

  test('a declaration repeated writes nothing', async () => {
    await shop();
    const before = await api.revision();
    expect((await api.ok(clusterDetailSchema, 'PUT', '/clusters/shop')).status).toBe(200);
    expect(await api.revision()).toBe(before);
  });

  test('are dropped though this server leads them, and not while an instance lives', async () => {
    api.controllers.start({ name: 'c1', sessionTtlMs: 10_000 });
    await shop();
    await expect
      .poll(async () => (await api.ok(clusterDetailSchema, 'GET', '/clusters/shop')).body.leader?.name)
      .toBe('c1');
    const session = await api.store.openSession({ ttlMs: 10_000 });
    const live: ZNRecord = {
      id: 'w1',
      simpleFields: { SESSION_ID: session.id, HELIX_VERSION: '2.0.1' },
      mapFields: {},
      listFields: {},
    };
    await api.store.put('/shop/LIVEINSTANCES/w1', encodeRecord(live), { session });
    await expect
      .poll(async () => (await api.ok(clusterDetailSchema, 'GET', '/clusters/shop')).body.instances.live)
      .toBe(1);
    expect(await api.send('DELETE', '/clusters/shop')).toMatchObject({ status: 409, body: { code: 'E_IN_USE' } });
    await session.close();
    await expect
      .poll(async () => (await api.ok(clusterDetailSchema, 'GET', '/clusters/shop')).body.instances.live)
      .toBe(0);
    expect((await api.send('DELETE', '/clusters/shop')).status).toBe(204);
  });
});

describe('instances', () => {
  beforeEach(shop);

  test('are declared, changed and removed', async () => {
    const body = { host: 'host1', port: 12_000, tags: ['ssd'], domain: 'zone=z1' };
    const added = await api.ok(instanceSchema, 'PUT', '/clusters/shop/instances/w1', { body });
    expect(added).toMatchObject({
      status: 201,
      body: { name: 'w1', ...body, live: false, enabled: true, disabledReason: null, states: {} },
    });
    const disabled = await api.ok(instanceSchema, 'PATCH', '/clusters/shop/instances/w1', {
      body: { enabled: false, reason: 'disk' },
    });
    expect(disabled.body).toMatchObject({ enabled: false, disabledReason: 'disk', tags: ['ssd'] });
    const redeclared = await api.ok(instanceSchema, 'PUT', '/clusters/shop/instances/w1', { body: { host: 'host2' } });
    expect(redeclared, 'what is left out is taken back, but not the operator’s word').toMatchObject({
      status: 200,
      body: { host: 'host2', tags: [], domain: null, enabled: false, disabledReason: 'disk' },
    });
    await api.ok(resourceSchema, 'PUT', '/clusters/shop/resources/kv', { body: kv });
    const partial = await api.ok(instanceSchema, 'PATCH', '/clusters/shop/instances/w1', {
      body: { enabled: true, tags: ['hdd'], disabledPartitions: { kv: ['kv_1', 'kv_2'] } },
    });
    expect(partial.body).toMatchObject({
      enabled: true,
      disabledReason: null,
      tags: ['hdd'],
      disabledPartitions: { kv: ['kv_1', 'kv_2'] },
    });
    const list = await api.ok(instanceListSchema, 'GET', '/clusters/shop/instances');
    expect(list.body.instances).toEqual([partial.body]);
    expect((await api.send('DELETE', '/clusters/shop/instances/w1')).status).toBe(204);
    expect((await api.refused('GET', '/clusters/shop/instances/w1')).code).toBe('E_NOT_FOUND');
  });

  test('are listed in the order people expect', async () => {
    for (const name of ['worker-10', 'worker-2', 'worker-1']) await api.admin.addInstance('shop', name);
    await expect
      .poll(async () =>
        (await api.ok(instanceListSchema, 'GET', '/clusters/shop/instances')).body.instances.map(({ name }) => name),
      )
      .toEqual(['worker-1', 'worker-2', 'worker-10']);
  });
});

describe('resources', () => {
  beforeEach(shop);

  test('are declared, changed, rebalanced and dropped', async () => {
    const created = await api.ok(resourceSchema, 'PUT', '/clusters/shop/resources/kv', {
      body: { ...kv, tag: 'ssd', minActiveReplicas: 1 },
    });
    expect(created).toMatchObject({
      status: 201,
      body: { name: 'kv', ...kv, tag: 'ssd', minActiveReplicas: 1, enabled: true, states: {} },
    });
    const patched = await api.ok(resourceSchema, 'PATCH', '/clusters/shop/resources/kv', {
      body: { replicas: 3, tag: null, enabled: false },
    });
    expect(patched.body).toMatchObject({ replicas: 3, tag: null, minActiveReplicas: 1, enabled: false });
    const enabled = await api.ok(resourceSchema, 'PATCH', '/clusters/shop/resources/kv', { body: { enabled: true } });
    expect(enabled.body).toMatchObject({ replicas: 3, enabled: true });
    const replaced = await api.ok(resourceSchema, 'PUT', '/clusters/shop/resources/kv', { body: kv });
    expect(replaced).toMatchObject({ status: 200, body: { replicas: 2, minActiveReplicas: null } });
    const rebalanced = await api.ok(resourceSchema, 'POST', '/clusters/shop/resources/kv/rebalance', {
      body: { replicas: 1 },
    });
    expect(rebalanced.body.replicas).toBe(1);
    expect((await api.ok(resourceListSchema, 'GET', '/clusters/shop/resources')).body.resources).toEqual([
      rebalanced.body,
    ]);
    expect((await api.send('DELETE', '/clusters/shop/resources/kv')).status).toBe(204);
    expect((await api.refused('GET', '/clusters/shop/resources/kv')).code).toBe('E_NOT_FOUND');
  });

  test('with lists or states of their own show them', async () => {
    for (const name of ['w1', 'w2']) await api.admin.addInstance('shop', name);
    const semi = { ...kv, mode: 'SEMI_AUTO', partitions: 1, preferenceLists: { semi_0: ['w2', 'w1'] } };
    await api.ok(resourceSchema, 'PUT', '/clusters/shop/resources/semi', { body: semi });
    const ideal = await api.ok(idealStateViewSchema, 'GET', '/clusters/shop/resources/semi/ideal-state');
    expect(ideal.body).toEqual({
      resource: 'semi',
      mode: 'SEMI_AUTO',
      partitions: { semi_0: { preferenceList: ['w2', 'w1'] } },
    });
    const custom = {
      ...kv,
      mode: 'CUSTOMIZED',
      partitions: 1,
      instanceStates: { custom_0: { w1: 'MASTER', w2: 'SLAVE' } },
    };
    await api.ok(resourceSchema, 'PUT', '/clusters/shop/resources/custom', { body: custom });
    const map = await api.ok(idealStateViewSchema, 'GET', '/clusters/shop/resources/custom/ideal-state');
    expect(map.body.partitions).toEqual({
      custom_0: { preferenceList: [], instanceStates: { w1: 'MASTER', w2: 'SLAVE' } },
    });
  });

  test('semi-automatic lists are spread anew by a rebalance', async () => {
    for (const name of ['w1', 'w2']) await api.admin.addInstance('shop', name);
    await api.ok(resourceSchema, 'PUT', '/clusters/shop/resources/semi', {
      body: { ...kv, mode: 'SEMI_AUTO', replicas: 1 },
    });
    for (const name of ['w3', 'w4']) await api.admin.addInstance('shop', name);
    await api.ok(resourceSchema, 'POST', '/clusters/shop/resources/semi/rebalance');
    const { body } = await api.ok(idealStateViewSchema, 'GET', '/clusters/shop/resources/semi/ideal-state');
    const used = new Set(Object.values(body.partitions).flatMap(({ preferenceList }) => preferenceList));
    expect([...used].sort()).toEqual(['w1', 'w2', 'w3', 'w4']);
  });

  test('nobody holds yet are shown, explained and drawn', async () => {
    await api.admin.addInstance('shop', 'w1');
    await api.ok(resourceSchema, 'PUT', '/clusters/shop/resources/kv', { body: kv });
    const view = await api.ok(externalViewSchema, 'GET', '/clusters/shop/resources/kv/external-view');
    expect(view.body).toEqual({
      resource: 'kv',
      stateModel: 'MasterSlave',
      partitions: { kv_0: {}, kv_1: {}, kv_2: {}, kv_3: {} },
    });
    const matrix = await api.ok(matrixSchema, 'GET', '/clusters/shop/resources/kv/matrix');
    expect(matrix.body).toMatchObject({
      states: ['MASTER', 'SLAVE', 'OFFLINE', 'ERROR'],
      instances: ['w1'],
      cells: [],
    });
    const explained = await api.ok(explanationSchema, 'GET', '/clusters/shop/explain?resource=kv&partition=kv_0');
    expect(explained.body).toMatchObject({
      topStateMissing: true,
      replicas: [],
      notHere: [{ instance: 'w1', reason: { code: 'NOT_LIVE' } }],
    });
  });
});

describe('state models', () => {
  beforeEach(shop);
  const model = {
    initialState: 'OFFLINE',
    states: [
      { name: 'LEADER', count: '1' },
      { name: 'FOLLOWER', count: 'R' },
      { name: 'OFFLINE', count: '-1' },
    ],
    transitions: [
      { from: 'LEADER', to: 'FOLLOWER' },
      { from: 'FOLLOWER', to: 'LEADER' },
      { from: 'OFFLINE', to: 'FOLLOWER' },
      { from: 'FOLLOWER', to: 'OFFLINE' },
    ],
  };

  test('are defined, redefined and dropped; what is read can be written back', async () => {
    const defined = await api.ok(stateModelSchema, 'PUT', '/clusters/shop/state-models/LeaderFollower', {
      body: model,
    });
    expect(defined).toMatchObject({
      status: 201,
      body: { name: 'LeaderFollower', builtIn: false, initialState: 'OFFLINE', states: model.states },
    });
    const { name: _name, builtIn: _builtIn, ...again } = defined.body;
    expect(
      (await api.ok(stateModelSchema, 'PUT', '/clusters/shop/state-models/LeaderFollower', { body: again })).status,
    ).toBe(200);
    const list = await api.ok(stateModelListSchema, 'GET', '/clusters/shop/state-models');
    expect(list.body.stateModels.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['LeaderFollower', 'MasterSlave']),
    );
    await api.ok(resourceSchema, 'PUT', '/clusters/shop/resources/kv', {
      body: { ...kv, stateModel: 'LeaderFollower' },
    });
    expect((await api.refused('DELETE', '/clusters/shop/state-models/LeaderFollower')).code).toBe('E_IN_USE');
    await api.send('DELETE', '/clusters/shop/resources/kv');
    expect((await api.send('DELETE', '/clusters/shop/state-models/LeaderFollower')).status).toBe(204);
  });

  test('with a cycle that never arrives, an unreachable state, or bad counts are refused', async () => {
    const path = '/clusters/shop/state-models/Broken';
    const cycle = {
      ...model,
      transitions: [
        { from: 'OFFLINE', to: 'FOLLOWER' },
        { from: 'FOLLOWER', to: 'OFFLINE' },
      ],
    };
    const unreachable = { ...model, states: [...model.states, { name: 'ISLAND', count: '1' }] };
    const unknown = { ...model, transitions: [...model.transitions, { from: 'OFFLINE', to: 'NOWHERE' }] };
    const noInitial = { ...model, initialState: 'MISSING' };
    for (const body of [cycle, unreachable, unknown, noInitial]) {
      const problem = await api.refused('PUT', path, { body });
      expect(problem).toMatchObject({ status: 400, code: 'E_INVALID_ARGUMENT' });
      expect(problem.detail.length).toBeGreaterThan(30);
    }
    for (const count of ['-2', 'x', '', '1.5']) {
      const states = [{ name: 'LEADER', count }, ...model.states.slice(1)];
      expect((await api.refused('PUT', path, { body: { ...model, states } })).code).toBe('E_INVALID_ARGUMENT');
    }
    expect((await api.refused('PUT', '/clusters/shop/state-models/MasterSlave', { body: model })).status).toBe(409);
    expect((await api.refused('DELETE', '/clusters/shop/state-models/MasterSlave')).status).toBe(409);
  });
});

describe('concurrent changes', () => {
  beforeEach(shop);

  const editable: readonly (readonly [string, unknown, unknown])[] = [
    ['/clusters/shop', {}, { config: { TOPOLOGY: '/zone' } }],
    ['/clusters/shop/instances/w1', {}, { tags: ['a'] }],
    ['/clusters/shop/resources/kv', kv, { replicas: 3 }],
  ];

  test.each(editable)('%s: only who has read the newest changes it', async (path, declared, change) => {
    await api.send('PUT', path, { body: declared });
    const { etag = '' } = await api.send('GET', path);
    expect(etag).toMatch(/^"\d+-\d+"$/);
    const written = await api.send('PATCH', path, { body: change, headers: { 'if-match': etag } });
    expect(written.status).toBe(200);
    expect(written.etag).not.toBe(etag);
    for (const method of ['PATCH', 'PUT', 'DELETE'] as const) {
      const body = method === 'DELETE' ? {} : { body: method === 'PUT' ? declared : change };
      const problem = await api.refused(method, path, { ...body, headers: { 'if-match': etag } });
      expect(problem, method).toMatchObject({ status: 412, code: 'E_VERSION_CONFLICT' });
    }
    expect((await api.send('PATCH', path, { body: change, headers: { 'if-match': written.etag ?? '' } })).status).toBe(
      200,
    );
  });

  test('what was removed and made anew is not what was read', async () => {
    await api.send('PUT', '/clusters/shop/resources/kv', { body: kv });
    const { etag = '' } = await api.send('GET', '/clusters/shop/resources/kv');
    await api.send('DELETE', '/clusters/shop/resources/kv');
    await api.send('PUT', '/clusters/shop/resources/kv', { body: kv });
    const problem = await api.refused('DELETE', '/clusters/shop/resources/kv', { headers: { 'if-match': etag } });
    expect(problem.status).toBe(412);
  });
});

describe('bad input is refused with a code and a sentence, and changes nothing', () => {
  beforeEach(async () => {
    await shop();
    await api.ok(resourceSchema, 'PUT', '/clusters/shop/resources/kv', { body: kv });
    await api.ok(instanceSchema, 'PUT', '/clusters/shop/instances/w1');
  });

  const cases: readonly (readonly [string, Parameters<TestApi['send']>, number, string])[] = [
    ['malformed JSON', ['PUT', '/clusters/a', { body: '{"config":' }], 400, 'E_INVALID_ARGUMENT'],
    ['a list for a body', ['PUT', '/clusters/a', { body: [] }], 400, 'E_INVALID_ARGUMENT'],
    ['an unknown field', ['PUT', '/clusters/a', { body: { conifg: {} } }], 400, 'E_INVALID_ARGUMENT'],
    ['a wrong type', ['PATCH', '/clusters/shop', { body: { paused: 'yes' } }], 400, 'E_INVALID_ARGUMENT'],
    [
      'two changes in one',
      ['PATCH', '/clusters/shop', { body: { paused: true, config: { A: 'b' } } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    ['an unknown cluster', ['PUT', '/clusters/none/instances/w', {}], 404, 'E_NOT_FOUND'],
    [
      'an unknown instance',
      ['PATCH', '/clusters/shop/instances/none', { body: { enabled: false } }],
      404,
      'E_NOT_FOUND',
    ],
    ['an unknown resource', ['PATCH', '/clusters/shop/resources/none', { body: { replicas: 1 } }], 404, 'E_NOT_FOUND'],
    [
      'an unknown resource to explain',
      ['GET', '/clusters/shop/explain?resource=none&partition=none_0'],
      404,
      'E_NOT_FOUND',
    ],
    [
      'an unknown partition to explain',
      ['GET', '/clusters/shop/explain?resource=kv&partition=kv_9'],
      404,
      'E_NOT_FOUND',
    ],
    ['nothing to explain', ['GET', '/clusters/shop/explain'], 400, 'E_INVALID_ARGUMENT'],
    [
      'an unknown state model',
      ['PUT', '/clusters/shop/resources/a', { body: { ...kv, stateModel: 'None' } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'negative partitions',
      ['PUT', '/clusters/shop/resources/a', { body: { ...kv, partitions: -1 } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'negative replicas',
      ['PUT', '/clusters/shop/resources/a', { body: { ...kv, replicas: -3 } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'half a replica',
      ['PATCH', '/clusters/shop/resources/kv', { body: { replicas: 1.5 } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'too many partitions',
      ['PUT', '/clusters/shop/resources/a', { body: { ...kv, partitions: 1e9 } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'an unknown mode',
      ['PUT', '/clusters/shop/resources/a', { body: { ...kv, mode: 'AUTO' } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'lists where none belong',
      ['PATCH', '/clusters/shop/resources/kv', { body: { preferenceLists: { kv_0: ['w1'] } } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'states where none belong',
      ['PUT', '/clusters/shop/resources/a', { body: { ...kv, instanceStates: {} } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'another state model',
      ['PUT', '/clusters/shop/resources/kv', { body: { ...kv, stateModel: 'LeaderStandby' } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'a partition that is none',
      [
        'PUT',
        '/clusters/shop/resources/a',
        { body: { ...kv, mode: 'SEMI_AUTO', preferenceLists: { b_0: ['w1', 'w2'] } } },
      ],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'a port beyond all ports',
      ['PUT', '/clusters/shop/instances/w2', { body: { port: 65_536 } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    ['a host with NUL', ['PUT', '/clusters/shop/instances/w2', { body: { host: 'a\0b' } }], 400, 'E_INVALID_ARGUMENT'],
    [
      'a host with a space',
      ['PUT', '/clusters/shop/instances/w2', { body: { host: 'a b' } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'a domain that colours terminals',
      ['PUT', '/clusters/shop/instances/w2', { body: { domain: '\u001b[31m' } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'configuration with NUL',
      ['PATCH', '/clusters/shop', { body: { config: { A: 'a\0b' } } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'a partition to disable that is not there',
      ['PATCH', '/clusters/shop/instances/w1', { body: { disabledPartitions: { kv: ['kv_99'] } } }],
      404,
      'E_NOT_FOUND',
    ],
    [
      'a partition to disable of a resource that is not there',
      ['PATCH', '/clusters/shop/instances/w1', { body: { disabledPartitions: { kw: ['kw_0'] } } }],
      404,
      'E_NOT_FOUND',
    ],
    [
      'a state that nobody may hold',
      [
        'PUT',
        '/clusters/shop/state-models/m',
        {
          body: {
            initialState: 'OFF',
            states: [
              { name: 'ON', count: '0' },
              { name: 'OFF', count: '-1' },
            ],
            transitions: [
              { from: 'OFF', to: 'ON' },
              { from: 'ON', to: 'OFF' },
            ],
          },
        },
      ],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'a tag with a slash',
      ['PATCH', '/clusters/shop/instances/w1', { body: { tags: ['a/b'] } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'half a surrogate pair',
      ['PATCH', '/clusters/shop/instances/w1', { body: '{"tags":["\\ud800"]}' }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    ['a name with NUL', ['PUT', '/clusters/a%00b', {}], 400, 'E_INVALID_PATH'],
    ['a name with a slash', ['PUT', '/clusters/a%2Fb', {}], 400, 'E_INVALID_PATH'],
    ['a name of 10 kB', ['PUT', `/clusters/${'x'.repeat(10_000)}`, {}], 400, 'E_INVALID_PATH'],
    [
      'a reason of 10 kB',
      ['PATCH', '/clusters/shop/instances/w1', { body: { enabled: false, reason: 'x'.repeat(10_000) } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'a value larger than the store takes',
      [
        'PATCH',
        '/clusters/shop',
        {
          body: { config: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`F${n}`, randomText(100_000, n)])) },
        },
      ],
      413,
      'E_TOO_LARGE',
    ],
    [
      'a body larger than the server takes',
      ['PATCH', '/clusters/shop', { body: { config: { A: 'x'.repeat(5_000_000) } } }],
      413,
      'E_TOO_LARGE',
    ],
    [
      'a tag nobody gave out',
      ['PATCH', '/clusters/shop', { body: {}, headers: { 'if-match': '7' } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    [
      'a reset of what is not in error',
      ['POST', '/clusters/shop/instances/w1/reset', { body: { resource: 'kv', partitions: ['kv_0'] } }],
      400,
      'E_INVALID_ARGUMENT',
    ],
    ['a path out of the store', ['GET', '/store/entries?path=/shop/../etc'], 400, 'E_INVALID_PATH'],
    ['no path', ['GET', '/store/entries'], 400, 'E_INVALID_ARGUMENT'],
    ['a path with NUL', ['GET', '/store/children?path=/a%00'], 400, 'E_INVALID_PATH'],
    ['an entry that is not there', ['GET', '/store/entries?path=/nothing'], 404, 'E_NOT_FOUND'],
    ['a limit that is no number', ['GET', '/clusters/shop/timeline?limit=-1'], 400, 'E_INVALID_ARGUMENT'],
  ];

  test.each(cases)('%s', async (_name, request, status, code) => {
    const problem = await api.refused(...request);
    expect(problem).toMatchObject({ status, code });
    expect(problem.detail).toMatch(/^[A-Z`"].{15,}[.!]$/s);
  });
});

test('the store can be looked into', async () => {
  await shop();
  await api.store.put('/bin', new Uint8Array([0xff, 0]));
  const config = await api.ok(storeEntrySchema, 'GET', '/store/entries?path=/shop/CONFIGS/CLUSTER/shop');
  expect(config.body).toMatchObject({ path: '/shop/CONFIGS/CLUSTER/shop', encoding: 'utf8', version: 1, owner: null });
  expect(JSON.parse(config.body.value)).toMatchObject({ id: 'shop' });
  const binary = await api.ok(storeEntrySchema, 'GET', '/store/entries?path=/bin');
  expect(binary.body).toMatchObject({ value: '/wA=', encoding: 'base64', sizeBytes: 2 });
  const children = await api.ok(storeChildrenSchema, 'GET', '/store/children?path=/');
  expect(children.body.children).toEqual(['bin', 'shop']);
});

test('the timeline tells what operators did', async () => {
  await shop();
  await api.ok(instanceSchema, 'PUT', '/clusters/shop/instances/w1');
  await api.ok(instanceSchema, 'PATCH', '/clusters/shop/instances/w1', { body: { enabled: false, reason: 'disk' } });
  const { body } = await api.ok(timelineSchema, 'GET', '/clusters/shop/timeline?limit=2');
  expect(body.events).toMatchObject([
    { type: 'instance', instance: 'w1', change: 'disabled', reason: 'disk' },
    { type: 'instance', instance: 'w1', change: 'added' },
  ]);
});

test('health, readiness, metrics and the description of the API', async () => {
  await shop();
  expect(await api.send('GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'up' } });
  expect(await api.send('GET', '/readyz')).toMatchObject({ status: 503, body: { ready: false } });
  api.controllers.start({ name: 'c1', sessionTtlMs: 10_000 });
  await expect.poll(async () => (await api.send('GET', '/readyz')).status).toBe(200);
  const metrics = await api.send('GET', '/metrics');
  expect(metrics.body).toContain(
    'keelson_http_requests_total{method="PUT",route="/api/v1/clusters/:cluster",status="201"} 1',
  );
  const { body } = await api.send('GET', '/openapi.json');
  const document = body as {
    openapi: string;
    paths: Record<string, object>;
    components: { schemas: Record<string, object> };
  };
  expect(document.openapi).toBe('3.1.0');
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining(['/api/v1/clusters/{cluster}/resources/{resource}/matrix', '/healthz']),
  );
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining(['ClusterSummary', 'Instance', 'Resource', 'Problem']),
  );
  api.store.faults.disconnect();
  await expect.poll(async () => (await api.send('GET', '/readyz')).status).toBe(503);
  api.store.faults.reconnect();
});

/** Text that does not compress: a record that grows small again would be taken. */
function randomText(length: number, seed: number): string {
  let state = seed + 1;
  let text = '';
  while (text.length < length) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    text += String.fromCharCode(0x4e00 + ((state >> 16) % 20_000));
  }
  return text;
}
