import {
  abortError,
  type CallOptions,
  DEFAULT_TIMEOUT_MS,
  isKeelsonError,
  KeelsonError,
  onAbort,
  type Runtime,
  systemRuntime,
  withDeadline,
} from '@keelson/runtime';
import { Chroot } from './chroot.ts';
import { linkOptionsOf, type ZooKeeperClientOptions } from './client-options.ts';
import { parseConnectString } from './connect-string.ts';
import type { ServerRole } from './connection/server-role.ts';
import { type ConnectionEvent, type SessionCredentials, SessionLink } from './session/session-link.ts';
import { tellWatches } from './watches/tell-watches.ts';
import { type WatchKind, type WatchListener, WatchTable } from './watches/watch-table.ts';
import type { CreateMode, MultiOperation, ReadOperation, ReadResult } from './wire/multi.ts';
import type { Acl, ClientIdentity, NodeEvent, Stat } from './wire/records.ts';
import {
  addWatchRequest,
  type CreatedNode,
  childrenNumberRequest,
  childrenRequest,
  createRequest,
  deleteRequest,
  ephemeralsRequest,
  existsRequest,
  getAclRequest,
  getRequest,
  type MultiOutcome,
  multiReadRequest,
  multiRequest,
  type NodeChildren,
  type NodeData,
  placeRequest,
  removeWatchesRequest,
  setAclRequest,
  setRequest,
  syncRequest,
  whoAmIRequest,
} from './wire/requests.ts';
import { ResultCode, resultError, zookeeperCodeOf } from './wire/result-code.ts';

/** How a read is made. */
export interface ReadNodeOptions extends CallOptions {
  /** Told of the first change after what is read, once. */
  readonly watch?: WatchListener;
}

/** How a node is created. */
export interface CreateNodeOptions extends CallOptions {
  /** Default `persistent`. */
  readonly mode?: CreateMode;
  /** Default: everybody may do everything. */
  readonly acl?: readonly Acl[];
  /** For the modes `ttl` and `ttl-sequential`, which the server must be set up for (`extendedTypesEnabled`). */
  readonly ttlMs?: number;
}

/** How a node is changed. */
export interface VersionOptions extends CallOptions {
  /** The version it must have, else `E_VERSION_CONFLICT`. Default: any. */
  readonly version?: number;
}

/** A watch that goes on until it is removed. */
export interface NodeWatch {
  /** Nothing is told any more from now on, whether or not this rejects. */
  remove(options?: CallOptions): Promise<void>;
}

/**
 * A client of a ZooKeeper ensemble: one session. Requests are pipelined: those of one tick leave in one write. While there is no
 * connection every call rejects at once with `E_UNAVAILABLE`; nothing is queued. A write whose reply was lost rejects with
 * `E_OUTCOME_UNKNOWN`. What the server refuses carries its own code as `details.zookeeperCode`. Every call waits 5 s at most, or `timeoutMs`.
 */
export class ZooKeeperClient implements AsyncDisposable {
  readonly #runtime: Runtime;
  readonly #link: SessionLink;
  readonly #chroot: Chroot;
  readonly #exactReads: 'sync' | 'quorum';
  readonly #watches: WatchTable = new WatchTable();
  readonly #listeners: Set<(event: ConnectionEvent) => void> = new Set();

  /** Begins to connect; `connectZooKeeper` also waits for it. Throws `E_INVALID_ARGUMENT`. */
  constructor(options: ZooKeeperClientOptions) {
    const { servers, chroot } = parseConnectString(options.connectString);
    this.#runtime = options.runtime ?? systemRuntime();
    this.#chroot = new Chroot(chroot);
    this.#exactReads = options.exactReads ?? 'sync';
    this.#link = new SessionLink(linkOptionsOf(options, servers, this.#runtime), {
      onNodeEvent: (event) => this.#dispatch(event),
      onAttached: (tell) => tellWatches(this.#watches.sets(), this.#link.lastZxid, tell),
      onConnection: (event) => {
        for (const listener of this.#listeners) listener(event);
      },
    });
    this.#link.start();
  }

