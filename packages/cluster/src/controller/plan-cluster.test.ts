import { describe, expect, test } from 'vitest';
import { describeTransition } from '../../test-support/replay.ts';
import { asked, fullAuto, SKETCH_SINCE_MS, semiAuto, sketch } from '../../test-support/snapshot.ts';
import { IdealState } from '../model/ideal-state.ts';
import { clusterPaths } from '../model/paths.ts';
import { emptyRecord, withMapFields, withSimpleFields } from '../model/record.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';
import { type ClusterPlan, planCluster } from './plan-cluster.ts';

const paths = clusterPaths('c');
const nowMs = 10_000;
const instances = ['a', 'b', 'd'];

function hops(plan: ClusterPlan): readonly string[] {
  return plan.transitions.map((transition) => describeTransition(transition).split(' active')[0] ?? '');
}

const wanted = (plan: ClusterPlan, partition: string): Record<string, string> =>
  Object.fromEntries(
    [...(plan.resources.get('db')?.partitions.get(partition)?.wanted ?? [])].map(([name, { state }]) => [name, state]),
  );

const codes = (plan: ClusterPlan, partition: string): Record<string, string> =>
  Object.fromEntries(
    (plan.resources.get('db')?.partitions.get(partition)?.withheld ?? []).map((hop) => [hop.instance, hop.reason.code]),
  );

const plan = (snapshot: ClusterSnapshot, atMs = nowMs): ClusterPlan => planCluster(snapshot, atMs);

describe('by preference list', () => {
  const resources = [semiAuto('db', { db_0: ['a', 'b'] })];

  test('replicas go one hop at a time, in the order of their goals', () => {
    expect(hops(plan(sketch({ instances, resources })))).toEqual([
      'db/db_0 a OFFLINE->SLAVE',
      'db/db_0 b OFFLINE->SLAVE',
    ]);
    const slaves = { db: { db_0: { a: 'SLAVE', b: 'SLAVE' } } };
    expect(hops(plan(sketch({ instances, resources, states: slaves })))).toEqual(['db/db_0 a SLAVE->MASTER']);
  });

  test('a MASTER is demoted before another is made', () => {
    const states = { db: { db_0: { a: 'SLAVE', b: 'MASTER' } } };
    const before = plan(sketch({ instances, resources, states }));
    expect(hops(before)).toEqual(['db/db_0 b MASTER->SLAVE']);
    expect(codes(before, 'db_0')).toEqual({ a: 'STATE_COUNT_FULL' });

    const pending = plan(sketch({ instances, resources, states, messages: [asked('b', 'db_0', 'MASTER', 'SLAVE')] }));
    expect(hops(pending)).toEqual([]);
    expect(codes(pending, 'db_0')).toEqual({ a: 'STATE_COUNT_FULL', b: 'TRANSITION_PENDING' });
  });

  test('a promotion that was promised to one is not given to another', () => {
    const states = { db: { db_0: { a: 'SLAVE', b: 'SLAVE' } } };
    const messages = [asked('b', 'db_0', 'SLAVE', 'MASTER')];
    const promised = plan(sketch({ instances, resources, states, messages }));
    expect(hops(promised)).toEqual([]);
    expect(codes(promised, 'db_0').a).toBe('STATE_COUNT_FULL');
  });

  test('while the preferred is two hops away, one that is one hop away leads', () => {
    const states = { db: { db_0: { b: 'SLAVE' } } };
    const three = [semiAuto('db', { db_0: ['a', 'b', 'd'] })];
    expect(wanted(plan(sketch({ instances, resources: three, states })), 'db_0')).toEqual({
      a: 'SLAVE',
      b: 'MASTER',
      d: 'SLAVE',
    });
  });

  test('a lost instance is passed over; its successor is promoted though messages to the lost one wait', () => {
    const states = { db: { db_0: { a: 'MASTER', b: 'SLAVE' } } };
    const messages = [asked('a', 'db_0', 'MASTER', 'SLAVE')];
    const lost = plan(sketch({ instances, dead: ['a'], resources, states, messages }));
    expect(hops(lost)).toEqual(['db/db_0 b SLAVE->MASTER']);
    expect(lost.transitions[0]?.urgent).toBe(true);
    expect(lost.wentOffline).toEqual(['a']);
  });

  test('a replica in ERROR stays and uses up no place', () => {
    const states = { db: { db_0: { a: 'ERROR', b: 'SLAVE' } } };
    const failed = plan(sketch({ instances, resources, states }));
    expect(wanted(failed, 'db_0')).toEqual({ a: 'ERROR', b: 'MASTER' });
    expect(hops(failed)).toEqual(['db/db_0 b SLAVE->MASTER']);
  });

  test('a disabled instance, partition or resource waits in the initial state', () => {
    const states = { db: { db_0: { a: 'MASTER', b: 'SLAVE' } } };
    const off = plan(
      sketch({ instances, resources, states, configs: (c) => (c.instance === 'a' ? c.withEnabled(false, 1) : c) }),
    );
    expect(wanted(off, 'db_0')).toEqual({ a: 'OFFLINE', b: 'MASTER' });
    const partition = plan(
      sketch({
        instances,
        resources,
        states,
        configs: (c) => (c.instance === 'b' ? c.withDisabledPartitions('db', ['db_0']) : c),
      }),
    );
    expect(wanted(partition, 'db_0')).toEqual({ a: 'MASTER', b: 'OFFLINE' });
    const disabled = resources.map((ideal) => ideal.withSimple({ HELIX_ENABLED: 'false' }));
    expect(wanted(plan(sketch({ instances, resources: disabled, states })), 'db_0')).toEqual({
      a: 'OFFLINE',
      b: 'OFFLINE',
    });
  });

  test('what is held without being wanted is dropped: resource gone, partition gone, instance not in the list', () => {
    const states = { db: { db_0: { a: 'MASTER', d: 'SLAVE' }, db_9: { b: 'OFFLINE' } } };
    expect(hops(plan(sketch({ instances, resources: [], states })))).toEqual([
      'db/db_0 a MASTER->SLAVE',
      'db/db_0 d SLAVE->OFFLINE',
      'db/db_9 b OFFLINE->DROPPED',
    ]);
    expect(wanted(plan(sketch({ instances, resources, states })), 'db_0')).toMatchObject({ d: 'DROPPED' });
    expect(wanted(plan(sketch({ instances, resources, states })), 'db_9')).toEqual({ b: 'DROPPED' });
  });
});

