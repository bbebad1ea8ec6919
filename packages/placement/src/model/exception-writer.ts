import { type CompiledProblem, DISABLED_ON_NODE, FORBIDDEN_BY_PARTITION, NONE } from './compiled.ts';
import { IntList } from './int-list.ts';
import type { PlacementNode, PlacementPartition } from './problem.ts';

type Exceptions = Pick<
  CompiledProblem,
  | 'forbiddenFrom'
  | 'forbiddenNode'
  | 'forbiddenBy'
  | 'pinnedFrom'
  | 'pinnedNode'
  | 'pinnedRole'
  | 'preferredFrom'
  | 'preferredNode'
>;

/** By resource, then partition: the nodes disabled for just that partition, ascending. */
export function disabledPartitions(nodes: readonly PlacementNode[]): Map<string, Map<string, number[]>> {
  const disabled = new Map<string, Map<string, number[]>>();
  for (const [n, node] of nodes.entries()) {
    for (const { resource, partition } of node.disabled ?? []) {
      if (partition === undefined) continue;
      const byPartition = disabled.get(resource) ?? new Map<string, number[]>();
      disabled.set(resource, byPartition);
      byPartition.set(partition, [...(byPartition.get(partition) ?? []), n]);
    }
  }
  return disabled;
}

/** Writes the wishes and bans of single partitions: forbidden and pinned nodes ascending, preferred leaders as they were given. */
export class ExceptionWriter {
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #forbiddenFrom: Int32Array;
  readonly #forbidden: IntList = new IntList();
  readonly #forbiddenBy: IntList = new IntList();
  readonly #pinnedFrom: Int32Array;
  readonly #pinned: IntList = new IntList();
  readonly #pinnedRole: IntList = new IntList();
  readonly #preferredFrom: Int32Array;
  readonly #preferred: IntList = new IntList();

  constructor(indexOf: ReadonlyMap<string, number>, partitions: number) {
    this.#indexOf = indexOf;
    this.#forbiddenFrom = new Int32Array(partitions + 1);
    this.#pinnedFrom = new Int32Array(partitions + 1);
    this.#preferredFrom = new Int32Array(partitions + 1);
  }

  append(
    p: number,
    partition: PlacementPartition,
    roleNames: readonly string[],
    disabled: readonly number[] | undefined,
  ): void {
    const { forbidden, pinned, preferredLeaders } = partition;
    if (forbidden !== undefined || disabled !== undefined) this.#forbid(forbidden ?? [], disabled ?? []);
    if (pinned !== undefined) this.#pin(pinned, roleNames);
    if (preferredLeaders !== undefined)
      for (const name of preferredLeaders) this.#preferred.push(this.#indexOf.get(name) ?? NONE);
    this.#forbiddenFrom[p + 1] = this.#forbidden.length;
    this.#pinnedFrom[p + 1] = this.#pinned.length;
    this.#preferredFrom[p + 1] = this.#preferred.length;
  }

  finish(): Exceptions {
    return {
      forbiddenFrom: this.#forbiddenFrom,
      forbiddenNode: this.#forbidden.toArray(),
      forbiddenBy: Uint8Array.from(this.#forbiddenBy.toArray()),
      pinnedFrom: this.#pinnedFrom,
      pinnedNode: this.#pinned.toArray(),
      pinnedRole: Int8Array.from(this.#pinnedRole.toArray()),
      preferredFrom: this.#preferredFrom,
      preferredNode: this.#preferred.toArray(),
    };
  }

  #forbid(names: readonly string[], disabled: readonly number[]): void {
    const reasons = new Map<number, number>();
    for (const node of disabled) reasons.set(node, DISABLED_ON_NODE);
    for (const name of names) {
      const node = this.#indexOf.get(name) ?? NONE;
      reasons.set(node, (reasons.get(node) ?? 0) | FORBIDDEN_BY_PARTITION);
    }
    for (const [node, by] of [...reasons].sort((a, b) => a[0] - b[0])) {
      this.#forbidden.push(node);
      this.#forbiddenBy.push(by);
    }
  }

  #pin(pins: NonNullable<PlacementPartition['pinned']>, roleNames: readonly string[]): void {
    const rows = pins.map((pin) => ({
      node: this.#indexOf.get(pin.node) ?? NONE,
      role: pin.role === undefined ? NONE : roleNames.indexOf(pin.role),
    }));
    for (const { node, role } of rows.sort((a, b) => a.node - b.node)) {
      this.#pinned.push(node);
      this.#pinnedRole.push(role);
    }
  }
}