  /** Whether requests are taken now. */
  get connected(): boolean {
    return this.#link.server !== undefined && !this.#link.ended.aborted;
  }

  /** `host:port` of the server connected to. */
  get server(): string | undefined {
    return this.#link.server;
  }

  /** What that server is in its ensemble; `undefined` while it has not said. Asked, on a connection of its own, when it is first wanted. */
  get serverRole(): ServerRole | undefined {
    return this.#link.serverRole;
  }

  /** Id and password of the session; id 0 before there is one. */
  get session(): SessionCredentials {
    return this.#link.session;
  }

  /** The session's time-out as granted, in milliseconds. */
  get sessionTimeoutMs(): number {
    return this.#link.timeoutMs;
  }

  /** Local monotonic time until which the server is known to keep the session; −Infinity before there is one. */
  get aliveUntilMs(): number {
    return this.#link.aliveUntilMs;
  }

  /** Trips once, no later than the server can end the session: `E_SESSION_EXPIRED`, `E_CLOSED` or `E_UNAUTHENTICATED`. The client is then at its end. */
  get ended(): AbortSignal {
    return this.#link.ended;
  }

  /** The newest transaction that any reply has shown. No later reply shows an older state. */
  get lastZxid(): bigint {
    return this.#link.lastZxid;
  }

