import { parentPath, type StorePath } from '@keelson/store';
import type { MultiOperation, Stat } from '@keelson/zookeeper-client';
import { childrenCreated, GUARDED_MODE } from './incarnation-guard.ts';
import type { TreeView } from './tree-view.ts';

/** Most nodes, and parents, that are remembered. Forgetting one costs a round trip, no more. */
const MAX_KNOWN = 1_000;

/** Most transactions that look first at a parent in which others were quicker. */
const MAX_LOOKS = 64;

interface KnownParent {
  /** How many children it has had created, as far as anybody here knows; `undefined`: somebody else has created one. */
  readonly created: number | undefined;
  /** How many transactions are to look before the next one guesses. */
  readonly looks: number;
  /** How many looked after the last guess that was wrong. */
  readonly penalty: number;
}

/**
 * What one connection remembers of nodes whose incarnation is compared, so that the next transaction need not read first. Nothing rests on it: a
 * multi that was planned on it carries the same checks and guards as one that was planned on a reading, and fails where something has changed.
 * Requests of one connection are carried out in their order, so what a multi will leave behind is known as it is sent.
 */
export class KnownIncarnations {
  readonly #nodes: Map<StorePath, Stat> = new Map();
  readonly #parents: Map<StorePath, KnownParent> = new Map();

  /** The node as it was last seen. */
  node(path: StorePath): Stat | undefined {
    return this.#nodes.get(path);
  }

  /** How many children the node will have had created when the next request arrives; `undefined` where that is better read. */
  created(parent: StorePath): number | undefined {
    const known = this.#parents.get(parent);
    if (known?.created === undefined) return undefined;
    if (known.looks === 0) return known.created;
    this.#parents.set(parent, { ...known, looks: known.looks - 1 });
    return undefined;
  }

  /** A multi is sent that is planned on `view`: what that shows, and what the steps make of it, holds unless the multi fails. */
  sent(view: TreeView, steps: readonly MultiOperation[]): void {
    for (const step of steps)
      if (step.type === 'create' && step.mode === GUARDED_MODE) this.#guarded(step.path, view, steps);
    for (const step of steps) {
      const stat = this.#nodes.get(step.path);
      if (stat === undefined || step.type === 'check') continue;
      if (step.type === 'set') this.#nodes.set(step.path, { ...stat, version: stat.version + 1 });
      else this.#nodes.delete(step.path);
    }
  }

  /** The multi that was planned on what is remembered here went through. */
  right(view: TreeView): void {
    for (const path of view.parents.keys()) {
      const known = this.#parents.get(path);
      if (known !== undefined) this.#parents.set(path, { ...known, penalty: 0 });
    }
  }

  /** The multi failed: what it stood on has changed, or nobody knows. `guessed`: it was planned on what is remembered here. */
  failed(view: TreeView, guessed: boolean): void {
    for (const path of view.nodes.keys()) this.#nodes.delete(path);
    for (const path of view.parents.keys()) {
      const known = this.#parents.get(path);
      if (known === undefined) continue;
      // Where others create children all the time a guess is a round trip lost.
      const penalty = guessed ? Math.min(MAX_LOOKS, Math.max(1, known.penalty * 2)) : known.penalty;
      this.#parents.set(path, { created: undefined, looks: penalty, penalty });
    }
  }

  #guarded(guard: StorePath, view: TreeView, steps: readonly MultiOperation[]): void {
    const parent = parentPath(guard) ?? '/';
    const stat = view.parents.get(parent);
    if (stat === undefined) return;
    const creations = steps.filter(({ type, path }) => type === 'create' && parentPath(path) === parent).length;
    const { looks = 0, penalty = 0 } = this.#parents.get(parent) ?? {};
    keep(this.#parents, parent, { created: childrenCreated(stat) + creations, looks, penalty });
    for (const [path, node] of view.nodes) {
      // What was only assumed has no number of creation.
      if (node !== undefined && node.stat.czxid > 0n && parentPath(path) === parent) keep(this.#nodes, path, node.stat);
    }
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
