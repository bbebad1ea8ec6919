import { expect, test } from 'vitest';
import { compile } from '../model/compile.ts';
import { NONE } from '../model/compiled.ts';
import type { PlacementNode, ReplicaAt } from '../model/problem.ts';
import { currentAssignment } from './current-assignment.ts';

const roles = [
  { name: 'MASTER', count: 1 },
  { name: 'SLAVE', count: 2 },
];
const today = (current: readonly ReplicaAt[], nodes: PlacementNode[] = Array.from('abcd').map((name) => ({ name }))) =>
  Array.from(
    currentAssignment(compile({ nodes, resources: [{ name: 'r', roles, partitions: [{ name: 'p', current }] }] })).node,
  );
const at = (node: string, role: string): ReplicaAt => ({ node, role });

test('each replica fills a slot of its role', () => {
  expect(today([at('d', 'SLAVE'), at('b', 'MASTER'), at('a', 'SLAVE')])).toEqual([1, 0, 3]);
});

test('a role too many fills what is left, a replica too many nothing', () => {
  expect(today([at('a', 'MASTER'), at('b', 'MASTER')])).toEqual([0, 1, NONE]);
  expect(today(Array.from('abcd').map((node) => at(node, 'SLAVE')))).toEqual([2, 0, 1]);
});

test('what stood on a lost node is lost', () => {
  const nodes: PlacementNode[] = [
    { name: 'a', state: 'offline' },
    { name: 'b', state: 'draining' },
  ];
  expect(today([at('a', 'MASTER'), at('b', 'SLAVE')], nodes)).toEqual([NONE, 1, NONE]);
});
