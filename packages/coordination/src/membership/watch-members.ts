import type { ReadOptions, Store, StorePath } from '@keelson/store';
import { layoutBelow } from '../common/layout.ts';
import { decodeMember, type Member } from './member.ts';
import { initialGroup, type MemberEvent, stepGroup } from './member-events.ts';

/** Which group to look at. Needs no session: anybody may look. */
export interface GroupQuery extends ReadOptions {
  readonly store: Store;
  /** Where the recipes live. Default `/coordination`. */
  readonly root?: StorePath;
}

/** Who is in the group now, by name. A group that nobody ever joined is empty. */
export async function listMembers(group: string, query: GroupQuery): Promise<readonly Member[]> {
  const { store, root, ...options } = query;
  return (await store.list(layoutBelow(root).members(group), options)).entries.map(decodeMember);
}

/** The groups that there are; on ZooKeeper also those that are empty by now. */
export async function listGroups(query: GroupQuery): Promise<readonly string[]> {
  const { store, root, ...options } = query;
  return await store.children(layoutBelow(root).groups, options);
}

/** What to watch. */
export interface WatchMembersOptions extends Pick<GroupQuery, 'store' | 'root'> {
  /** Ends the watch; the iteration finishes without an error. */
  readonly signal?: AbortSignal;
}

/**
 * Yields who is in the group, then every join, update, leave and failure in the order in which they happened. What was missed while
 * the store was out of reach is told afterwards, as far as it can be known. Throws `E_CLOSED` when the store is closed.
 *
 * @example
 * for await (const event of watchMembers('workers', { store }))
 *   if (event.type === 'left' && event.cause === 'failed') reassign(event.member.name);
 */
export async function* watchMembers(group: string, options: WatchMembersOptions): AsyncGenerator<MemberEvent> {
  const { store, root, signal } = options;
  const folder = layoutBelow(root).members(group);
  let state = initialGroup;
  for await (const event of store.watch(folder, signal === undefined ? {} : { signal })) {
    const step = stepGroup(state, event, folder);
    state = step.state;
    yield* step.events;
  }
}
