import type { CallOptions } from '@keelson/runtime';
import type { Session, SessionOptions } from './session.ts';
import type { Transaction, TransactionResult } from './transaction.ts';
import type { Watch, WatchOptions } from './watch.ts';

/**
 * The place of an entry: `/` or `/segment/segment…`, no trailing slash. Segments are 1 to 255 bytes of UTF-8 without `/`, control
 * characters, private-use characters or anything beyond U+FFFF, and are not `.` or `..`; a path is at most 4,096 bytes. Anything
 * else is `E_INVALID_PATH`, as is writing `/` itself. `checkPath` and `joinPath` apply the rules.
 */
export type StorePath = string;

/** A point in the store's one order of writes. Grows with every write; never reused. etcd: revision. ZooKeeper: zxid. */
export type Revision = bigint;

/** What is stored at a path, and when it was written. */
export interface Entry {
  readonly path: StorePath;
  readonly value: Uint8Array;
  /** Revision that created this incarnation of the entry. Grows with each incarnation, hence a fencing token. ZooKeeper: czxid. */
  readonly createRevision: Revision;
  /** Revision of the last write to the value. ZooKeeper: mzxid. */
  readonly modifyRevision: Revision;
  /** Number of writes to this incarnation; 1 as created. ZooKeeper: dataVersion + 1. */
  readonly version: number;
  /** Id of the session that owns the entry; absent on a persistent one. */
  readonly owner?: string;
}

/** What a write must find. Fields given are all required; none given means "whatever is there". */
export interface Expectation {
  /** The version the entry must have; 0 means that there must be none. */
  readonly version?: number;
  readonly modifyRevision?: Revision;
  readonly createRevision?: Revision;
}

/** How an entry is written. */
export interface PutOptions extends CallOptions {
  /** Rejects with `E_VERSION_CONFLICT` where it is not met (`E_NOT_FOUND` where it wants an entry and there is none). */
  readonly expect?: Expectation;
  /** Makes the entry ephemeral: it goes when this session ends. A put without it makes the entry persistent on etcd engines and leaves the owner as it is on ZooKeeper, so portable code always passes it again for an ephemeral entry. */
  readonly session?: Session;
}

/** How an entry is created. */
export interface CreateOptions extends CallOptions {
  readonly session?: Session;
  /** Appends a ten-digit number to the path's last segment, unique and increasing among all sequential creates under the same parent. */
  readonly sequential?: boolean;
  /**
   * With `sequential`: asks for `Written.siblings`, all of them or the `newest` alone. An engine that would need a further request for it leaves them out.
   */
  readonly tellSiblings?: 'all' | 'newest';
}

/** How an entry is deleted. */
export interface DeleteOptions extends CallOptions {
  readonly expect?: Expectation;
  /** Deletes everything below too. Atomic where `capabilities.atomicRecursiveDelete`, else children first. */
  readonly recursive?: boolean;
}

/** How exact a read has to be. */
export interface ReadOptions extends CallOptions {
  /** `linearizable` (default): sees every write acknowledged before the call began. `serializable`: may lag, never goes back within one store object, cheaper. */
  readonly consistency?: 'linearizable' | 'serializable';
}

/** Where a write landed. */
export interface Written {
  readonly path: StorePath;
  readonly revision: Revision;
  readonly version: number;
  readonly createRevision: Revision;
  /**
   * Names (last segments) of the other children of its parent, in no order, as they were when it was created; only with `tellSiblings`, and only where the
   * engine could tell them in the same step. `newest`: the one of them created last.
   */
  readonly siblings?: readonly string[];
}

/** How children are read. */
export interface ChildrenOptions extends ReadOptions {
  /**
   * Only children created up to this revision are wanted. An engine that cannot tell without reading more gives all: what is not wanted may be there too.
   */
  readonly createdUpTo?: Revision;
}

/** What `list` found. */
export interface Listing {
  /** In order of path by UTF-8 bytes. */
  readonly entries: readonly Entry[];
  /** The listing holds every write up to this revision; where `capabilities.atomicList` exactly those. */
  readonly revision: Revision;
}

