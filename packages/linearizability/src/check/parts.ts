import type { History, Operation } from '../history/operation.ts';
import type { Specification } from '../specification.ts';

/** Operations that depend on each other, and on no others. */
export interface Part<Input, Output> {
  /** Keys of the part, sorted; empty where the specification knows no parts. */
  readonly keys: readonly string[];
  /** By invocation. */
  readonly operations: Operation<Input, Output>[];
}

/** Splits a history into independent parts: keys that one operation touches together belong together. By first invocation. */
export function partsOf<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  history: History<Input, Output>,
): Part<Input, Output>[] {
  const sorted = history.toSorted((a, b) => a.invokedAt - b.invokedAt);
  const split = specification.parts?.bind(specification);
  if (split === undefined) return sorted.length === 0 ? [] : [{ keys: [], operations: sorted }];
  const joined = new DisjointKeys();
  const touched = sorted.map((operation) => {
    const keys = split(operation.input);
    return joined.join(typeof keys === 'string' ? [keys] : keys);
  });
  const parts = new Map<string, { keys: string[]; operations: Operation<Input, Output>[] }>();
  for (const [index, operation] of sorted.entries()) {
    const root = joined.rootOf(touched[index] ?? '');
    const part = parts.get(root) ?? { keys: joined.membersOf(root), operations: [] };
    part.operations.push(operation);
    parts.set(root, part);
  }
  return [...parts.values()];
}

/** Sets of keys that grow together. */
class DisjointKeys {
  readonly #parent = new Map<string, string>();

  /** Makes one set of all of them; a key of it comes back. No keys at all are a set of their own. */
  join(keys: readonly string[]): string {
    const first = keys[0] ?? '';
    for (const key of keys.length === 0 ? [first] : keys) {
      if (!this.#parent.has(key)) this.#parent.set(key, key);
      this.#parent.set(this.rootOf(key), this.rootOf(first));
    }
    return first;
  }

  rootOf(key: string): string {
    let root = key;
    for (let up = this.#parent.get(root) ?? root; up !== root; up = this.#parent.get(root) ?? root) root = up;
    if (root !== key) this.#parent.set(key, root);
    return root;
  }

  membersOf(root: string): string[] {
    return [...this.#parent.keys()].filter((key) => this.rootOf(key) === root).sort();
  }
}
