import type { PlacementNode, PlacementRequest } from './placement.ts';

/** A usable node and what has been put on it so far. */
export interface PoolNode {
  readonly name: string;
  /** Place in the order of names. */
  readonly index: number;
  readonly zone: string;
  readonly held: Set<number>;
  /** Those of `held` that were put here by this placement: moving them on costs nothing. */
  readonly fresh: Set<number>;
}

const byName = (a: PlacementNode, b: PlacementNode): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/** The nodes that may take replicas, in order of name. */
export function usableNodes(request: PlacementRequest): readonly PoolNode[] {
  const { tag } = request;
  return request.nodes
    .filter((node) => node.available !== false && (tag === undefined || (node.tags ?? []).includes(tag)))
    .sort(byName)
    .map((node, index) => ({
      name: node.name,
      index,
      zone: node.zone ?? `\0${node.name}`,
      held: new Set<number>(),
      fresh: new Set<number>(),
    }));
}

/** The replicas as they are being placed: for each partition, by its index, the nodes that hold it. */
export class PlacementBoard {
  readonly nodes: readonly PoolNode[];
  readonly holders: PoolNode[][];
  readonly limit: number;
  /** For each pair of nodes, how many partitions both hold. */
  readonly #together: number[][];

  constructor(nodes: readonly PoolNode[], partitions: number, limit: number) {
    this.nodes = nodes;
    this.holders = Array.from({ length: partitions }, () => []);
    this.limit = limit;
    this.#together = nodes.map(() => nodes.map(() => 0));
  }

  /** A replica that stood on the node before. */
  keep(partition: number, node: PoolNode): void {
    this.#pair(partition, node, 1);
    this.holders[partition]?.push(node);
    node.held.add(partition);
  }

  /** A replica new to the node. */
  add(partition: number, node: PoolNode): void {
    this.keep(partition, node);
    node.fresh.add(partition);
  }

  /** Puts `to` in the place of `from`. */
  replace(partition: number, from: PoolNode, to: PoolNode): void {
    const row = this.holders[partition] ?? [];
    this.#pair(partition, from, -1);
    this.#pair(partition, to, 1, from);
    row[row.indexOf(from)] = to;
    from.held.delete(partition);
    from.fresh.delete(partition);
    to.held.add(partition);
    to.fresh.add(partition);
  }

  #pair(partition: number, node: PoolNode, by: number, except?: PoolNode): void {
    for (const holder of this.holders[partition] ?? []) {
      if (holder === node || holder === except) continue;
      for (const [one, other] of [[node, holder] as const, [holder, node] as const]) {
        const row = this.#together[one.index];
        if (row !== undefined) row[other.index] = (row[other.index] ?? 0) + by;
      }
    }
  }

  /** How many partitions the node holds together with the holders of this one. */
  kinship(partition: number, node: PoolNode): number {
    let sum = 0;
    for (const holder of this.holders[partition] ?? []) sum += this.#together[node.index]?.[holder.index] ?? 0;
    return sum;
  }

  hasRoom(node: PoolNode): boolean {
    return node.held.size < this.limit;
  }

  /** Whether the partition may go from one node to another: it is not there yet and shares a zone no more than now. */
  mayMove(partition: number, from: PoolNode, to: PoolNode): boolean {
    return !to.held.has(partition) && this.zoneMates(partition, to, from) <= this.zoneMates(partition, from, from);
  }

  /** How many other replicas of the partition share the node's zone, not counting the one on `except`. */
  zoneMates(partition: number, node: PoolNode, except?: PoolNode): number {
    let mates = 0;
    for (const holder of this.holders[partition] ?? []) if (holder !== except && holder.zone === node.zone) mates++;
    return mates;
  }
}
