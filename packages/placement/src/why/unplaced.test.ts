import { assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryNumbers, arbitraryProblem } from '../../test-support/arbitrary-problem.ts';
import { feasibleAssignment, wrongs } from '../../test-support/feasible-assignment.ts';
import type { SlotAssignment } from '../assignment.ts';
import { compile } from '../model/compile.ts';
import { type CompiledProblem, NODE_LIVE, NONE } from '../model/compiled.ts';
import type { PlacementNode, PlacementPartition, PlacementProblem, PlacementResource } from '../model/problem.ts';
import type { Violation } from '../score/violations.ts';
import { constraintKey, hindrancesOf } from './constraint.ts';
import type { RelaxationChange } from './relaxation.ts';
import { Situation } from './situation.ts';
import { explainUnplaced, type Unplaced, unplacedOf } from './unplaced.ts';

/** Calls back for every replica that a random placement leaves out although no node is open to it. */
function forAllUnplaced(check: (input: PlacementProblem, situation: Situation, p: number, slot: number) => void): void {
  assert(
    property(arbitraryProblem, arbitraryNumbers, (input, numbers) => {
      const problem = compile(input);
      const situation = new Situation(problem, feasibleAssignment(problem, numbers[Symbol.iterator]()));
      for (let p = 0; p < problem.P; p++) {
        for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0); s++) {
          if (situation.assignment.node[s] === NONE) check(input, situation, p, s);
        }
      }
    }),
    { numRuns: 100 },
  );
}

/** The problem with a relaxation's changes carried out, as its reader would: in the input. */
function relaxed(input: PlacementProblem, { resource, partition }: Unplaced, changes: readonly RelaxationChange[]) {
  let problem = input;
  const onNode = (name: string, change: (node: PlacementNode) => PlacementNode): void => {
    problem = { ...problem, nodes: problem.nodes.map((node) => (node.name === name ? change(node) : node)) };
  };
  const onResource = (change: (resource: PlacementResource) => PlacementResource): void => {
    problem = { ...problem, resources: problem.resources.map((one) => (one.name === resource ? change(one) : one)) };
  };
  const onPartition = (change: (partition: PlacementPartition) => PlacementPartition): void =>
    onResource((one) => ({ ...one, partitions: one.partitions.map((p) => (p.name === partition ? change(p) : p)) }));
  const isIt = (one: { resource: string; partition?: string }): boolean =>
    one.resource === resource && (one.partition ?? partition) === partition;
  for (const { rule, node, dimension, by, limit, tag } of changes) {
    if (rule === 'capacity') {
      const room = { [dimension ?? '']: (limit ?? 0) + (by ?? 0) };
      onNode(node, (one) => ({ ...one, capacity: { ...one.capacity, ...room } }));
    } else if (rule === 'max-replicas') {
      onNode(node, (one) => ({ ...one, maxReplicas: (limit ?? 0) + (by ?? 0) }));
    } else if (rule === 'max-replicas-per-node') {
      onResource((one) => ({ ...one, maxReplicasPerNode: (limit ?? 0) + (by ?? 0) }));
    } else if (rule === 'tag') onNode(node, (one) => ({ ...one, tags: [...(one.tags ?? []), tag ?? ''] }));
    else if (rule === 'disabled') {
      onNode(node, (one) => ({ ...one, disabled: (one.disabled ?? []).filter((pattern) => !isIt(pattern)) }));
    } else if (rule === 'draining' || rule === 'offline') onNode(node, (one) => ({ ...one, state: 'live' }));
    else if (rule === 'forbidden') {
      onPartition((one) => ({ ...one, forbidden: (one.forbidden ?? []).filter((name) => name !== node) }));
    }
  }
  return compile(problem);
}

/** Rules broken on the node, or in its zone, but for the zone rule where that was relaxed: it is no field of the problem. */
function wrongsAt(problem: CompiledProblem, assignment: SlotAssignment, n: number, zoneRelaxed: boolean): string[] {
  return wrongs(problem, assignment).filter((text) => {
    const { node, zone, rule } = JSON.parse(text) as Violation;
    if (rule === 'fault-zone') return zone === problem.zoneNames[problem.zone[n] ?? 0] && !zoneRelaxed;
    return node === problem.nodeNames[n] || node === undefined;
  });
}

