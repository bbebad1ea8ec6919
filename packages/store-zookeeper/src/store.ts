import { type CallOptions, isKeelsonError, KeelsonError } from '@keelson/runtime';
import {
  type CreateOptions,
  checkPath,
  type DeleteOptions,
  type Entry,
  type Listing,
  type PutOptions,
  type ReadOptions,
  type Session,
  type SessionOptions,
  type Store,
  type StoreCapabilities,
  type StorePath,
  type StoreStatus,
  type Transaction,
  type TransactionResult,
  type Watch,
  type WatchOptions,
  type Written,
} from '@keelson/store';
import type { ZooKeeperClient } from '@keelson/zookeeper-client';
import type { StoreContext } from './context.ts';
import { Reads } from './reads.ts';
import { ZooKeeperSession } from './session.ts';
import { Transactions } from './transactions.ts';
import { TreeWatch, type WatchSupport } from './watch/tree-watch.ts';
import { Writes } from './writes.ts';

/** Opens one more connection with a session of its own. */
export type OpenClient = (ttlMs: number) => ZooKeeperClient;

/** Told of the sessions of a store. */
export interface SessionListener {
  /** Told before the session's owner gets it. */
  opened(session: ZooKeeperSession): void;
  /** The session was closed, or the ensemble has ended it. */
  ended(session: string): void;
}

/** The port on a ZooKeeper ensemble. */
export class ZooKeeperStore implements Store {
  readonly capabilities: StoreCapabilities;
  readonly #context: StoreContext;
  readonly #openClient: OpenClient;
  readonly #reads: Reads;
  readonly #writes: Writes;
  readonly #transactions: Transactions;
  readonly #support: WatchSupport;
  readonly #sessions: Set<ZooKeeperSession> = new Set();
  readonly #watches: Set<TreeWatch> = new Set();
  readonly #announcer: SessionListener | undefined;
  #sinceMs: number;
  #closing: Promise<void> | undefined;

  constructor(context: StoreContext, openClient: OpenClient, support: WatchSupport, announcer?: SessionListener) {
    this.capabilities = context.capabilities;
    this.#context = context;
    this.#openClient = openClient;
    this.#support = support;
    this.#announcer = announcer;
    const sessionOf = (session: Session): ZooKeeperSession => this.#own(session);
    this.#reads = new Reads(context, () => this.#newestZxid());
    this.#transactions = new Transactions(context, sessionOf);
    this.#writes = new Writes(context, this.#transactions, sessionOf);
    this.#sinceMs = context.runtime.clock.monotonicMs();
    context.main.client.onConnection((event) => {
      if (event.type !== 'out-of-reach') this.#sinceMs = context.runtime.clock.monotonicMs();
    });
  }

  get status(): StoreStatus {
    return { connected: this.#context.main.client.connected, sinceMs: this.#sinceMs };
  }

  async get(path: StorePath, options: ReadOptions = {}): Promise<Entry | undefined> {
    return await this.#reads.get(path, options);
  }

  async children(path: StorePath, options: ReadOptions = {}): Promise<readonly string[]> {
    return await this.#reads.children(path, options);
  }

  async list(path: StorePath, options: ReadOptions & { readonly recursive?: boolean } = {}): Promise<Listing> {
    return await this.#reads.list(path, options);
  }

  async put(path: StorePath, value: Uint8Array, options: PutOptions = {}): Promise<Written> {
    return await this.#writes.put(path, value, options);
  }

  async create(path: StorePath, value: Uint8Array, options: CreateOptions = {}): Promise<Written> {
    return await this.#writes.create(path, value, options);
  }

  async delete(path: StorePath, options: DeleteOptions = {}): Promise<boolean> {
    return await this.#writes.delete(path, options);
  }

  async transact(transaction: Transaction, options: CallOptions = {}): Promise<TransactionResult> {
    return await this.#transactions.transact(transaction, options);
  }

  watch(path: StorePath, options: WatchOptions = {}): Watch {
    checkPath(path);
    const { closed } = this.#context.calls;
    let ended = false;
    const watch = new TreeWatch(this.#context, path, options, this.#support, (one) => {
      ended = true;
      this.#watches.delete(one);
    });
    if (closed.aborted) watch.end(closed.reason);
    else if (!ended) this.#watches.add(watch);
    return watch;
  }

  async openSession(options: SessionOptions): Promise<Session> {
    const { calls } = this.#context;
    if (!Number.isFinite(options.ttlMs) || options.ttlMs <= 0)
      throw new KeelsonError('E_INVALID_ARGUMENT', `ttlMs must be a positive number, not ${options.ttlMs}.`);
    // Not a write for the caller: a session whose reply was lost holds nothing and ends by itself.
    return await calls.read('openSession', '/', options, async (limits) => {
      const client = this.#openClient(Math.ceil(options.ttlMs));
      try {
        await client.whenConnected(limits);
      } catch (error) {
        await client.close({ timeoutMs: 0 }).catch(() => {});
        throw error;
      }
      const session = new ZooKeeperSession(client, (ended) => {
        this.#sessions.delete(ended);
        this.#announcer?.ended(ended.id);
      });
      this.#sessions.add(session);
      this.#announcer?.opened(session);
      if (!calls.closed.aborted) return session;
      // Closed between the server's answer and here: nobody else knows of this session.
      await session.close();
      throw calls.closed.reason;
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The newest transaction that any connection of this store has shown. */
  #newestZxid(): bigint {
    let newest = this.#context.main.client.lastZxid;
    for (const { link } of this.#sessions) if (link.client.lastZxid > newest) newest = link.client.lastZxid;
    return newest;
  }

  #own(session: Session): ZooKeeperSession {
    if (session instanceof ZooKeeperSession) return session;
    throw new KeelsonError('E_INVALID_ARGUMENT', 'The session was opened on another kind of store.', {
      details: { session: session.id },
    });
  }

  async #close(): Promise<void> {
    const { calls, main, runtime } = this.#context;
    calls.close();
    for (const watch of this.#watches) watch.end(calls.closed.reason);
    const clients = [
      ...[...this.#sessions].map((session) => session.close()),
      // It owns no entries: a server that is out of reach is not waited for.
      main.client.close(main.client.connected ? {} : { timeoutMs: 0 }),
    ];
    // Each is listened to at once: one that fails while another is still waited for must not end the process as unhandled.
    const closings = clients.map((closing) =>
      closing.catch((error: unknown) => {
        // Entries go when the session's ttl has passed; closing must not fail for a store that is out of reach.
        if (isKeelsonError(error, 'E_SESSION_EXPIRED')) return;
        runtime.logger.warn({ error }, 'a session could not be ended; its entries stay until its ttl');
      }),
    );
    await Promise.all(closings);
  }
}
