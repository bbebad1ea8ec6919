/**
 * Who holds every acknowledged write of a partition. Kept in the store, changed only by comparing its version.
 *
 * The rule everything rests on: **a write is acknowledged when every member has it on disk, and only a member becomes MASTER.**
 */
export interface InSyncSet {
  /** Fencing token of the MASTER that wrote it last; 0 while there has been none. */
  readonly token: bigint;
  /** Instance → session under which it joined. */
  readonly members: ReadonlyMap<string, string>;
}

/** Nobody yet: the partition has never had a MASTER, so there is no write to lose. */
export const emptyInSyncSet: InSyncSet = { token: 0n, members: new Map() };

/** Whether an instance may become SLAVE while there is no MASTER to copy from: it has every write itself, or there is none. */
export function holdsEverything(set: InSyncSet, instance: string): boolean {
  return set.token === 0n || set.members.has(instance);
}

export function withMember(set: InSyncSet, instance: string, session: string): InSyncSet {
  return { ...set, members: new Map([...set.members, [instance, session]]) };
}

export function withoutMember(set: InSyncSet, instance: string): InSyncSet {
  return { ...set, members: new Map([...set.members].filter(([name]) => name !== instance)) };
}

/** What a new MASTER does to the set. */
export type Claim =
  | { readonly type: 'claimed'; readonly set: InSyncSet }
  | { readonly type: 'deposed'; readonly by: bigint }
  | { readonly type: 'not-in-sync' };

/**
 * The set as the MASTER of `token` takes it over: itself, and the members whose session lives. The others are gone or came back
 * under another session, and then they join again before they count.
 */
export function claim(
  set: InSyncSet,
  self: { readonly instance: string; readonly session: string; readonly token: bigint },
  liveSessions: ReadonlyMap<string, string>,
): Claim {
  if (set.token > self.token) return { type: 'deposed', by: set.token };
  if (!holdsEverything(set, self.instance)) return { type: 'not-in-sync' };
  const members = [...set.members].filter(([name, session]) => liveSessions.get(name) === session);
  return {
    type: 'claimed',
    set: { token: self.token, members: new Map([...members, [self.instance, self.session]]) },
  };
}
