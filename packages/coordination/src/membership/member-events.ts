import { lastSegment, parentPath, type StorePath, type WatchEvent } from '@keelson/store';
import { decodeMember, type Member } from './member.ts';

/**
 * How a member went. `left`: it said so first. `failed`: its session ended, or somebody deleted its entry. `unknown`: it went while
 * nobody here could see.
 */
export type LeaveCause = 'left' | 'failed' | 'unknown';

/** What happens in a group, in the order in which it happened. */
export type MemberEvent =
  /** Always first, and never again: everybody who is in the group. */
  | { readonly type: 'snapshot'; readonly members: readonly Member[] }
  | { readonly type: 'joined'; readonly member: Member }
  /** New metadata, or that it is about to go. */
  | { readonly type: 'updated'; readonly member: Member }
  | { readonly type: 'left'; readonly member: Member; readonly cause: LeaveCause }
  /** The store is out of reach: what was told may be out of date until the next event. */
  | { readonly type: 'interrupted'; readonly error: Error }
  /** The store is in reach again, and everything missed has been told. */
  | { readonly type: 'resumed' };

/** What an observer of a group knows. */
export interface GroupState {
  /** `undefined` before the first snapshot. */
  readonly members: ReadonlyMap<string, Member> | undefined;
  readonly interrupted: boolean;
}

/** The state after an event of the watch, and what to tell. */
export interface GroupStep {
  readonly state: GroupState;
  readonly events: readonly MemberEvent[];
}

/** Nothing is known yet. */
export const initialGroup: GroupState = { members: undefined, interrupted: false };

/**
 * The membership of a group as a pure state machine over its watch at `folder`. A name that went and came back is told as two
 * events, also where both happened while nobody could see, so a restarted member is never taken for the one before.
 */
export function stepGroup(state: GroupState, event: WatchEvent, folder: StorePath): GroupStep {
  if (event.type === 'interrupted') return interrupted(state, event.error);
  const members = new Map(state.members);
  const events: MemberEvent[] = [];
  if (event.type === 'snapshot') {
    const found = event.entries.filter(({ path }) => parentPath(path) === folder).map(decodeMember);
    if (state.members === undefined) {
      events.push({ type: 'snapshot', members: found });
      for (const member of found) members.set(member.name, member);
    } else resync(members, found, events);
  } else if (event.type === 'changes') {
    for (const change of event.changes) {
      const path = change.type === 'put' ? change.entry.path : change.path;
      if (parentPath(path) !== folder) continue;
      if (change.type === 'put') put(members, decodeMember(change.entry), events);
      else remove(members, lastSegment(path), undefined, events);
    }
  }
  if (state.interrupted) events.push({ type: 'resumed' });
  return { state: { members, interrupted: false }, events };
}

function interrupted(state: GroupState, error: Error): GroupStep {
  if (state.interrupted) return { state, events: [] };
  return { state: { ...state, interrupted: true }, events: [{ type: 'interrupted', error }] };
}

function resync(members: Map<string, Member>, found: readonly Member[], events: MemberEvent[]): void {
  const present = new Set(found.map(({ name }) => name));
  for (const name of members.keys()) if (!present.has(name)) remove(members, name, 'unknown', events);
  for (const member of found) put(members, member, events);
}

function put(members: Map<string, Member>, member: Member, events: MemberEvent[]): void {
  const known = members.get(member.name);
  if (known?.incarnation === member.incarnation) {
    if (known.modifyRevision >= member.modifyRevision) return;
    events.push({ type: 'updated', member });
  } else {
    if (known !== undefined) remove(members, member.name, 'unknown', events);
    events.push({ type: 'joined', member });
  }
  members.set(member.name, member);
}

function remove(
  members: Map<string, Member>,
  name: string,
  cause: LeaveCause | undefined,
  events: MemberEvent[],
): void {
  const member = members.get(name);
  if (member === undefined) return;
  members.delete(name);
  events.push({ type: 'left', member, cause: member.leaving ? 'left' : (cause ?? 'failed') });
}
