import type { CallOptions, Runtime } from '@keelson/runtime';
import { checkPath } from '../path.ts';
import type {
  ChildrenOptions,
  CreateOptions,
  DeleteOptions,
  Entry,
  Listing,
  PutOptions,
  ReadOptions,
  Store,
  StoreCapabilities,
  StorePath,
  StoreStatus,
  Written,
} from '../port.ts';
import type { Session, SessionOptions } from '../session.ts';
import type { Transaction, TransactionResult } from '../transaction.ts';
import type { Watch, WatchOptions } from '../watch.ts';
import type { KvBackend } from './backend.ts';
import { Calls } from './calls.ts';
import type { StoreContext } from './context.ts';
import { KeySpace } from './key-space.ts';
import { Reads } from './reads.ts';
import { LeaseSession } from './session.ts';
import { transact } from './transactions.ts';
import { SnapshotWatch } from './watch.ts';
import { depthOf, WatchScope } from './watch-scope.ts';
import { Writes } from './writes.ts';

/** Told of the sessions of a store. */
export interface SessionListener {
  /** Told before the session's owner gets it. */
  opened(session: string, ttlMs: number): void;
  /** The session was closed, or the store has ended it. */
  ended(session: string): void;
}

/** How a store lies in its engine. */
export interface KvStoreOptions {
  /** Put before every path to make its key. Two stores with prefixes of which neither begins with the other share nothing. Default none. */
  readonly prefix?: string;
  /** Whether closing the store closes the backend. Default true. */
  readonly closeBackend?: boolean;
  /** Told of every session, so that a supervisor can end those of a process that has died. Default: nobody is told. */
  readonly onSession?: SessionListener;
}

/**
 * The port, over any engine of the etcd model. The entry at path `/c/a` is the key `prefix + '/c/a'`.
 *
 * @example
 * const store = kvStore(await openEmbeddedBackend({ directory, runtime }), runtime);
 */
export function kvStore(backend: KvBackend, runtime: Runtime, options: KvStoreOptions = {}): Store {
  return new KvStore(backend, runtime, options);
}

function capabilitiesOf(backend: KvBackend): StoreCapabilities {
  const { limits } = backend;
  return {
    engine: backend.engine,
    atomicList: true,
    atomicRecursiveDelete: true,
    atomicWatchEvents: true,
    history: true,
    lingeringParents: false,
    maxValueBytes: limits.maxValueBytes,
    // A nested transaction shares its parent's limit: comparisons, checks for children and operations must fit together.
    maxTransactionOperations: Math.floor(limits.maxTransactionOperations / 3),
    minSessionTtlMs: limits.minLeaseTtlMs,
    sessionExpiryLagMs: limits.leaseExpiryLagMs,
  };
}

class KvStore implements Store {
  readonly capabilities: StoreCapabilities;
  readonly #context: StoreContext;
  readonly #reads: Reads;
  readonly #writes: Writes;
  readonly #sessions = new Set<LeaseSession>();
  readonly #watches = new Set<SnapshotWatch>();
  readonly #closeBackend: boolean;
  readonly #onSession: SessionListener | undefined;
  #closing: Promise<void> | undefined;

  constructor(backend: KvBackend, runtime: Runtime, options: KvStoreOptions) {
    this.capabilities = capabilitiesOf(backend);
    const keys = new KeySpace(options.prefix ?? '');
    this.#context = { backend, runtime, keys, calls: new Calls(runtime), capabilities: this.capabilities };
    this.#reads = new Reads(this.#context);
    this.#writes = new Writes(this.#context);
    this.#closeBackend = options.closeBackend ?? true;
    this.#onSession = options.onSession;
  }

  get status(): StoreStatus {
    return this.#context.backend.status;
  }

  async get(path: StorePath, options: ReadOptions = {}): Promise<Entry | undefined> {
    return await this.#reads.get(path, options);
  }

  async children(path: StorePath, options: ChildrenOptions = {}): Promise<readonly string[]> {
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
    return await transact(this.#context, transaction, options);
  }

  watch(path: StorePath, options: WatchOptions = {}): Watch {
    checkPath(path);
    const { calls, keys } = this.#context;
    const scope = new WatchScope(keys, path, depthOf(options));
    const watch = new SnapshotWatch(this.#context, this.#reads, scope, options, (ended) => {
      this.#watches.delete(ended);
    });
    if (calls.closed.aborted) watch.end(calls.closed.reason);
    else if (options.signal?.aborted !== true) this.#watches.add(watch);
    return watch;
  }

  async openSession(options: SessionOptions): Promise<Session> {
    const session = await LeaseSession.open(this.#context, options, (ended) => {
      this.#sessions.delete(ended);
      this.#onSession?.ended(ended.id);
    });
    this.#sessions.add(session);
    this.#onSession?.opened(session.id, session.ttlMs);
    const { closed } = this.#context.calls;
    if (!closed.aborted) return session;
    // Closed between the engine's answer and here: nobody else knows of this session.
    await session.close();
    throw closed.reason;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const { backend, calls, runtime } = this.#context;
    calls.close();
    for (const watch of this.#watches) watch.end(calls.closed.reason);
    await Promise.all(
      [...this.#sessions].map((session) =>
        session.close().catch((error: unknown) => {
          // Its entries go when its ttl has passed; closing must not fail for a store that is out of reach.
          runtime.logger.warn(
            { session: session.id, error },
            'session could not be ended; its entries stay until its ttl',
          );
        }),
      ),
    );
    if (this.#closeBackend) await backend.close();
  }
}
