import type { CompiledProblem } from './compiled.ts';
import { IntList } from './int-list.ts';
import type { ReplicaAt } from './problem.ts';

/** Writes what stands where, partition by partition: sorted by role, then node; only nodes that exist, each once per partition. */
export class CurrentWriter {
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #strays: Set<string>;
  readonly #from: Int32Array;
  readonly #node: IntList;
  readonly #role: IntList;

  /** @param strays Gets the names of the nodes that do not exist. */
  constructor(indexOf: ReadonlyMap<string, number>, partitions: number, strays: Set<string>) {
    this.#indexOf = indexOf;
    this.#strays = strays;
    this.#from = new Int32Array(partitions + 1);
    this.#node = new IntList(partitions * 3);
    this.#role = new IntList(partitions * 3);
  }

  append(p: number, current: readonly ReplicaAt[] | undefined, roleNames: readonly string[]): void {
    if (current !== undefined) {
      for (let i = 0; i < current.length; i++) {
        const at = current[i] as ReplicaAt;
        const node = this.#indexOf.get(at.node);
        if (node === undefined) this.#strays.add(at.node);
        else this.#insert(this.#from[p] ?? 0, node, positionOf(roleNames, at.role));
      }
    }
    this.#from[p + 1] = this.#node.length;
  }

  finish(): Pick<CompiledProblem, 'currentFrom' | 'currentNode' | 'currentRole'> {
    return {
      currentFrom: this.#from,
      currentNode: this.#node.toArray(),
      currentRole: Uint8Array.from(this.#role.toArray()),
    };
  }

  /** Puts a replica where it belongs among those from `from` on. They are few, and mostly given in order. */
  #insert(from: number, node: number, role: number): void {
    const nodes = this.#node;
    const roles = this.#role;
    for (let i = from; i < nodes.length; i++) if (nodes.at(i) === node) return;
    let at = nodes.length;
    nodes.push(node);
    roles.push(role);
    while (at > from && (roles.at(at - 1) > role || (roles.at(at - 1) === role && nodes.at(at - 1) > node))) {
      nodes.set(at, nodes.at(at - 1));
      roles.set(at, roles.at(at - 1));
      at -= 1;
    }
    nodes.set(at, node);
    roles.set(at, role);
  }
}

/** `indexOf` without its cost: resources have a handful of roles. */
function positionOf(names: readonly string[], name: string): number {
  for (let i = 0; i < names.length; i++) if (names[i] === name) return i;
  throw new RangeError(`A replica stands in role ${name}, which its resource does not have`);
}
