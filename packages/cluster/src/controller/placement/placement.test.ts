import { describe, expect, test } from 'vitest';
import { type ClusterSketch, fullAuto, sketch } from '../../../test-support/snapshot.ts';
import { explain } from '../../explain/explain.ts';
import { clusterPaths, emptyRecord, type IdealState, type InstanceConfig, type ZNRecord } from '../../model/index.ts';
import { InstanceConfig as Config } from '../../model/instance-config.ts';
import { withListFields, withMapFields, withSimpleFields } from '../../model/record.ts';
import { type ClusterPlan, planCluster } from '../plan-cluster.ts';
import { type Solver, solvePlacement } from './index.ts';

const paths = clusterPaths('c');
const NOW_MS = 10_000;
const WAGED = 'org.apache.helix.controller.rebalancer.waged.WagedRebalancer';

const waged = (resource: string, partitions: number, replicas: number): IdealState =>
  fullAuto(resource, partitions, replicas).withSimple({ REBALANCER_CLASS_NAME: WAGED });

/** The config of a cluster that counts CU, with room for 100 on each instance. */
const cuConfig = (changes: Readonly<Record<string, string>> = {}): readonly [string, ZNRecord] => {
  const keys = withListFields(emptyRecord('c'), { INSTANCE_CAPACITY_KEYS: ['CU'] });
  const rooms = withMapFields(keys, {
    DEFAULT_INSTANCE_CAPACITY_MAP: { CU: '100' },
    DEFAULT_PARTITION_WEIGHT_MAP: { CU: '10' },
  });
  return [paths.clusterConfig, withSimpleFields(rooms, changes)];
};

const weights = (resource: string, map: Readonly<Record<string, string>>): readonly [string, ZNRecord] => [
  paths.resourceConfig(resource),
  withMapFields(emptyRecord(resource), { PARTITION_CAPACITY_MAP: map }),
];

const withRoom = (config: InstanceConfig, room: Readonly<Record<string, string>>): InstanceConfig =>
  new Config(withMapFields(config.record, { INSTANCE_CAPACITY_MAP: room }));

const evacuating = (config: InstanceConfig): InstanceConfig =>
  new Config(withListFields(config.record, { HELIX_INSTANCE_OPERATIONS: ['{"OPERATION":"EVACUATE"}'] }));

const plan = (cluster: ClusterSketch, previous?: ClusterPlan, solver?: Solver): ClusterPlan =>
  planCluster(sketch(cluster), NOW_MS, { previous, ...(solver === undefined ? {} : { solver }) });

const listsOf = (made: ClusterPlan, resource: string): Record<string, readonly string[]> =>
  Object.fromEntries(made.resources.get(resource)?.lists ?? []);

const held = (made: ClusterPlan, resource: string, instance: string): number =>
  Object.values(listsOf(made, resource)).filter((list) => list.includes(instance)).length;

