import type { PlacementRole } from '@keelson/placement';
import type { ResourceContext } from '../resource-context.ts';
import type { PreferenceLists } from './previous-lists.ts';
import type { Solution } from './solver.ts';

const none: readonly string[] = [];

/** Holders in the order of a list they were in before, as far as they have one role; newcomers last. */
function inOrderOf(
  previous: readonly string[],
  holders: readonly string[],
  roles: readonly PlacementRole[],
): readonly string[] {
  const place = (instance: string): number => {
    const index = previous.indexOf(instance);
    return index < 0 ? previous.length : index;
  };
  const ordered: string[] = [];
  for (const { count } of roles) {
    const group = holders.slice(ordered.length, ordered.length + Number(count));
    ordered.push(...group.sort((a, b) => place(a) - place(b)));
  }
  return [...ordered, ...holders.slice(ordered.length)];
}

/**
 * Preference lists from a solution. Where fewer replicas found a place than are wanted, those that stand where they may stay: what
 * serves is not dropped because room is short.
 *
 * @param usable Instances that may go on holding the resource.
 */
export function solvedLists(
  { resource, ideal }: ResourceContext,
  solution: Solution,
  options: {
    readonly previous: PreferenceLists;
    readonly roles: readonly PlacementRole[];
    readonly usable: ReadonlySet<string>;
  },
): PreferenceLists {
  const { previous, roles, usable } = options;
  const wanted = roles.reduce((sum, { count }) => sum + Number(count), 0);
  const lists = new Map<string, readonly string[]>();
  for (const partition of ideal?.partitions ?? none) {
    const before = previous.get(partition) ?? none;
    const holders = solution.holders(resource, partition);
    const list = inOrderOf(before, holders, roles);
    if (list.length >= wanted) {
      lists.set(partition, list);
      continue;
    }
    const kept = before.filter((instance) => usable.has(instance) && !list.includes(instance));
    lists.set(partition, [...list, ...kept.slice(0, wanted - list.length)]);
  }
  return lists;
}

/** While away nodes keep their places, a partition must not fall below its least number of active replicas. */
export function keepActive(
  lists: PreferenceLists,
  fallback: PreferenceLists,
  usable: ReadonlySet<string>,
  leastActive: number,
): PreferenceLists {
  const kept = new Map<string, readonly string[]>();
  for (const [partition, list] of lists) {
    const active = list.filter((instance) => usable.has(instance));
    if (active.length >= leastActive) {
      kept.set(partition, list);
      continue;
    }
    const added = (fallback.get(partition) ?? none).filter((instance) => !active.includes(instance));
    kept.set(partition, [...active, ...added.slice(0, leastActive - active.length)]);
  }
  return kept;
}

/** Whether any list names fewer than `leastActive` of `usable`. */
export function fallsShort(lists: PreferenceLists, usable: ReadonlySet<string>, leastActive: number): boolean {
  for (const list of lists.values()) {
    if (list.filter((instance) => usable.has(instance)).length < leastActive) return true;
  }
  return false;
}