/** What a broken rule counts: of a limit by how much of it it is exceeded, 1 for any other; nothing helps where a replica stands already. */
function measureOf({ rule, figure, limit }: Violation): number {
  if (rule === 'one-per-node') return Number.POSITIVE_INFINITY;
  if (rule !== 'capacity' && rule !== 'max-replicas' && rule !== 'max-replicas-per-node') return 1;
  return limit > 0 ? (figure - limit) / limit : 100;
}

describe('explainUnplaced', () => {
  test('the constraints of the conflict close every node; without any one of them some node is open', () => {
    forAllUnplaced((_, situation, p, slot) => {
      const hindrances = hindrancesOf(situation, p, slot);
      const { conflict } = explainUnplaced(situation, p, slot);
      const keys = conflict.map(({ rule, dimension }) => (dimension === undefined ? rule : `${rule} ${dimension}`));
      const open = (kept: readonly string[]): string[] =>
        hindrances.flatMap((bindings, n) =>
          bindings.some((binding) => kept.includes(constraintKey(binding)))
            ? []
            : [situation.problem.nodeNames[n] ?? ''],
        );
      if (hindrances.some((bindings) => bindings.length === 0)) {
        expect(conflict).toEqual([]);
        return;
      }
      expect(open(keys)).toEqual([]);
      for (const [i, constraint] of conflict.entries()) {
        const freed = open(keys.filter((_, at) => at !== i));
        expect(freed.length).toBeGreaterThan(0);
        expect(constraint.freed).toEqual(freed);
      }
    });
  });

  test('with the relaxation carried out the replica can stand on the node it names', () => {
    forAllUnplaced((input, situation, p, slot) => {
      const unplaced = explainUnplaced(situation, p, slot);
      const { relaxation } = unplaced;
      if (unplaced.conflict.length === 0 || relaxation === undefined) return;
      const problem = relaxed(input, unplaced, relaxation.changes);
      // `every` wants a replica more on a node that opens: the slots are no longer the same.
      if (problem.S !== situation.problem.S) return;
      const n = problem.nodeNames.indexOf(relaxation.node);
      const node = situation.assignment.node.slice();
      const zoneRelaxed = relaxation.changes.some(({ rule }) => rule === 'fault-zone');
      // A node that comes back may hold more than it has room for; that is not this replica's doing.
      const before = wrongsAt(problem, { node }, n, zoneRelaxed);
      node[slot] = n;
      expect(wrongsAt(problem, { node }, n, zoneRelaxed).filter((wrong) => !before.includes(wrong))).toEqual([]);
    });
  });

  test('nothing smaller would do: each single change is needed', () => {
    forAllUnplaced((input, situation, p, slot) => {
      const unplaced = explainUnplaced(situation, p, slot);
      const { relaxation } = unplaced;
      if (unplaced.conflict.length === 0 || relaxation === undefined) return;
      for (const left of relaxation.changes) {
        if (left.rule === 'pinned') continue;
        const problem = relaxed(
          input,
          unplaced,
          relaxation.changes.filter((change) => change !== left),
        );
        if (problem.S !== situation.problem.S) continue;
        const n = problem.nodeNames.indexOf(relaxation.node);
        const node = situation.assignment.node.slice();
        node[slot] = n;
        const zoneRelaxed = relaxation.changes.some(({ rule }) => rule === 'fault-zone') && left.rule !== 'fault-zone';
        const others = wrongsAt(problem, { node }, n, zoneRelaxed);
        expect(others.length, left.text).toBeGreaterThan(0);
      }
    });
  });

  test('no live node would do with less: each is tried, and what breaks there is measured', () => {
    let tried = 0;
    forAllUnplaced((input, situation, p, slot) => {
      const { problem, assignment } = situation;
      const { conflict, relaxation } = explainUnplaced(situation, p, slot);
      if (conflict.length === 0 || input.topology?.faultZone !== undefined) return;
      const before = new Set(wrongs(problem, assignment));
      for (let n = 0; n < problem.N; n++) {
        if (problem.nodeState[n] !== NODE_LIVE) continue;
        const node = assignment.node.slice();
        node[slot] = n;
        const broken = wrongs(problem, { node }).filter((wrong) => !before.has(wrong));
        const measure = broken.reduce((sum, wrong) => sum + measureOf(JSON.parse(wrong) as Violation), 0);
        expect(relaxation?.measure ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(measure + 1e-9);
        if (relaxation !== undefined && relaxation.node === problem.nodeNames[n]) {
          expect(relaxation.measure).toBeCloseTo(measure, 9);
          tried += 1;
        }
      }
    });
    expect(tried).toBeGreaterThan(20);
  });

  test('says what is lacking in the cluster, and what would be enough', () => {
    const roles = [{ name: 'ONLINE', count: 3 }];
    const nodes = (disk: number): PlacementNode[] =>
      ['a', 'b', 'c', 'd'].map((name, i) => ({
        name,
        capacity: { disk: disk + i / 10 },
        tags: name === 'd' ? [] : ['ssd'],
        domain: name === 'a' ? '/z1' : '/z2',
      }));
    const input: PlacementProblem = {
      dimensions: ['disk'],
      nodes: nodes(12),
      topology: { levels: ['zone'], faultZone: 'zone' },
      resources: [{ name: 'db', roles, tag: 'ssd', partitions: [{ name: 'p', weight: { disk: 12.15 } }] }],
    };
    const problem = compile(input);
    const [first, ...others] = unplacedOf(new Situation(problem, { node: Int32Array.from([2, NONE, NONE]) }));
    expect(others).toHaveLength(1);
    expect(first?.text).toBe(
      'ONLINE of db/p has no place: 3 nodes without room for 12.15 disk, 1 node without tag ssd; ' +
        'tag ssd: 3 nodes may take it, in 2 zones, 3 replicas wanted; ' +
        'tag ssd: its nodes have room for 36.3 disk, what has to stand on them weighs 36.45. ' +
        'It would be enough to raise the disk capacity of b by 0.05.',
    );
    expect(first?.relaxation).toMatchObject({ node: 'b', changes: [{ rule: 'capacity', limit: 12.1 }] });
    expect(JSON.parse(JSON.stringify(first))).toMatchObject({
      conflict: [
        { rule: 'capacity', hinders: 3 },
        { rule: 'tag', freed: ['d'] },
      ],
    });
  });

  test('a replica too large for any node is told so', () => {
    const problem = compile({
      dimensions: ['cpu'],
      nodes: [
        { name: 'a', capacity: { cpu: 4 } },
        { name: 'b', capacity: { cpu: 3 } },
      ],
      resources: [{ name: 'r', roles: [{ name: 'X', count: 1 }], partitions: [{ name: 'p', weight: { cpu: 5 } }] }],
    });
    const [only] = unplacedOf(new Situation(problem, { node: Int32Array.of(NONE) }));
    expect(only?.causes).toMatchObject([{ kind: 'size', dimension: 'cpu', available: 4, wanted: 5 }]);
    expect(only?.relaxation).toMatchObject({ node: 'a', measure: 0.25 });
  });

  test('where every node holds a replica already nothing would help but another node', () => {
    const problem = compile({
      nodes: [{ name: 'a' }, { name: 'b' }],
      resources: [{ name: 'r', roles: [{ name: 'X', count: 3 }], partitions: [{ name: 'p' }] }],
    });
    const [only] = unplacedOf(new Situation(problem, { node: Int32Array.of(0, 1, NONE) }));
    expect(only?.relaxation).toBeUndefined();
    expect(only?.conflict).toMatchObject([{ rule: 'one-per-node', hinders: 2, freed: ['a', 'b'] }]);
    expect(only?.text).toBe(
      'X of r/p has no place: 2 nodes holding a replica of it; 2 nodes may take it, in 2 zones, 3 replicas wanted.',
    );
  });
});