describe('WAGED', () => {
  const instances = ['a', 'b', 'd', 'e'];

  test('resources share the room of the instances: together they fill none beyond it, and all evenly', () => {
    const extra = [cuConfig(), weights('heavy', { DEFAULT: '{"CU":40}' })];
    const made = plan({ instances, resources: [waged('heavy', 4, 1), waged('light', 16, 1)], extra });
    for (const name of instances) {
      const load = 40 * held(made, 'heavy', name) + 10 * held(made, 'light', name);
      expect(load, name).toBe(80);
    }
  });

  test('an instance with twice the room carries twice the load; a partition has a weight of its own', () => {
    const configs = (config: InstanceConfig): InstanceConfig =>
      config.instance === 'a' ? withRoom(config, { CU: '200' }) : config;
    const resources = [waged('db', 19, 1)];
    const extra = [cuConfig(), weights('db', { DEFAULT: '{"CU":10}', db_0: '{"CU":20}' })];
    const made = plan({ instances: ['a', 'b', 'd'], resources, configs, extra });
    const load = (name: string): number =>
      Object.entries(listsOf(made, 'db')).reduce(
        (sum, [partition, [holder]]) => sum + (holder === name ? (partition === 'db_0' ? 20 : 10) : 0),
        0,
      );
    expect([load('a'), load('b'), load('d')]).toEqual([100, 50, 50]);
  });

  test('a resource that lacks a weight keeps its lists and says why; the others are placed, and its lost MASTER is replaced', () => {
    const config = withMapFields(cuConfig()[1], { DEFAULT_PARTITION_WEIGHT_MAP: undefined });
    const extra = [[paths.clusterConfig, config] as const, weights('light', { DEFAULT: '{"CU":10}' })];
    const states = { silent: { silent_0: { a: 'MASTER', b: 'SLAVE' } } };
    const cluster = { instances, dead: ['a'], resources: [waged('light', 4, 2), waged('silent', 1, 2)], extra, states };
    const made = plan(cluster);
    expect(listsOf(made, 'silent')).toEqual({ silent_0: ['b'] });
    expect(made.transitions.filter(({ resource }) => resource === 'silent')).toMatchObject([
      { instance: 'b', toState: 'MASTER' },
    ]);
    expect(Object.values(listsOf(made, 'light')).every((list) => list.length === 2)).toBe(true);
    const explained = explain(sketch(cluster), 'silent', 'silent_0', { plan: made });
    expect(explained?.fault).toMatchObject({ code: 'NOT_PLACEABLE' });
    expect(explained?.fault?.text).toContain('silent_0 of silent has no weight for the capacity key "CU"');
    expect(explained?.notHere.find(({ instance }) => instance === 'd')?.reason.code).toBe('NOT_PLACEABLE');
  });

  test('an instance that does not say its room keeps what it has and takes no more', () => {
    const config = withMapFields(cuConfig()[1], { DEFAULT_INSTANCE_CAPACITY_MAP: undefined });
    const extra = [[paths.clusterConfig, config] as const];
    const configs = (one: InstanceConfig): InstanceConfig =>
      one.instance === 'a' || one.instance === 'e' ? one : withRoom(one, { CU: '100' });
    const states = { db: { db_0: { a: 'MASTER' } } };
    const cluster = { instances, resources: [waged('db', 9, 1)], extra, configs, states };
    const made = plan(cluster);
    expect(instances.map((name) => held(made, 'db', name))).toEqual([1, 4, 4, 0]);
    expect(listsOf(made, 'db').db_0).toEqual(['a']);
    const explained = explain(sketch(cluster), 'db', 'db_0', { plan: made });
    expect(explained?.notHere.find(({ instance }) => instance === 'e')?.reason.text).toContain(
      'e does not say its room for the capacity key "CU"',
    );
  });

  test('what has no room anywhere stays where it serves, and nothing else suffers', () => {
    const states = { db: { db_0: { a: 'MASTER' }, db_1: { a: 'MASTER' } } };
    const extra = [cuConfig(), weights('db', { DEFAULT: '{"CU":60}' })];
    const resources = [waged('db', 3, 1)];
    const made = plan({ instances: ['a'], resources, extra, states });
    expect(listsOf(made, 'db')).toMatchObject({ db_0: ['a'], db_1: ['a'], db_2: [] });
    expect(made.transitions).toEqual([]);
    const reasons = explain(sketch({ instances: ['a'], resources, extra, states }), 'db', 'db_2', { plan: made });
    expect(reasons?.notHere).toMatchObject([{ instance: 'a', reason: { code: 'NOT_PLACEABLE' } }]);
  });

  test('a partition disabled on an instance goes elsewhere; no instance takes more than the cluster allows', () => {
    const configs = (config: InstanceConfig): InstanceConfig =>
      config.instance === 'a' ? config.withDisabledPartitions('db', ['db_0', 'db_1', 'db_9']) : config;
    const extra = [cuConfig({ MAX_PARTITIONS_PER_INSTANCE: '1' })];
    const made = plan({ instances, resources: [waged('db', 4, 1)], configs, extra });
    expect(instances.map((name) => held(made, 'db', name))).toEqual([1, 1, 1, 1]);
    expect([listsOf(made, 'db').db_0, listsOf(made, 'db').db_1].flat()).not.toContain('a');
  });
});

