import { KeelsonError, sleep, throwIfAborted } from '@keelson/runtime';
import { type InSyncSet, withMember, withoutMember } from './in-sync-set.ts';
import type { VersionedInSyncSet } from './in-sync-store.ts';
import type { AppendRequest, LogEntry, Put, ReplicaReply, StoredValue } from './log-entry.ts';
import type { Member, Peers } from './peers.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';
import { deposed, type TakeOverContext, takeOver } from './take-over.ts';

/** What a MASTER stands on. */
export interface MasterContext extends TakeOverContext {
  readonly replicas: Pick<Replicas, 'of' | 'raiseFence' | 'append' | 'install'>;
  readonly peers: Peers;
}

/** An acknowledged write. */
export interface Receipt {
  readonly offset: number;
  /** Different writes the key has had, this one included. */
  readonly writes: number;
  readonly token: bigint;
}

interface PendingPut {
  readonly put: Put;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: unknown) => void;
}

const BATCH = 256;
const RETRY_MS = 20;

/** The MASTER of one partition. Everything it does is one queue: batches of writes, replicas that join, replicas that leave. */
export class PartitionMaster {
  readonly #context: MasterContext;
  readonly #replica: Replica;
  #inSync: VersionedInSyncSet;
  #puts: PendingPut[] = [];
  readonly #changes: (() => Promise<void>)[] = [];
  #running = false;
  #stopped: KeelsonError | undefined;

  private constructor(context: MasterContext, inSync: VersionedInSyncSet) {
    this.#context = context;
    this.#replica = context.replicas.of(context.partition);
    this.#inSync = inSync;
  }

