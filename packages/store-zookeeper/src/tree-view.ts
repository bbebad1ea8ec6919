import { parentPath, type StorePath } from '@keelson/store';
import type { NodeData, Stat } from '@keelson/zookeeper-client';

/** A node as it was read. */
export interface SeenNode {
  readonly stat: Stat;
  readonly data: Uint8Array;
}

/** What was read of a tree before a transaction is planned on it. Paths that were not looked at are taken to be there. */
export interface TreeView {
  /** Nodes by path; `undefined`: looked for and not there. */
  readonly nodes: ReadonlyMap<StorePath, SeenNode | undefined>;
  /** Metadata of parents, read before their children. */
  readonly parents: ReadonlyMap<StorePath, Stat | undefined>;
}

/** The node whose child a path is. The root stands in for its own parent: a tree has nothing above it. */
export const parentOf = (path: StorePath): StorePath => parentPath(path) ?? '/';

/** The paths above, from the top down, without the root. */
export function ancestorsOf(path: StorePath): StorePath[] {
  const ancestors: StorePath[] = [];
  for (let at = parentPath(path); at !== undefined && at !== '/'; at = parentPath(at)) ancestors.unshift(at);
  return ancestors;
}

/** A view as it changes with the steps that are planned. */
export class PlannedTree {
  readonly #view: TreeView;
  readonly #existence: Map<StorePath, boolean> = new Map();

  constructor(view: TreeView) {
    this.#view = view;
  }

  exists(path: StorePath): boolean {
    const planned = this.#existence.get(path);
    if (planned !== undefined) return planned;
    if (path === '/') return true;
    if (this.#view.nodes.has(path)) return this.#view.nodes.get(path) !== undefined;
    return !this.#view.parents.has(path) || this.#view.parents.get(path) !== undefined;
  }

  /** The node as read; `undefined` where it was not there. */
  seen(path: StorePath): NodeData | undefined {
    return this.#view.nodes.get(path);
  }

  /** Metadata of the parent as it was before the node was read. */
  parentStat(path: StorePath): Stat | undefined {
    return this.#view.parents.get(parentOf(path));
  }

  /** The topmost missing path at or above this one: creating that alone shows that nothing is below it. */
  topmostMissing(path: StorePath): StorePath {
    return ancestorsOf(path).find((ancestor) => !this.exists(ancestor)) ?? path;
  }

  /** Plans it to be there or not; a parent that was made counts for what is planned after it. */
  set(path: StorePath, exists: boolean): void {
    this.#existence.set(path, exists);
  }
}