describe('FULL_AUTO', () => {
  const zoned = (config: InstanceConfig): InstanceConfig =>
    config.withSimple({ DOMAIN: `zone=${config.instance < 'd' ? 'z1' : 'z2'},instance=${config.instance}` });
  const topology = withSimpleFields(emptyRecord('c'), {
    TOPOLOGY_AWARE_ENABLED: 'true',
    TOPOLOGY: '/zone/instance',
    FAULT_ZONE_TYPE: 'zone',
  });

  test('replicas of a partition stand in different zones, leaders are spread', () => {
    const instances = ['a', 'b', 'd', 'e'];
    const extra = [[paths.clusterConfig, topology] as const];
    const made = plan({ instances, resources: [fullAuto('db', 8, 2)], configs: zoned, extra });
    for (const list of Object.values(listsOf(made, 'db'))) expect(list.filter((name) => name < 'd')).toHaveLength(1);
    const leaders = Object.values(listsOf(made, 'db')).map(([first]) => first);
    expect(instances.map((name) => leaders.filter((leader) => leader === name).length)).toEqual([2, 2, 2, 2]);
  });

  test('an instance that is evacuated is in no list, and its replicas serve until they stand elsewhere', () => {
    const states = { db: { db_0: { a: 'MASTER', b: 'SLAVE' } } };
    const configs = (config: InstanceConfig): InstanceConfig => (config.instance === 'a' ? evacuating(config) : config);
    const made = plan({ instances: ['a', 'b', 'd'], resources: [fullAuto('db', 1, 2)], configs, states });
    expect(listsOf(made, 'db')).toEqual({ db_0: ['b', 'd'] });
    expect(made.resources.get('db')?.partitions.get('db_0')?.wanted.get('a')?.reason.code).toBe('KEPT_UNTIL_REPLACED');
  });

  test('an instance of weight 0 holds nothing, one of twice the weight twice as much', () => {
    const weight: Readonly<Record<string, string>> = { a: '2000', d: '0' };
    const configs = (config: InstanceConfig): InstanceConfig =>
      config.withSimple({ INSTANCE_WEIGHT: weight[config.instance] });
    const made = plan({ instances: ['a', 'b', 'd'], resources: [fullAuto('db', 9, 1)], configs });
    expect(['a', 'b', 'd'].map((name) => held(made, 'db', name))).toEqual([6, 3, 0]);
  });

  test('the first of a list goes on leading when a node is lost, and the order of those that stay is kept', () => {
    const instances = ['a', 'b', 'd', 'e'];
    const cluster = { instances, resources: [fullAuto('db', 12, 3)] };
    const before = plan(cluster);
    const after = plan({ ...cluster, dead: ['e'] }, before);
    for (const [partition, list] of Object.entries(listsOf(before, 'db'))) {
      const stayed = list.filter((name) => name !== 'e');
      const now = listsOf(after, 'db')[partition] ?? [];
      if (list[0] !== 'e') expect(now[0], partition).toBe(list[0]);
      const followers = now.slice(1).filter((name) => stayed.includes(name));
      expect(followers).toEqual(stayed.filter((name) => followers.includes(name)));
    }
  });

  test('nothing is solved again while nothing changed that placement depends on', () => {
    let solved = 0;
    const solver: Solver = (problem) => {
      solved++;
      return solvePlacement(problem);
    };
    const snapshot = sketch({ instances: ['a', 'b'], resources: [fullAuto('db', 4, 2), fullAuto('web', 4, 1)] });
    const first = planCluster(snapshot, NOW_MS, { solver });
    expect(solved).toBe(2);
    const again = planCluster(snapshot, NOW_MS + 1, { solver, previous: first });
    expect(solved).toBe(2);
    expect(again.resources.get('db')?.lists).toBe(first.resources.get('db')?.lists);
    planCluster(snapshot, NOW_MS + 2, { solver: (problem) => solver(problem), previous: again });
    expect(solved).toBe(4);
  });

  test('a problem that the solver refuses is told as the reason, and the lists stay', () => {
    const states = { db: { db_0: { a: 'MASTER' } } };
    const domains = (config: InstanceConfig): InstanceConfig => config;
    const refused: Solver = () => solvePlacement({ nodes: [], resources: [], dimensions: ['x', 'x'] });
    const cluster = { instances: ['a', 'b'], resources: [fullAuto('db', 1, 1)], configs: domains, states };
    const made = plan(cluster, undefined, refused);
    expect(listsOf(made, 'db')).toEqual({ db_0: ['a'] });
    expect(made.resources.get('db')?.placement?.fault).toMatchObject({ code: 'NOT_PLACEABLE' });
    expect(made.transitions).toEqual([]);
  });
});