  /**
   * Makes this node MASTER: fences older ones, takes over the in-sync set, and brings every member to its own log, which
   * holds every acknowledged write, because it is a member itself.
   *
   * @throws E_VERSION_CONFLICT where a newer MASTER exists or this node is not in sync; what trips `context.signal`.
   */
  static async promote(context: MasterContext): Promise<PartitionMaster> {
    const { partition, token, replicas } = context;
    // Nobody waits for more than he must: until this is over the partition has no MASTER.
    const fenced = replicas.raiseFence(partition, token).then((reply) => {
      if (reply.type === 'fenced') throw deposed(partition, reply.fence);
    });
    fenced.catch(() => {}); // takeOver reports it, unless it fails before it comes to that
    const master = new PartitionMaster(context, await takeOver(context, fenced));
    const own = replicas.install(partition, { token, image: master.#replica.image() });
    await Promise.all([own, ...master.#others().map((name) => master.#reach(name, undefined))]);
    throwIfAborted(context.signal);
    master.#replica.commitTo(master.#replica.lastOffset);
    context.signal.addEventListener('abort', () => master.stop('its ownership ended'), { once: true });
    return master;
  }

  get token(): bigint {
    return this.#context.token;
  }

  get inSync(): InSyncSet {
    return this.#inSync.set;
  }

  /** Committed values. Throws where it is MASTER no more, so what it gives is current. */
  values(): ReadonlyMap<string, StoredValue> {
    this.#assertServing();
    return this.#replica.values;
  }

  /** Acknowledged when every member of the in-sync set has the write on disk. */
  put(put: Put): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      this.#assertServing();
      this.#puts.push({ put, resolve, reject });
      void this.#run();
    });
  }

  /** Copies everything to the node and counts it in. */
  join(member: Member): Promise<void> {
    return this.#change(async () => {
      await this.#install(member.instance);
      await this.#rewriteSet((set) => withMember(set, member.instance, member.session));
    });
  }

  /** Counts the node out. */
  leave(instance: string): Promise<void> {
    return this.#change(() => this.#rewriteSet((set) => withoutMember(set, instance)));
  }

  /** Serves nobody any more. What waits is refused; what was sent may or may not survive, as its sender is told. */
  stop(reason: string): void {
    this.#stopped ??= new KeelsonError(
      'E_UNAVAILABLE',
      `Not the MASTER of ${this.#context.partition} any more: ${reason}.`,
    );
    for (const pending of this.#puts.splice(0)) pending.reject(this.#stopped);
  }

  #assertServing(): void {
    if (this.#context.signal.aborted) this.stop('its ownership ended');
    if (this.#stopped !== undefined) throw this.#stopped;
  }

  #change(work: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#changes.push(() => work().then(resolve, reject));
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    while (this.#changes.length > 0 || this.#puts.length > 0) {
      const change = this.#changes.shift();
      if (change !== undefined) await change();
      else await this.#commitBatch(this.#puts.splice(0, BATCH));
    }
    this.#running = false;
  }

  async #commitBatch(batch: readonly PendingPut[]): Promise<void> {
    try {
      this.#assertServing();
      await this.#replicate(this.#entriesFor(batch));
      this.#assertServing();
      for (const pending of batch) pending.resolve(this.#receipt(pending.put));
    } catch (error) {
      for (const pending of batch) pending.reject(error);
    }
  }

  /** New writes get their place in the log; a write that is the newest of its key already gets none. */
  #entriesFor(batch: readonly PendingPut[]): LogEntry[] {
    const newest = new Map<string, string>();
    const entries: LogEntry[] = [];
    for (const { put } of batch) {
      if ((newest.get(put.key) ?? this.#replica.values.get(put.key)?.id) === put.id) continue;
      newest.set(put.key, put.id);
      entries.push({
        key: put.key,
        id: put.id,
        value: put.value,
        offset: this.#replica.lastOffset + entries.length + 1,
      });
    }
    return entries;
  }

  #receipt(put: Put): Receipt {
    const stored = this.#replica.values.get(put.key);
    if (stored === undefined)
      throw new KeelsonError('E_INTERNAL', `The write ${put.id} was committed but is not there.`);
    return { offset: stored.offset, writes: stored.writes, token: this.#context.token };
  }

  async #replicate(entries: readonly LogEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const { partition, token, replicas } = this.#context;
    const { lastOffset: previousOffset, commitOffset } = this.#replica;
    const request: AppendRequest = { token, previousOffset, entries, commitOffset };
    const own = replicas.append(partition, request).then((reply) => this.#accept(reply));
    await Promise.all([own, ...this.#others().map((name) => this.#reach(name, request))]);
    // A newer MASTER may have put its log in the place of ours while we waited.
    if (this.#replica.alignedWith !== token) throw deposed(partition, this.#replica.fence);
    this.#replica.commitTo(previousOffset + entries.length);
  }

  #others(): string[] {
    return [...this.#inSync.set.members.keys()].filter((name) => name !== this.#context.instance);
  }

  /** Until the member has it (the request, or where it is `undefined` or does not fit, the whole image), or is a member no more. */
  async #reach(name: string, request: AppendRequest | undefined): Promise<void> {
    for (;;) {
      throwIfAborted(this.#context.signal);
      if (!this.#inSync.set.members.has(name)) return;
      try {
        if (await this.#deliver(name, request)) return;
      } catch (error) {
        if (this.#stopped !== undefined) throw error;
        if (await this.#countOutIfGone(name)) return;
      }
      await sleep(this.#context.runtime, RETRY_MS, { signal: this.#context.signal });
    }
  }

  async #deliver(name: string, request: AppendRequest | undefined): Promise<boolean> {
    const { partition, peers, directory, signal } = this.#context;
    if (request === undefined) {
      await this.#install(name);
      return true;
    }
    const address = directory.addressOf(name);
    if (address === undefined) throw new KeelsonError('E_UNAVAILABLE', `${name} is not live by the routing table.`);
    if (this.#accept(await peers.append(address, partition, request, signal))) return true;
    await this.#install(name);
    return true;
  }

  async #install(name: string): Promise<void> {
    const { partition, token, peers, directory, signal } = this.#context;
    const address = directory.addressOf(name);
    if (address === undefined) throw new KeelsonError('E_UNAVAILABLE', `${name} is not live by the routing table.`);
    this.#accept(await peers.install(address, partition, { token, image: this.#replica.image() }, signal));
  }

  /** Whether the replica has it. A replica that has seen a newer MASTER ends this one. */
  #accept(reply: ReplicaReply): boolean {
    if (reply.type !== 'fenced') return reply.type === 'done';
    this.stop('a replica has seen a newer MASTER');
    throw deposed(this.#context.partition, reply.fence);
  }

  /** A member whose session has ended can have become neither SLAVE nor MASTER since; counting it out loses nothing. */
  async #countOutIfGone(name: string): Promise<boolean> {
    const joinedAs = this.#inSync.set.members.get(name);
    const session = await this.#context.directory.liveSession(name).catch(() => joinedAs);
    if (session === joinedAs) return false;
    // It may have come back and joined in between: then it stays.
    await this.#rewriteSet((set) => (set.members.get(name) === joinedAs ? withoutMember(set, name) : set));
    return !this.#inSync.set.members.has(name);
  }

  /** Changes to the set wait for each other: two members may be found gone at once. */
  #setWrites: Promise<void> = Promise.resolve();

  #rewriteSet(change: (set: InSyncSet) => InSyncSet): Promise<void> {
    const next = this.#setWrites.then(() => this.#rewriteSetNow(change));
    this.#setWrites = next.catch(() => {});
    return next;
  }

  async #rewriteSetNow(change: (set: InSyncSet) => InSyncSet): Promise<void> {
    const { partition, token, inSync, signal } = this.#context;
    for (;;) {
      throwIfAborted(signal);
      const written = await inSync.write(partition, change(this.#inSync.set), this.#inSync.version, signal);
      if (written !== undefined) {
        this.#inSync = written;
        return;
      }
      const current = await inSync.read(partition, signal);
      if (current.set.token !== token) {
        this.stop('another MASTER took over the in-sync set');
        throw deposed(partition, current.set.token);
      }
      this.#inSync = current;
    }
  }
}