describe('by the map of the operator', () => {
  const custom = IdealState.create({
    resource: 'db',
    partitions: 1,
    replicas: 2,
    stateModel: 'MasterSlave',
    mode: 'CUSTOMIZED',
  });

  test('each gets what the map says, as far as it is alive', () => {
    const resources = [custom.withInstanceStates({ db_0: { a: 'SLAVE', b: 'MASTER' } })];
    const states = { db: { db_0: { a: 'MASTER', b: 'SLAVE', d: 'SLAVE' } } };
    const moved = plan(sketch({ instances, resources, states }));
    expect(wanted(moved, 'db_0')).toEqual({ a: 'SLAVE', b: 'MASTER', d: 'DROPPED' });
    expect(hops(moved)).toEqual(['db/db_0 a MASTER->SLAVE', 'db/db_0 d SLAVE->OFFLINE']);
    expect(wanted(plan(sketch({ instances, dead: ['b'], resources })), 'db_0')).toEqual({ a: 'SLAVE' });
  });
});

describe('FULL_AUTO', () => {
  test('places evenly over what is live and enabled, and only there', () => {
    const snapshot = sketch({ instances: [...instances, 'e'], dead: ['e'], resources: [fullAuto('db', 6, 2)] });
    const lists = [...(plan(snapshot).resources.get('db')?.lists.values() ?? [])];
    expect(lists.flat().filter((name) => name === 'a')).toHaveLength(4);
    expect(lists.flat()).not.toContain('e');
  });

  test('remembers where it meant to place, and moves nothing while that holds', () => {
    const snapshot = sketch({ instances, resources: [fullAuto('db', 6, 2)] });
    const first = plan(snapshot);
    const again = planCluster(snapshot, nowMs, { previous: first });
    expect(again.resources.get('db')?.lists).toEqual(first.resources.get('db')?.lists);
  });

  test('a new leader, remembering nothing, leaves a settled cluster as it is', () => {
    const states = {
      db: { db_0: { a: 'MASTER', b: 'SLAVE' }, db_1: { b: 'MASTER', d: 'SLAVE' }, db_2: { d: 'MASTER', a: 'SLAVE' } },
    };
    expect(hops(plan(sketch({ instances, resources: [fullAuto('db', 3, 2)], states })))).toEqual([]);
  });

  test('a moving replica serves until its successor is ready', () => {
    const own = emptyRecord('db');
    const lists = { ...own, listFields: { db_0: ['a', 'd'] } };
    const extra = [[paths.resourceConfig('db'), lists] as const];
    const resources = [fullAuto('db', 1, 2)];
    const arriving = { db: { db_0: { a: 'SLAVE', b: 'MASTER' } } };
    expect(hops(plan(sketch({ instances, resources, extra, states: arriving })))).toEqual([
      'db/db_0 b MASTER->SLAVE',
      'db/db_0 d OFFLINE->SLAVE',
    ]);
    const arrived = { db: { db_0: { a: 'MASTER', b: 'SLAVE', d: 'SLAVE' } } };
    expect(hops(plan(sketch({ instances, resources, extra, states: arrived })))).toEqual(['db/db_0 b SLAVE->OFFLINE']);
  });

  test('a lost node keeps its place for as long as the resource asks, and no longer', () => {
    const resources = [fullAuto('db', 4, 1).withSimple({ REBALANCE_DELAY: '5000', MIN_ACTIVE_REPLICAS: '0' })];
    const offline = withSimpleFields(emptyRecord('b'), { LAST_OFFLINE_TIME: '8000' });
    const cluster = { instances: ['a', 'b'], resources };
    const whole = plan(sketch(cluster), 7_000);
    const snapshot = sketch({ ...cluster, dead: ['b'], extra: [[paths.participantHistory('b'), offline]] });
    const early = planCluster(snapshot, 9_000, { previous: whole });
    expect([...(early.resources.get('db')?.lists.values() ?? [])].flat().sort()).toEqual(['a', 'a', 'b', 'b']);
    expect(early.lookAgainMs).toBe(13_000);
    const late = planCluster(snapshot, 13_000, { previous: early });
    expect([...(late.resources.get('db')?.lists.values() ?? [])].flat()).toEqual(['a', 'a', 'a', 'a']);
    expect(late.lookAgainMs).toBeUndefined();
  });

  test('in maintenance nothing is placed anew, but a lost MASTER is replaced', () => {
    const states = { db: { db_0: { a: 'MASTER', b: 'SLAVE' } } };
    const extra = [[paths.maintenance, emptyRecord('maintenance')] as const];
    const resources = [fullAuto('db', 1, 2)];
    expect(hops(plan(sketch({ instances, dead: ['a'], resources, states, extra })))).toEqual([
      'db/db_0 b SLAVE->MASTER',
    ]);
  });

  test('the lists and states are written into the ideal state where the cluster asks for it', () => {
    const config = withSimpleFields(emptyRecord('c'), { PERSIST_BEST_POSSIBLE_ASSIGNMENT: 'true' });
    const snapshot = sketch({ instances, resources: [fullAuto('db', 1, 2)], extra: [[paths.clusterConfig, config]] });
    const [written] = plan(snapshot).idealStates;
    expect(written?.preferenceList('db_0')).toHaveLength(2);
    expect(Object.values(written?.instanceStates('db_0') ?? {}).sort()).toEqual(['MASTER', 'SLAVE']);
  });
});