  /** Calls `listener` on every change of the connection. Returns what takes it off again. */
  onConnection(listener: (event: ConnectionEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Resolves once requests are taken. Rejects with `E_UNAVAILABLE` when every server was tried in vain, with `E_TIMEOUT`, or as `ended` says. */
  whenConnected(options: CallOptions = {}): Promise<void> {
    if (this.connected) return Promise.resolve();
    return withDeadline(this.#runtime, options, DEFAULT_TIMEOUT_MS, (signal) => this.#nextConnection(signal));
  }

  /** Data and metadata of a node; `E_NOT_FOUND`. */
  async get(path: string, options: ReadNodeOptions = {}): Promise<NodeData> {
    const outer = this.#chroot.outer(path);
    return await this.#link.submit(getRequest(outer, this.#watching('data', outer, options)), options);
  }

  /** Metadata of a node, `undefined` where there is none. A watch is told of its creation too. */
  async exists(path: string, options: ReadNodeOptions = {}): Promise<Stat | undefined> {
    const outer = this.#chroot.outer(path);
    try {
      return await this.#link.submit(existsRequest(outer, this.#watching('exists', outer, options)), options);
    } catch (error) {
      if (zookeeperCodeOf(error) === ResultCode.noNode) return undefined;
      throw error;
    }
  }

  /** Children of a node, in no order, and its metadata; `E_NOT_FOUND`. */
  async children(path: string, options: ReadNodeOptions = {}): Promise<NodeChildren> {
    const outer = this.#chroot.outer(path);
    return await this.#link.submit(childrenRequest(outer, this.#watching('children', outer, options)), options);
  }

  /** Creates a node; `E_ALREADY_EXISTS`, `E_NOT_FOUND` where its parent is missing. Tells the path, which a sequential one has got its number in. */
  async create(path: string, data: Uint8Array, options: CreateNodeOptions = {}): Promise<CreatedNode> {
    const { mode, acl, ttlMs } = options;
    const operation = {
      type: 'create',
      path: this.#chroot.outer(path),
      data,
      ...(mode === undefined ? {} : { mode }),
      ...(acl === undefined ? {} : { acl }),
      ...(ttlMs === undefined ? {} : { ttlMs }),
    } as const;
    const created = await this.#link.submit(createRequest(operation), options);
    return { path: this.#chroot.inner(created.path), stat: created.stat };
  }

  /** Writes a node's data; `E_NOT_FOUND`, `E_VERSION_CONFLICT`. */
  async set(path: string, data: Uint8Array, options: VersionOptions = {}): Promise<Stat> {
    return await this.#link.submit(setRequest(this.#chroot.outer(path), data, options.version ?? -1), options);
  }

  /** Deletes a node; `E_NOT_FOUND`, `E_VERSION_CONFLICT`, `E_NOT_EMPTY`. Gives the transaction. */
  async delete(path: string, options: VersionOptions = {}): Promise<bigint> {
    return await this.#link.submit(deleteRequest(this.#chroot.outer(path), options.version ?? -1), options);
  }

  /** Lets a server that follows catch up with its leader. A leader answers at once, though it may not have applied what its followers have acknowledged: see `catchUp`. Gives the transaction reached. */
  async sync(path: string = '/', options: CallOptions = {}): Promise<bigint> {
    return await this.#link.submit(syncRequest(this.#chroot.outer(path)), options);
  }

  /**
   * What is read after it, without waiting for it, shows every write acknowledged to anybody before. Gives the transaction reached. A
   * `sync` where the server follows; where it leads, or does not say what it is, a place in the order of writes, which costs what a write
   * costs: a leader serves reads beside the commits that it has yet to apply (`CommitProcessor`, `matchSyncs`).
   */
  async catchUp(options: CallOptions = {}): Promise<bigint> {
    const role = this.#exactReads === 'sync' ? this.#link.serverRole : undefined;
    if (role !== undefined && role !== 'leader') return await this.sync('/', options);
    return await this.#link.submit(placeRequest(this.#chroot.outer('/')), options);
  }

  /**
   * Does all steps or none. Rejects with the code of the step that failed; `details.index` says which. Sequential creates tell
   * their paths in the results.
   */
  async multi(operations: readonly MultiOperation[], options: CallOptions = {}): Promise<MultiOutcome> {
    const outer = operations.map((operation) => ({ ...operation, path: this.#chroot.outer(operation.path) }));
    const { zxid, results } = await this.#link.submit(multiRequest(outer), options);
    const index = results.findIndex((result) => result.type === 'error' && result.zookeeperCode !== ResultCode.ok);
    const failed = results[index];
    if (failed?.type === 'error') throw multiError(failed.zookeeperCode, index, operations[index]);
    return {
      zxid,
      results: results.map((result) =>
        result.type === 'created' ? { ...result, path: this.#chroot.inner(result.path) } : result,
      ),
    };
  }

  /** Several reads in one request (3.6 on); each step has a result of its own. */
  async multiRead(operations: readonly ReadOperation[], options: CallOptions = {}): Promise<readonly ReadResult[]> {
    const outer = operations.map(({ type, path }) => ({ type, path: this.#chroot.outer(path) }));
    return await this.#link.submit(multiReadRequest(outer), options);
  }

  /** Rejects unless the node exists, in this version; `E_NOT_FOUND`, `E_VERSION_CONFLICT`. Takes a place in the order of writes. */
  async check(path: string, options: VersionOptions = {}): Promise<void> {
    const { version } = options;
    await this.multi([{ type: 'check', path, ...(version === undefined ? {} : { version }) }], options);
  }

  /**
   * Watches a node, with `recursive` also everything below it, until removed (3.6 on; `E_UNSUPPORTED` before). Survives reconnects and
   * new sessions; what changed in between is not told: read again after every `connected`. Recursive watches tell no `children-changed`.
   * Servers before 3.9 keep one such watch per node and session: of a recursive one and another on the same path the later counts.
   */
  async addWatch(
    path: string,
    listener: WatchListener,
    options: CallOptions & { readonly recursive?: boolean } = {},
  ): Promise<NodeWatch> {
    const outer = this.#chroot.outer(path);
    const recursive = options.recursive === true;
    const kind = recursive ? 'recursive' : 'persistent';
    // Before the request: the first event may come with the reply.
    this.#watches.add(kind, outer, listener);
    try {
      await this.#link.submit(addWatchRequest(outer, recursive), options);
    } catch (error) {
      this.#watches.remove(kind, outer, listener);
      throw error;
    }
    return {
      remove: async (limits = {}) => {
        const last = this.#watches.remove(kind, outer, listener);
        if (!last || !this.connected) return;
        await this.#link.submit(removeWatchesRequest(outer), limits).catch((error: unknown) => {
          if (zookeeperCodeOf(error) !== ResultCode.noWatcher && !isKeelsonError(error, 'E_UNAVAILABLE')) throw error;
        });
      },
    };
  }

  /** Tells `listener` of no one-shot watch any more that it was given for; servers before 3.6 cannot take those back. */
  forget(listener: WatchListener): void {
    this.#watches.forget(listener);
  }

  /** Paths of the ephemeral nodes of this session at and below `prefix` (3.6 on). */
  async ephemerals(prefix: string = '/', options: CallOptions = {}): Promise<readonly string[]> {
    const paths = await this.#link.submit(ephemeralsRequest(this.#chroot.outer(prefix)), options);
    return paths.map((path) => this.#chroot.inner(path));
  }

  /** How many nodes lie below a node, at any depth (3.6 on). */
  async allChildrenNumber(path: string, options: CallOptions = {}): Promise<number> {
    return await this.#link.submit(childrenNumberRequest(this.#chroot.outer(path)), options);
  }

  /** A node's access list and metadata. */
  async getAcl(
    path: string,
    options: CallOptions = {},
  ): Promise<{ readonly acl: readonly Acl[]; readonly stat: Stat }> {
    return await this.#link.submit(getAclRequest(this.#chroot.outer(path)), options);
  }

  /** Replaces a node's access list; `version` is that of the list (`stat.aversion`). */
  async setAcl(path: string, acl: readonly Acl[], options: VersionOptions = {}): Promise<Stat> {
    return await this.#link.submit(setAclRequest(this.#chroot.outer(path), acl, options.version ?? -1), options);
  }

  /** Who the server takes this session for (3.7 on). */
  async whoAmI(options: CallOptions = {}): Promise<readonly ClientIdentity[]> {
    return await this.#link.submit(whoAmIRequest(), options);
  }

  /** Ends the session: its ephemeral nodes go. Rejects where the server cannot be told in time; they then go with the time-out. Idempotent. */
  close(options: CallOptions = {}): Promise<void> {
    return this.#link.close(options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #nextConnection(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.ended.aborted) return reject(this.ended.reason);
      const off = this.onConnection((event) => {
        if (event.type === 'disconnected') return;
        off();
        removeListener();
        if (event.type === 'connected') resolve();
        else reject(event.error);
      });
      const removeListener = onAbort(signal, (tripped) => {
        off();
        reject(abortError(tripped));
      });
    });
  }

  /** What sets a one-shot watch when the reply says that the server has set it; absent without a watch. */
  #watching(kind: WatchKind, outer: string, { watch }: ReadNodeOptions): ((code: number) => void) | undefined {
    if (watch === undefined) return undefined;
    return (code) => {
      if (code === ResultCode.ok) this.#watches.add(kind === 'exists' ? 'data' : kind, outer, watch);
      // Only a question after existence is kept for a node that is not there.
      else if (code === ResultCode.noNode && kind === 'exists') this.#watches.add('exists', outer, watch);
    };
  }

  #dispatch(event: NodeEvent): void {
    const listeners = this.#watches.take(event);
    const inner = { ...event, path: this.#chroot.inner(event.path) };
    for (const listener of listeners) listener(inner);
  }
}

function multiError(code: number, index: number, operation: MultiOperation | undefined): KeelsonError {
  const error = resultError(code, `step ${index}, ${operation?.type ?? 'unknown'}, of a multi`, operation?.path);
  return new KeelsonError(error.code, error.message, { details: { ...error.details, index } });
}
