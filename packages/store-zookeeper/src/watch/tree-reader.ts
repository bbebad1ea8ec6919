import { type CallOptions, isKeelsonError } from '@keelson/runtime';
import type { Entry, StorePath } from '@keelson/store';
import type { WatchDepth } from '@keelson/store/driver';
import type { NodeEvent, NodeWatch } from '@keelson/zookeeper-client';
import type { StoreContext } from '../context.ts';
import { entryOf, isEntryName } from '../entry.ts';
import { orAbsent } from '../reads.ts';
import { walk } from '../walk.ts';

/** What of a tree is watched. */
export interface TreeScope {
  readonly path: StorePath;
  readonly depth: WatchDepth;
}

/** Reads a tree so that the next change of what was read is told. */
export interface TreeReader {
  /** Sets the watch that comes before any reading. */
  begin(limits: CallOptions): Promise<void>;
  /** Everything in scope. */
  readAll(limits: CallOptions): Promise<Map<StorePath, Entry>>;
  /** Paths again, of which events came; and whatever that shows to be new. `knows`: paths that need no reading. */
  read(
    paths: Iterable<StorePath>,
    knows: (path: StorePath) => boolean,
    limits: CallOptions,
  ): Promise<Map<StorePath, Entry | undefined>>;
  /** Whether a path was left unread, so that its next change would not be told; asked when the reader of the watch wants more. */
  readonly hasUnread?: boolean;
  /** Wants no more events. */
  end(): void;
}

type Listener = (event: NodeEvent) => void;

/** Over one persistent recursive watch, ZooKeeper 3.6 and newer. */
export class LastingTreeReader implements TreeReader {
  readonly #context: StoreContext;
  readonly #scope: TreeScope;
  readonly #listener: Listener;
  #watch: NodeWatch | undefined;
  #ended = false;

  constructor(context: StoreContext, scope: TreeScope, listener: Listener) {
    this.#context = context;
    this.#scope = scope;
    this.#listener = listener;
  }

  async begin(limits: CallOptions): Promise<void> {
    // The client sets it again by itself on every new connection.
    if (this.#watch !== undefined) return;
    const { client } = this.#context.main;
    this.#watch = await client.addWatch(this.#scope.path, this.#listener, { ...limits, recursive: true });
    if (this.#ended) this.end();
  }

  readAll(limits: CallOptions): Promise<Map<StorePath, Entry>> {
    return walk(this.#context, this.#scope.path, this.#scope.depth === 'all' ? 'all' : 'children', limits);
  }

  async read(
    paths: Iterable<StorePath>,
    _knows: (path: StorePath) => boolean,
    limits: CallOptions,
  ): Promise<Map<StorePath, Entry | undefined>> {
    const { client } = this.#context.main;
    const read = async (path: StorePath): Promise<readonly [StorePath, Entry | undefined]> => {
      const node = await orAbsent(client.get(path, limits));
      return [path, node === undefined ? undefined : entryOf(path, node)];
    };
    return new Map(await Promise.all([...paths].map(read)));
  }

  end(): void {
    this.#ended = true;
    const watch = this.#watch;
    this.#watch = undefined;
    watch?.remove().catch((error: unknown) => {
      this.#context.runtime.logger.debug({ path: this.#scope.path, error }, 'a watch could not be taken back');
    });
  }
}

/** Over one-shot watches on every node, for servers before 3.6. Each reading sets them anew. */
export class ClassicTreeReader implements TreeReader {
  readonly #context: StoreContext;
  readonly #scope: TreeScope;
  readonly #listener: Listener;

  constructor(context: StoreContext, scope: TreeScope, listener: Listener) {
    this.#context = context;
    this.#scope = scope;
    this.#listener = listener;
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  async readAll(limits: CallOptions): Promise<Map<StorePath, Entry>> {
    const found = await this.read([this.#scope.path], () => false, limits);
    const entries = new Map<StorePath, Entry>();
    for (const [path, entry] of found) if (entry !== undefined) entries.set(path, entry);
    return entries;
  }

  async read(
    paths: Iterable<StorePath>,
    knows: (path: StorePath) => boolean,
    limits: CallOptions,
  ): Promise<Map<StorePath, Entry | undefined>> {
    const found = new Map<StorePath, Entry | undefined>();
    const visited = new Set<StorePath>();
    let level = [...paths];
    while (level.length > 0) {
      for (const path of level) visited.add(path);
      const children = await Promise.all(level.map((path) => this.#visit(path, found, limits)));
      level = children.flat().filter((path) => !visited.has(path) && !knows(path));
    }
    return found;
  }

  end(): void {
    this.#context.main.client.forget(this.#listener);
  }

  /** Reads one node, with watches; gives its children where they are in scope. */
  async #visit(
    path: StorePath,
    found: Map<StorePath, Entry | undefined>,
    limits: CallOptions,
  ): Promise<readonly StorePath[]> {
    const { client } = this.#context.main;
    const watching = { ...limits, watch: this.#listener };
    try {
      const [node, children] = await Promise.all([
        client.get(path, watching),
        this.#scope.depth === 'all' || path === this.#scope.path ? client.children(path, watching) : undefined,
      ]);
      if (path !== '/') found.set(path, entryOf(path, node));
      const { chrooted } = this.#context;
      const names = (children?.names ?? []).filter((name) => isEntryName(path, name, chrooted));
      return names.map((name) => (path === '/' ? `/${name}` : `${path}/${name}`));
    } catch (error) {
      if (!isKeelsonError(error, 'E_NOT_FOUND')) throw error;
      found.set(path, undefined);
      // Nobody else tells when the watched path itself comes to be. If it has come meanwhile, it is read after all.
      const there = path === this.#scope.path && (await client.exists(path, watching)) !== undefined;
      return there ? await this.#visit(path, found, limits) : [];
    }
  }
}
