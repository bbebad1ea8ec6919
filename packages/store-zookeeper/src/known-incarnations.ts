import { parentPath, type StorePath } from '@keelson/store';
import type { MultiOperation, Stat } from '@keelson/zookeeper-client';
import { childrenCreated, isGuard } from './incarnation-guard.ts';
import type { TreeView } from './tree-view.ts';

/** Most nodes, and parents, that are remembered. Forgetting one costs a round trip, no more. */
const MAX_KNOWN = 1_000;

/**
 * What one connection knows of nodes whose incarnation was compared, as the last multi that compared it left them: the next that depends on the same need
 * not read first. A multi that is planned on it carries the same checks and guards as one that is planned on a reading, and fails where anything has changed.
 * Only what a multi that went through has shown is kept, never what one under way is expected to leave: if that failed, and another's creation took its
 * place, the count would be right and the node another.
 */
export class KnownIncarnations {
  readonly #nodes: Map<StorePath, Stat> = new Map();
  /** How many children a parent has had created. */
  readonly #created: Map<StorePath, number> = new Map();

  /** The node as it was when it was last compared. */
  node(path: StorePath): Stat | undefined {
    return this.#nodes.get(path);
  }

  /** How many children the node had had created by then. */
  created(parent: StorePath): number | undefined {
    return this.#created.get(parent);
  }

  /** A multi of these steps, planned on `view`, went through. */
  confirmed(view: TreeView, steps: readonly MultiOperation[]): void {
    const written = new Set<StorePath>();
    for (const { type, path } of steps) if (type !== 'check') written.add(path);
    const guarded = new Set<StorePath>();
    for (const { path } of steps) {
      const parent = parentPath(path) ?? '/';
      if (!isGuard(path) || guarded.has(parent)) continue;
      guarded.add(parent);
      const before = view.parents.get(parent);
      const created = steps.filter(({ type, path: at }) => type === 'create' && parentPath(at) === parent).length;
      if (before !== undefined) keep(this.#created, parent, childrenCreated(before) + created);
    }
    for (const { type, path } of steps) {
      const node = view.nodes.get(path);
      if (written.has(path)) this.#nodes.delete(path);
      // What was only assumed has no number of creation.
      else if (type === 'check' && node !== undefined && node.stat.czxid > 0n) keep(this.#nodes, path, node.stat);
    }
  }

  /** A multi planned on `view` did not go through, or nobody knows. */
  forget(view: TreeView): void {
    for (const path of view.nodes.keys()) this.#nodes.delete(path);
    for (const path of view.parents.keys()) this.#created.delete(path);
  }
}

/** Keeps the newest. */
function keep<T>(map: Map<StorePath, T>, path: StorePath, value: T): void {
  map.delete(path);
  map.set(path, value);
  if (map.size <= MAX_KNOWN) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
