import { describe, expect, test } from 'vitest';
import { ExternalView, InstanceConfig } from '../model/index.ts';
import { type LiveInstanceInfo, RoutingTable } from './routing-table.ts';

const view = ExternalView.create(
  'db',
  { NUM_PARTITIONS: '7' },
  {
    db_0: { b: 'SLAVE', a: 'SLAVE', c: 'MASTER' },
    db_1: { a: 'MASTER' },
  },
);
const live = (name: string): [string, LiveInstanceInfo] => [
  name,
  { name, sessionId: `s-${name}`, info: { PORT: '1' } },
];
const config = (name: string, operation?: string): [string, InstanceConfig] => {
  const made = InstanceConfig.create(name);
  const listFields: Record<string, readonly string[]> =
    operation === undefined ? {} : { HELIX_INSTANCE_OPERATIONS: [JSON.stringify({ OPERATION: operation })] };
  return [name, new InstanceConfig({ ...made.record, listFields })];
};
const table = (names: readonly string[], configs = names.map((name) => config(name))): RoutingTable =>
  new RoutingTable({
    views: new Map([['db', view]]),
    live: new Map(names.map(live)),
    configs: new Map(configs),
  });

describe('a routing table', () => {
  test('names who holds a state, in order of name', () => {
    const routes = table(['a', 'b', 'c']);
    expect(routes.instancesFor('db', 'db_0', 'SLAVE')).toEqual(['a', 'b']);
    expect(routes.instancesFor('db', 'db_0', 'MASTER')).toEqual(['c']);
    expect(routes.statesOf('db', 'db_1')).toEqual(new Map([['a', 'MASTER']]));
    expect(routes.partitionsOf('db')).toEqual(['db_0', 'db_1']);
    expect(routes.partitionCount('db')).toBe(7);
    expect(routes.partitionCount('none')).toBe(0);
  });

  test('names nobody for what there is not', () => {
    const routes = table(['a']);
    expect(routes.instancesFor('db', 'db_9', 'MASTER')).toEqual([]);
    expect(routes.instancesFor('none', 'db_0', 'MASTER')).toEqual([]);
    expect(routes.instancesFor('constructor', '__proto__', 'toString')).toEqual([]);
  });

  test('leaves out who is not live, though the view still names it', () => {
    const routes = table(['a', 'b']);
    expect(routes.instancesFor('db', 'db_0', 'MASTER')).toEqual([]);
    expect(routes.liveInstance('c')).toBeUndefined();
    expect(routes.liveInstance('a')).toEqual({ name: 'a', sessionId: 's-a', info: { PORT: '1' } });
  });

  test('leaves out who is being swapped in, is in no known operation, or has no config', () => {
    const routes = table(['a', 'b', 'c'], [config('a', 'SWAP_IN'), config('b', 'DISABLE')]);
    expect(routes.instancesFor('db', 'db_0', 'SLAVE')).toEqual(['b']);
    expect(routes.instancesFor('db', 'db_0', 'MASTER')).toEqual([]);
    expect(table(['a'], [config('a', 'ODD')]).instancesFor('db', 'db_1', 'MASTER')).toEqual([]);
  });
});
