import { expect, test } from 'vitest';
import { ClusterChanges } from './cluster-changes.ts';

test('what came later is added to what came before, and leaves the later as it was', () => {
  const earlier = new ClusterChanges();
  earlier.markPartition('CurrentStateChange', 'a', 'a_0');
  earlier.markResource('IdealStateChange', 'b');
  const later = new ClusterChanges();
  later.markPartition('MessageChange', 'a', 'a_1');
  later.markPartition('MessageChange', 'b', 'b_0');
  later.markPartition('MessageChange', 'c', 'c_0');
  earlier.include(later);
  expect([...earlier.resources]).toEqual([
    ['a', new Set(['a_0', 'a_1'])],
    ['b', 'all'],
    ['c', new Set(['c_0'])],
  ]);
  expect(earlier.everything).toBe(false);
  expect(earlier.eventName).toBe('IdealStateChange');
  earlier.markPartition('MessageChange', 'c', 'c_1');
  expect(later.resources.get('c')).toEqual(new Set(['c_0']));
});

test('everything, and a whole resource, take the parts in', () => {
  const earlier = new ClusterChanges();
  earlier.markPartition('MessageChange', 'a', 'a_0');
  const later = new ClusterChanges();
  later.markResource('IdealStateChange', 'a');
  later.markAll('LiveInstanceChange');
  earlier.include(later);
  expect(earlier.resources.get('a')).toBe('all');
  expect(earlier.everything).toBe(true);
});