/** What an engine can do. A driver declares honestly; code that needs more asks first. */
export interface StoreCapabilities {
  /** `memory`, `embedded`, `etcd` or `zookeeper`. */
  readonly engine: string;
  /** A listing of a subtree is a snapshot at one revision. No on ZooKeeper. */
  readonly atomicList: boolean;
  readonly atomicRecursiveDelete: boolean;
  /** All changes of one revision arrive in one watch event. No on ZooKeeper, where a `multi` arrives entry by entry. */
  readonly atomicWatchEvents: boolean;
  /** A watch can begin at a past revision. No on ZooKeeper. */
  readonly history: boolean;
  /**
   * Writes to one entry that follow each other closely may be told by a watch as the last of them, as the engine shows only the newest
   * value; and the revision of a deletion may be one by which the entry was gone. Absent: no. Yes on ZooKeeper.
   */
  readonly coalescedChanges?: boolean;
  /** A path whose children have all gone may still be listed by `children` of its parent. Yes on ZooKeeper. */
  readonly lingeringParents: boolean;
  /** Largest value, in bytes. */
  readonly maxValueBytes: number;
  /** Most comparisons, and most operations, of one transaction. */
  readonly maxTransactionOperations: number;
  /** Shortest session ttl the engine grants, in milliseconds; asking for less gets this. */
  readonly minSessionTtlMs: number;
  /** Longest session ttl the engine grants, in milliseconds; asking for more gets this. Absent: no limit worth naming. */
  readonly maxSessionTtlMs?: number;
  /** Longest time past its ttl that the engine lets a session live, in milliseconds (etcd: 500; ZooKeeper: one tick). */
  readonly sessionExpiryLagMs: number;
}

/** Whether the store can be reached now. */
export interface StoreStatus {
  readonly connected: boolean;
  /** Since when, on the runtime's monotonic clock. */
  readonly sinceMs: number;
}

/**
 * The one port to every coordination store: a tree of entries with one order of writes.
 *
 * - **Parents are implied**: an entry may be written at any depth. `children` lists names that have an entry at or below.
 *   Whether `get` of such an implied parent gives `undefined` (etcd engines) or an entry with an empty value (ZooKeeper) is not portable.
 * - **Writes are atomic, durable and linearizable** once acknowledged. A rejected write changed nothing, except for `E_OUTCOME_UNKNOWN`.
 * - **Every wait ends**: each call has a deadline (default 5 s) and takes a signal.
 * - Writes are never queued while the store is out of reach: they reject with `E_UNAVAILABLE`.
 *
 * docs/reference/store-port.md says what each guarantee rests on, engine by engine.
 */
export interface Store extends AsyncDisposable {
  readonly capabilities: StoreCapabilities;
  readonly status: StoreStatus;

  /** The entry at `path`, or `undefined`. */
  get(path: StorePath, options?: ReadOptions): Promise<Entry | undefined>;
  /** Names (last segments) of the direct children of `path`, in order of UTF-8 bytes; empty where there are none. */
  children(path: StorePath, options?: ChildrenOptions): Promise<readonly string[]>;
  /** The entries below `path` (not `path` itself), direct ones or, with `recursive`, all. */
  list(path: StorePath, options?: ReadOptions & { readonly recursive?: boolean }): Promise<Listing>;

  /** Writes the entry, whether or not it was there. */
  put(path: StorePath, value: Uint8Array, options?: PutOptions): Promise<Written>;
  /** Writes an entry that must not be there yet; else `E_ALREADY_EXISTS`. */
  create(path: StorePath, value: Uint8Array, options?: CreateOptions): Promise<Written>;
  /** Deletes the entry; says whether there was one (`false` is no error unless `expect` wants one). `E_NOT_EMPTY` where it has children and not `recursive`. */
  delete(path: StorePath, options?: DeleteOptions): Promise<boolean>;
  /** All of `then` if all of `if` hold, else all of `else`; one atomic step. */
  transact(transaction: Transaction, options?: CallOptions): Promise<TransactionResult>;

  /** Snapshot, then changes, and after any gap snapshot again. Throws `E_INVALID_PATH` at once; everything later comes through the iterator. */
  watch(path: StorePath, options?: WatchOptions): Watch;
  /** Opens a session. Rejects unless the engine granted it. */
  openSession(options: SessionOptions): Promise<Session>;

  /** Ends watches and calls with `E_CLOSED`, closes the sessions opened here (their entries go), frees the connection. Idempotent. */
  close(): Promise<void>;
}
