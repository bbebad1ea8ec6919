import type { Revision } from '@keelson/store';
import type { AppendRequest, InstallRequest, ReplicaReply } from './log-entry.ts';

/** How one node asks another. Rejects where the other cannot be reached or does not answer in time. */
export interface Peers {
  append(address: string, partition: string, request: AppendRequest, signal: AbortSignal): Promise<ReplicaReply>;
  install(address: string, partition: string, request: InstallRequest, signal: AbortSignal): Promise<ReplicaReply>;
  /** Asks the MASTER to take this node into the in-sync set; resolves once it is in. */
  join(address: string, partition: string, member: Member, signal: AbortSignal): Promise<void>;
  /** Tells the MASTER that this node leaves. */
  leave(address: string, partition: string, instance: string, signal: AbortSignal): Promise<void>;
}

/** A node that joins, under its session. */
export interface Member {
  readonly instance: string;
  readonly session: string;
}

/** Who is live. */
export interface LiveSessions {
  /** Instance → its session. */
  readonly sessions: ReadonlyMap<string, string>;
  /** Every session that began, and every one that ended, up to this revision of the store is accounted for. */
  readonly revision: Revision;
}

/** Who is where, as far as this node knows. */
export interface Directory {
  /** Instance that is MASTER of the partition by the routing table; may be stale. */
  masterOf(partition: string): string | undefined;
  /** Whether some partition has no MASTER by the routing table: a take-over is going on. */
  takingOver(): boolean;
  /** The sessions of all live instances, as the store itself has them. */
  liveSessions(): Promise<LiveSessions>;
  /** The session of the instance, read from the store itself, never stale; `undefined` where it is not live. */
  liveSession(instance: string): Promise<string | undefined>;
  /** Where the live instance listens, by what is known here; `undefined` where it is not live. */
  addressOf(instance: string): string | undefined;
}
