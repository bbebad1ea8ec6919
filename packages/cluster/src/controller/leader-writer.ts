import { KeelsonError, type Runtime } from '@keelson/runtime';
import type { Comparison, Revision, Store } from '@keelson/store';
import { MAX_RECORD_BYTES } from '../model/index.ts';
import type { ClusterMirror } from '../snapshot/index.ts';
import { type EncodedWrite, encodeWrite, intoBatches, type PlannedWrite } from './planned-writes.ts';

/** What writes of a leading controller need. */
export interface LeaderWriterOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly mirror: ClusterMirror;
  /** The LEADER entry of this term. */
  readonly leader: { readonly path: string; readonly createRevision: Revision };
  readonly signal: AbortSignal;
}

/**
 * Writes in transactions that hold only while this controller leads: each compares the create revision of the LEADER entry, so
 * that whatever a deposed controller still had in mind is refused by the store.
 */
export class LeaderWriter {
  readonly #options: LeaderWriterOptions;
  #writtenUpTo: Revision = 0n;

  constructor(options: LeaderWriterOptions) {
    this.#options = options;
  }

  /** Revision of the last write. A plan must be made from a snapshot that holds it, or it would ask for things twice. */
  get writtenUpTo(): Revision {
    return this.#writtenUpTo;
  }

  /** How many operations a transaction takes, the comparison with LEADER aside. */
  get batchSize(): number {
    return this.#options.store.capabilities.maxTransactionOperations;
  }

  /**
   * Writes in as few transactions as may be: entries all at once, then deletes in their order. A record that is too large is
   * logged and left out.
   *
   * @throws `E_SESSION_EXPIRED` where another controller leads by now; what the store finds wrong.
   */
  async write(writes: readonly PlannedWrite[]): Promise<void> {
    const limits = { operations: this.batchSize, bytes: this.#options.store.capabilities.maxValueBytes };
    const puts = intoBatches(this.#encode(writes.filter(({ record }) => record !== undefined)), limits);
    const deletes = intoBatches(this.#encode(writes.filter(({ record }) => record === undefined)), limits);
    const outcomes = await Promise.allSettled(puts.map((batch) => this.#transact(batch, [])));
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') this.#sawRevision(outcome.value);
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const batch of deletes) this.#sawRevision(await this.#transact(batch, []));
  }

  /**
   * As {@link write}, one group after the other: each is sent before the next is so much as encoded, and none waits for the answer to those before it.
   *
   * @throws as `write`, once all have been answered.
   */
  async writeInOrder(groups: readonly (readonly PlannedWrite[])[]): Promise<void> {
    const outcomes = await Promise.allSettled(groups.map((writes) => this.write(writes)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  /** Writes those that are still as they were read, together where possible; the others are for the next plan. A plan may be made from a snapshot without them. */
  async writeGuarded(writes: readonly PlannedWrite[]): Promise<void> {
    const limits = {
      operations: Math.max(1, this.batchSize - 1), // one comparison each, and one with LEADER
      bytes: this.#options.store.capabilities.maxValueBytes,
    };
    for (const batch of intoBatches(this.#encode(writes), limits)) {
      const conditions = batch.map(({ write }) => ({ path: write.path, ...write.expect }));
      await this.#transact(batch, conditions);
    }
  }

  /** Waits out a write whose reply was lost: after this, the mirror must have seen all that the store has by now. */
  async catchUp(): Promise<void> {
    const { store, leader, signal } = this.#options;
    const { revision } = await store.transact({ then: [{ type: 'get', path: leader.path }] }, { signal });
    this.#sawRevision(revision);
  }

  #encode(writes: readonly PlannedWrite[]): readonly EncodedWrite[] {
    const { runtime, store } = this.#options;
    const limit = Math.min(MAX_RECORD_BYTES, store.capabilities.maxValueBytes);
    return writes.flatMap((write) => {
      try {
        return [encodeWrite(write, limit)];
      } catch (error) {
        runtime.logger.error({ error, path: write.path }, 'a record of the controller is too large to be stored');
        return [];
      }
    });
  }

  async #transact(batch: readonly EncodedWrite[], conditions: readonly Comparison[]): Promise<Revision> {
    const { store, mirror, leader, signal } = this.#options;
    for (const { write, operation } of batch) {
      if (operation.type === 'put' && write.record !== undefined)
        mirror.wrote(write.path, operation.value, write.record);
    }
    const result = await store.transact(
      {
        if: [leader, ...conditions],
        then: batch.map(({ operation }) => operation),
        else: [{ type: 'get', path: leader.path }],
      },
      { signal },
    );
    if (result.succeeded) return result.revision;
    const [seen] = result.results;
    const holder = seen?.type === 'get' ? seen.entry : undefined;
    // Still the leader: a condition did not hold, as somebody wrote in between. Nothing was written.
    if (holder?.createRevision === leader.createRevision) return this.#writtenUpTo;
    throw new KeelsonError('E_SESSION_EXPIRED', 'Another controller leads the cluster by now; nothing was written.', {
      details: { path: leader.path },
    });
  }

  #sawRevision(revision: Revision): void {
    if (revision > this.#writtenUpTo) this.#writtenUpTo = revision;
  }
}
