/** One write, as a client asks for it. */
export interface Put {
  readonly key: string;
  /** Names the write. Sending the newest write of a key again under the same id changes nothing, so a client may always retry. */
  readonly id: string;
  readonly value: string;
}

/** A write at its place in the log of a partition. */
export interface LogEntry extends Put {
  /** Position in the partition's log, from 1. */
  readonly offset: number;
}

/** The committed state of one key. */
export interface StoredValue extends LogEntry {
  /** How many different writes the key has had; a write applied twice would show here. */
  readonly writes: number;
}

/** A whole replica, as it is copied to another: what is committed, and the writes after it. */
export interface ReplicaImage {
  readonly commitOffset: number;
  readonly values: readonly StoredValue[];
  readonly tail: readonly LogEntry[];
}

/** What a MASTER sends with every batch of writes. */
export interface AppendRequest {
  /** Fencing token of the MASTER. */
  readonly token: bigint;
  /** Offset just before the first entry. */
  readonly previousOffset: number;
  readonly entries: readonly LogEntry[];
  /** Everything up to here is on every in-sync replica. */
  readonly commitOffset: number;
}

/** What a MASTER sends to a replica that joins or does not fit. */
export interface InstallRequest {
  readonly token: bigint;
  readonly image: ReplicaImage;
}

/** `fenced`: a newer MASTER exists. `unaligned`: install an image first. */
export type ReplicaReply =
  | { readonly type: 'done'; readonly lastOffset: number }
  | { readonly type: 'fenced'; readonly fence: bigint }
  | { readonly type: 'unaligned' };
