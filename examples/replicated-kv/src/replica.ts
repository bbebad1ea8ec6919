import type { AppendRequest, InstallRequest, LogEntry, ReplicaImage, ReplicaReply, StoredValue } from './log-entry.ts';

/**
 * One partition on one node: committed values, the writes after them, and the greatest fencing token seen. No I/O: every change
 * is one of four requests, so that replaying the journal of requests rebuilds the replica.
 *
 * Invariants:
 * - requests of a token smaller than `fence` change nothing;
 * - two replicas aligned with the same token hold the same log up to the shorter one's end;
 * - `commitOffset` never goes back, but for an image of a MASTER, which holds every committed write itself.
 */
export class Replica {
  #fence = 0n;
  #alignedWith = 0n;
  #commitOffset = 0;
  #values = new Map<string, StoredValue>();
  #tail: LogEntry[] = [];

  get fence(): bigint {
    return this.#fence;
  }
  /** Token of the MASTER whose log this one equals. Its appends fit; anyone else must install an image first. */
  get alignedWith(): bigint {
    return this.#alignedWith;
  }
  get commitOffset(): number {
    return this.#commitOffset;
  }
  get lastOffset(): number {
    return this.#commitOffset + this.#tail.length;
  }
  get values(): ReadonlyMap<string, StoredValue> {
    return this.#values;
  }
  /** Writes that are not known to be on every in-sync replica. */
  get tail(): readonly LogEntry[] {
    return this.#tail;
  }

  /** Refuses every smaller token from now on. */
  raiseFence(token: bigint): ReplicaReply {
    if (token < this.#fence) return { type: 'fenced', fence: this.#fence };
    this.#fence = token;
    return { type: 'done', lastOffset: this.lastOffset };
  }

  /** Becomes equal to the MASTER's image. */
  install(request: InstallRequest): ReplicaReply {
    const raised = this.raiseFence(request.token);
    if (raised.type === 'fenced') return raised;
    this.#alignedWith = request.token;
    this.#commitOffset = request.image.commitOffset;
    this.#values = new Map(request.image.values.map((value) => [value.key, value]));
    this.#tail = [...request.image.tail];
    return { type: 'done', lastOffset: this.lastOffset };
  }

  /** Takes a batch. One that was taken before (its reply was lost) is taken again without effect. */
  append(request: AppendRequest): ReplicaReply {
    const raised = this.raiseFence(request.token);
    if (raised.type === 'fenced') return raised;
    if (this.#alignedWith !== request.token || request.previousOffset > this.lastOffset) return { type: 'unaligned' };
    for (const entry of request.entries) if (entry.offset > this.lastOffset) this.#tail.push(entry);
    this.commitTo(Math.min(request.commitOffset, this.lastOffset));
    return { type: 'done', lastOffset: this.lastOffset };
  }

  /** Applies the writes up to `offset`, in order. */
  commitTo(offset: number): void {
    const count = Math.min(offset - this.#commitOffset, this.#tail.length);
    if (count <= 0) return;
    for (const entry of this.#tail.splice(0, count)) {
      this.#commitOffset = entry.offset;
      const before = this.#values.get(entry.key);
      if (before?.id !== entry.id) this.#values.set(entry.key, { ...entry, writes: (before?.writes ?? 0) + 1 });
    }
  }

  /** A copy for another replica. */
  image(): ReplicaImage {
    return { commitOffset: this.#commitOffset, values: [...this.#values.values()], tail: [...this.#tail] };
  }
}
