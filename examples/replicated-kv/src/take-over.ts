import { KeelsonError, type Runtime, throwIfAborted } from '@keelson/runtime';
import { claim } from './in-sync-set.ts';
import type { InSyncStore, VersionedInSyncSet } from './in-sync-store.ts';
import type { Directory, LiveSessions } from './peers.ts';
import { whileUnreachable } from './store-patience.ts';

/** Who takes a partition over, and what he needs for it. */
export interface TakeOverContext {
  readonly partition: string;
  readonly instance: string;
  readonly session: string;
  /** Fencing token of the transition that made it MASTER. */
  readonly token: bigint;
  /** Trips when it must not be MASTER any more. */
  readonly signal: AbortSignal;
  readonly directory: Directory;
  readonly inSync: InSyncStore;
  readonly runtime: Runtime;
}

/**
 * Takes the set over once `fenced` has resolved, so that no older MASTER can have a write acknowledged afterwards. Two round trips: what there is
 * to know is asked for at once, and then written.
 *
 * @throws E_VERSION_CONFLICT where a newer MASTER exists or this node is not in sync; what trips `context.signal`.
 */
export async function takeOver(context: TakeOverContext, fenced: Promise<void>): Promise<VersionedInSyncSet> {
  const { partition, token, inSync, directory, runtime, signal } = context;
  for (;;) {
    throwIfAborted(signal);
    const [current, listed] = await Promise.all([
      inSync.read(partition, signal),
      whileUnreachable(runtime, signal, () => directory.liveSessions()),
      fenced,
    ]);
    const claimed = claim(current.set, context, await liveMembers(context, current, listed));
    if (claimed.type === 'deposed') throw deposed(partition, claimed.by);
    if (claimed.type === 'not-in-sync')
      throw new KeelsonError('E_VERSION_CONFLICT', `This node does not hold every acknowledged write of ${partition}.`);
    const written = await inSync.write(partition, claimed.set, current.version, signal);
    if (written !== undefined) return written;
    // A lost reply: it may have been written.
    const now = await inSync.read(partition, signal);
    if (now.set.token === token) return now;
  }
}

/**
 * Sessions of the members that are live. Who is not listed as he joined has gone, unless the listing is older than the set that he joined: then he
 * is asked for by himself, as whoever is counted out while he lives could still be asked to become MASTER, and must refuse.
 */
async function liveMembers(
  { directory, runtime, signal }: TakeOverContext,
  { set, revision }: VersionedInSyncSet,
  listed: LiveSessions,
): Promise<ReadonlyMap<string, string>> {
  const live = new Map<string, string>();
  await Promise.all(
    [...set.members].map(async ([name, joinedAs]) => {
      const seen = listed.sessions.get(name);
      const certain = seen === joinedAs || listed.revision >= revision;
      const session = certain ? seen : await whileUnreachable(runtime, signal, () => directory.liveSession(name));
      if (session !== undefined) live.set(name, session);
    }),
  );
  return live;
}

/** What a MASTER of the partition hears once the one of token `by` has taken over. */
export function deposed(partition: string, by: bigint): KeelsonError {
  return new KeelsonError('E_VERSION_CONFLICT', `A newer MASTER of ${partition} exists (fencing token ${by}).`);
}
