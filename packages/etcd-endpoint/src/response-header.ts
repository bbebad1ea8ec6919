import type { ResponseHeader } from '@keelson/etcd-protocol';

/** Who answers. Fixed as long as the endpoint runs. */
export interface Identity {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  /** The member's name in `MemberList`. */
  readonly name: string;
  /** Addresses clients are told, as `http://127.0.0.1:2379`. */
  readonly clientUrls: readonly string[];
}

/** There is one member and it is never voted out, so the term stays as it was at the first election: etcd's first is 2. */
export const RAFT_TERM = 2n;

/** The header of an answer made at `revision`. */
export function headerAt(identity: Identity, revision: bigint): ResponseHeader {
  return { clusterId: identity.clusterId, memberId: identity.memberId, revision, raftTerm: RAFT_TERM };
}