describe('messages', () => {
  const resources = [semiAuto('db', { db_0: ['a', 'b'] })];

  test('one that was done, but not deleted, blocks nothing and is deleted after the delay', () => {
    const states = { db: { db_0: { a: 'SLAVE', b: 'SLAVE' } } };
    const snapshot = sketch({ instances, resources, states, messages: [asked('a', 'db_0', 'OFFLINE', 'SLAVE')] });
    const early = plan(snapshot);
    expect(hops(early)).toEqual(['db/db_0 a SLAVE->MASTER']);
    expect(early.obsolete).toEqual([]);
    expect(early.lookAgainMs).toBe(SKETCH_SINCE_MS + 60_000);
    const late = planCluster(snapshot, SKETCH_SINCE_MS + 60_000, { previous: early });
    expect(late.obsolete.map(({ message }) => message.id)).toEqual(['m1']);
  });

  test('one for an earlier session, or without what it needs, counts for nothing', () => {
    const earlier = asked('a', 'db_0', 'OFFLINE', 'SLAVE');
    const other = withSimpleFields(earlier.record, { TGT_SESSION_ID: 'dead' });
    const broken = withSimpleFields({ ...earlier.record, id: 'm2' }, { TO_STATE: undefined });
    const extra = [[paths.message('a', 'm1'), other] as const, [paths.message('a', 'm2'), broken] as const];
    expect(hops(plan(sketch({ instances, resources, extra })))).toContain('db/db_0 a OFFLINE->SLAVE');
  });
});

