import type { StorePath } from '@keelson/store';
import type { MultiOperation, Stat } from '@keelson/zookeeper-client';
import { childrenCreated, isGuard, versionTellsIncarnation } from './incarnation-guard.ts';
import { parentOf, type TreeView } from './tree-view.ts';

/** Most nodes, and parents, that are remembered. Forgetting one costs a round trip, no more. */
const MAX_KNOWN = 1_000;

/** A parent, and what is known of the nodes below it as long as nobody else creates one there. */
interface KnownChildren {
  /** How many children it has had created. */
  readonly created: number;
  readonly nodes: Map<StorePath, Stat>;
}

/**
 * What one connection knows of nodes whose incarnation was compared, as the last multi that compared it left them: the next that depends on the same need
 * not read first. A multi that is planned on it carries the same checks and guards as one that is planned on a reading, and fails where anything has changed.
 *
 * Only what a multi that went through has shown is kept, never what one under way is expected to leave: if that failed, and another's creation took its
 * place, the count would be right and the node another. For the same reason a count that has moved on otherwise than by the own multis makes everything
 * forgotten that was known beside it.
 */
export class KnownIncarnations {
  readonly #children: Map<StorePath, KnownChildren> = new Map();
  /** Those whose names do not come back, which are known without any count. */
  readonly #unique: Map<StorePath, Stat> = new Map();

  /** The node as it was when it was last compared. */
  node(path: StorePath): Stat | undefined {
    return this.#unique.get(path) ?? this.#children.get(parentOf(path))?.nodes.get(path);
  }

  /** How many children the node had had created by then. */
  created(parent: StorePath): number | undefined {
    return this.#children.get(parent)?.created;
  }

  /** A multi of these steps, planned on `view`, went through. */
  confirmed(view: TreeView, steps: readonly MultiOperation[]): void {
    const guarded = new Set(steps.filter(({ path }) => isGuard(path)).map(({ path }) => parentOf(path)));
    for (const parent of guarded) this.#count(parent, view, steps);
    const written = new Set(steps.filter(({ type }) => type !== 'check').map(({ path }) => path));
    for (const path of written) this.#drop(path);
    for (const { type, path } of steps) {
      const node = view.nodes.get(path);
      // What was only assumed has no number of creation.
      if (type !== 'check' || written.has(path) || node === undefined || node.stat.czxid === 0n) continue;
      if (versionTellsIncarnation(path, node.stat)) keep(this.#unique, path, node.stat);
      else if (guarded.has(parentOf(path))) this.#children.get(parentOf(path))?.nodes.set(path, node.stat);
    }
  }

  /** A multi planned on `view` did not go through, or nobody knows. */
  forget(view: TreeView): void {
    for (const path of view.nodes.keys()) this.#drop(path);
    for (const path of view.parents.keys()) this.#children.delete(path);
  }

  #count(parent: StorePath, view: TreeView, steps: readonly MultiOperation[]): void {
    const stat = view.parents.get(parent);
    if (stat === undefined) return;
    const before = childrenCreated(stat);
    const known = this.#children.get(parent);
    const nodes = known?.created === before && known.nodes.size < MAX_KNOWN ? known.nodes : new Map();
    const creations = steps.filter(({ type, path }) => type === 'create' && parentOf(path) === parent).length;
    keep(this.#children, parent, { created: before + creations, nodes });
  }

  #drop(path: StorePath): void {
    this.#unique.delete(path);
    this.#children.get(parentOf(path))?.nodes.delete(path);
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
