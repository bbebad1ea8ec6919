import { array, assert, integer, nat, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placePlain } from './place-plain.ts';
import type { PlacementNode, PlacementResult, PreferenceLists } from './placement.ts';

const names = (count: number, prefix: string): string[] => Array.from({ length: count }, (_, i) => `${prefix}_${i}`);
const toNodes = (list: readonly string[]): PlacementNode[] => list.map((name) => ({ name }));

/** Replicas (or, with `leaders`, partitions led) by node, zeros included. */
function loads(lists: PreferenceLists, nodes: readonly string[], leaders = false): number[] {
  const count = new Map(nodes.map((name) => [name, 0]));
  for (const list of lists.values()) {
    for (const node of leaders ? list.slice(0, 1) : list) count.set(node, (count.get(node) ?? 0) + 1);
  }
  return [...count.values()];
}

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

function moves(before: PreferenceLists, after: PreferenceLists): number {
  let moved = 0;
  for (const [partition, list] of after) {
    const old = new Set(before.get(partition) ?? []);
    moved += list.filter((node) => !old.has(node)).length;
  }
  return moved;
}

const sizes = record({
  partitions: integer({ min: 1, max: 60 }),
  replicas: integer({ min: 1, max: 4 }),
  nodes: integer({ min: 1, max: 12 }),
});

describe('placePlain', () => {
  test('48 partitions of 3 on 5 nodes: within one replica and one leader', () => {
    const nodes = names(5, 'worker');
    const { lists, unplaced } = placePlain({
      partitions: names(48, 'kv'),
      replicas: 3,
      nodes: toNodes(nodes),
      previous: new Map(),
    });
    expect(loads(lists, nodes).sort((a, b) => a - b)).toEqual([28, 29, 29, 29, 29]);
    expect(loads(lists, nodes, true).sort((a, b) => a - b)).toEqual([9, 9, 10, 10, 10]);
    expect(unplaced.size).toBe(0);
  });

  test('a node lost: only its replicas move, and its leads are shared out', () => {
    const nodes = names(5, 'worker');
    const request = { partitions: names(48, 'kv'), replicas: 3, previous: new Map() as PreferenceLists };
    const before = placePlain({ ...request, nodes: toNodes(nodes) }).lists;
    const rest = nodes.slice(1);
    const after = placePlain({ ...request, nodes: toNodes(rest), previous: before }).lists;
    const lost = [...before.values()].filter((list) => list.includes('worker_0')).length;
    expect(moves(before, after)).toBe(lost);
    expect(spread(loads(after, rest))).toBeLessThanOrEqual(1);
    expect(loads(after, rest, true)).toEqual([12, 12, 12, 12]);
    for (const [partition, list] of before) {
      if (list[0] === 'worker_0') continue;
      expect(after.get(partition)?.[0]).toBe(list[0]);
    }
  });

  test('whatever the sizes: distinct nodes, as many as can be, even to within one', () => {
    assert(
      property(sizes, ({ partitions, replicas, nodes }) => {
        const all = names(nodes, 'n');
        const { lists, unplaced } = placePlain({
          partitions: names(partitions, 'p'),
          replicas,
          nodes: toNodes(all),
          previous: new Map(),
        });
        for (const list of lists.values()) {
          expect(new Set(list).size).toBe(list.length);
          expect(list.length).toBe(Math.min(replicas, nodes));
        }
        expect(unplaced.size).toBe(replicas > nodes ? partitions : 0);
        expect(spread(loads(lists, all))).toBeLessThanOrEqual(1);
        expect(spread(loads(lists, all, true))).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('asked again with its own answer it changes nothing', () => {
    assert(
      property(sizes, integer({ min: 0, max: 3 }), ({ partitions, replicas, nodes }, zones) => {
        const request = {
          partitions: names(partitions, 'p'),
          replicas,
          nodes: names(nodes, 'n').map(
            (name, i): PlacementNode => (zones === 0 ? { name } : { name, zone: `z${i % zones}` }),
          ),
          previous: new Map() as PreferenceLists,
        };
        const first = placePlain(request).lists;
        expect(placePlain({ ...request, previous: first }).lists).toEqual(first);
      }),
    );
  });

  test('nodes come and go: it stays even and moves no more than a lost or joined node accounts for', () => {
    assert(
      property(sizes, array(nat(11), { minLength: 1, maxLength: 6 }), ({ partitions, replicas, nodes }, flips) => {
        const request = { partitions: names(partitions, 'p'), replicas };
        let live = names(nodes, 'n');
        let lists = placePlain({ ...request, nodes: toNodes(live), previous: new Map() }).lists;
        for (const flip of flips) {
          const name = `n_${flip}`;
          const joins = !live.includes(name);
          if (!joins && live.length === 1) continue;
          live = joins ? [...live, name] : live.filter((node) => node !== name);
          const after = placePlain({ ...request, nodes: toNodes(live), previous: lists }).lists;
          expect(spread(loads(after, live))).toBeLessThanOrEqual(1);
          expect(spread(loads(after, live, true))).toBeLessThanOrEqual(1);
          const total = partitions * Math.min(replicas, live.length);
          const held = [...lists.values()].reduce((sum, list) => sum + list.filter((n) => live.includes(n)).length, 0);
          const missing = total - held;
          const onJoined = joins ? Math.ceil(total / live.length) : 0;
          // With hardly more nodes than replicas a lost replica has next to no choice of a place, so evenness costs more than it.
          const slack = live.length > replicas + 2 ? 1 : 2 * replicas;
          expect(moves(lists, after)).toBeLessThanOrEqual(Math.max(missing, onJoined) + slack);
          lists = after;
        }
      }),
    );
  });

  test('zones are kept apart as far as there are zones', () => {
    assert(
      property(integer({ min: 2, max: 4 }), integer({ min: 1, max: 4 }), (zones, perZone) => {
        const nodes = names(zones * perZone, 'n').map((name, i) => ({ name, zone: `z${i % zones}` }));
        const zoneOf = new Map(nodes.map((node) => [node.name, node.zone]));
        const { lists } = placePlain({ partitions: names(30, 'p'), replicas: 2, nodes, previous: new Map() });
        for (const list of lists.values()) expect(new Set(list.map((n) => zoneOf.get(n))).size).toBe(2);
        expect(spread(loads(lists, [...zoneOf.keys()]))).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('only available nodes with the tag, and no more than the limit on one', () => {
    const nodes: PlacementNode[] = [
      { name: 'a', tags: ['ssd'] },
      { name: 'b', tags: ['ssd'], available: false },
      { name: 'c' },
      { name: 'd', tags: ['ssd'] },
    ];
    const request = {
      partitions: names(4, 'p'),
      replicas: 2,
      nodes,
      previous: new Map() as PreferenceLists,
      tag: 'ssd',
    };
    const { lists } = placePlain(request);
    expect([...lists.values()].every((list) => list.every((node) => node === 'a' || node === 'd'))).toBe(true);
    const limited: PlacementResult = placePlain({ ...request, maxReplicasPerNode: 3 });
    expect(loads(limited.lists, ['a', 'd'])).toEqual([3, 3]);
    expect(limited.unplaced).toEqual(new Map([['p_3', 2]]));
  });

  test('fewer replicas wanted: the last of each list go', () => {
    const nodes = toNodes(names(3, 'n'));
    const before = placePlain({ partitions: names(6, 'p'), replicas: 3, nodes, previous: new Map() }).lists;
    const after = placePlain({ partitions: names(6, 'p'), replicas: 1, nodes, previous: before }).lists;
    for (const [partition, list] of after) expect(list[0]).toBe(before.get(partition)?.[0]);
  });
});