describe('what cannot be decided', () => {
  const states = { db: { db_0: { a: 'MASTER' } } };

  test.each([
    ['an unknown state model', fullAuto('db', 1, 1).withSimple({ STATE_MODEL_DEF_REF: 'Nope' })],
    ['an unknown rebalancer', fullAuto('db', 1, 1).withSimple({ REBALANCER_CLASS_NAME: 'com.example.Mine' })],
    ['USER_DEFINED', fullAuto('db', 1, 1).withMode('USER_DEFINED')],
    ['lists of the wrong length', semiAuto('db', { db_0: ['a', 'b'] }).withSimple({ REPLICAS: '3' })],
    ['no number of partitions', semiAuto('db', { db_0: ['a'] }).withSimple({ NUM_PARTITIONS: undefined })],
  ])('%s: the resource says why and stays as it is, and the others go on', (_, ideal) => {
    const stuck = plan(sketch({ instances, resources: [ideal, semiAuto('ok', { ok_0: ['a'] })], states }));
    expect(stuck.resources.get('db')?.fault?.code).toBe('RESOURCE_UNUSABLE');
    expect(hops(stuck)).toEqual(['ok/ok_0 a OFFLINE->SLAVE']);
    expect(stuck.resources.get('db')?.view?.instanceStates('db_0')).toEqual({ a: 'MASTER' });
  });

  test('resources of the task framework are left alone', () => {
    const task = IdealState.create({ resource: 'job', partitions: 1, replicas: 1, stateModel: 'Task', mode: 'TASK' });
    const snapshot = sketch({ instances, resources: [task], extra: [[paths.externalView('job'), emptyRecord('job')]] });
    expect(plan(snapshot)).toMatchObject({ transitions: [], views: [], viewsToRemove: [] });
  });

  test('while paused nothing is asked for and no view is written', () => {
    const extra = [[paths.pause, emptyRecord('pause')] as const];
    const paused = plan(sketch({ instances, resources: [semiAuto('db', { db_0: ['a'] })], extra }));
    expect(paused).toMatchObject({ paused: true, transitions: [], views: [], viewsToRemove: [] });
  });
});

describe('external views', () => {
  test('are written only where they say something new, and removed with their resource', () => {
    const states = { db: { db_0: { a: 'SLAVE' } } };
    const resources = [semiAuto('db', { db_0: ['a'] })];
    const [view] = plan(sketch({ instances, resources, states })).views;
    expect(view?.record).toMatchObject({ simpleFields: { BUCKET_SIZE: '0' }, mapFields: { db_0: { a: 'SLAVE' } } });
    const record = view?.record ?? emptyRecord('db');
    const extra = [[paths.externalView('db'), record] as const];
    expect(plan(sketch({ instances, resources, states, extra })).views).toEqual([]);
    expect(plan(sketch({ instances, resources: [], extra })).viewsToRemove).toEqual(['db']);
    const other = withMapFields(record, { db_0: { a: 'MASTER' } });
    expect(
      plan(sketch({ instances, resources, states, extra: [[paths.externalView('db'), other]] })).views,
    ).toHaveLength(1);
    const disabled = resources.map((ideal) => ideal.withSimple({ EXTERNAL_VIEW_DISABLED: 'true' }));
    expect(plan(sketch({ instances, resources: disabled, states, extra })).viewsToRemove).toEqual(['db']);
  });
});
