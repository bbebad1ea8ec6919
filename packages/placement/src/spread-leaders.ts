import type { PlacementBoard, PoolNode } from './node-pool.ts';

/**
 * Who leads each partition, and for each pair of nodes the partitions that the first leads and the second could take over, so
 * that a way to even things out is found among nodes, not among partitions.
 */
class LeaderBoard {
  readonly #board: PlacementBoard;
  readonly leaderOf: (PoolNode | undefined)[];
  readonly #count: number[];
  readonly #takeable: Map<number, Set<number>>[];

  constructor(board: PlacementBoard) {
    this.#board = board;
    this.leaderOf = board.holders.map(() => undefined);
    this.#count = board.nodes.map(() => 0);
    this.#takeable = board.nodes.map(() => new Map());
  }

  count(node: PoolNode): number {
    return this.#count[node.index] ?? 0;
  }

  appoint(partition: number, node: PoolNode): void {
    const before = this.leaderOf[partition];
    if (before !== undefined) this.#enter(partition, before, -1);
    this.leaderOf[partition] = node;
    this.#enter(partition, node, 1);
  }

  #enter(partition: number, leader: PoolNode, by: 1 | -1): void {
    this.#count[leader.index] = this.count(leader) + by;
    const row = this.#takeable[leader.index];
    for (const holder of this.#board.holders[partition] ?? []) {
      if (holder === leader || row === undefined) continue;
      const partitions = row.get(holder.index) ?? new Set<number>();
      if (by === 1) partitions.add(partition);
      else partitions.delete(partition);
      row.set(holder.index, partitions);
    }
  }

  /** Hands leads on along the shortest chain from `from` to a node that leads at least two fewer. Says whether there was one. */
  relieve(from: PoolNode): boolean {
    if (!this.#count.some((count) => count <= this.count(from) - 2)) return false;
    const reachedFrom = new Map<number, number>([[from.index, -1]]);
    const queue = [from.index];
    for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
      if ((this.#count[at] ?? 0) <= this.count(from) - 2) {
        this.#handOn(at, reachedFrom);
        return true;
      }
      for (const [next, partitions] of this.#takeable[at] ?? []) {
        if (partitions.size === 0 || reachedFrom.has(next)) continue;
        reachedFrom.set(next, at);
        queue.push(next);
      }
    }
    return false;
  }

  #handOn(end: number, reachedFrom: ReadonlyMap<number, number>): void {
    for (let to = end; ; ) {
      const from = reachedFrom.get(to) ?? -1;
      if (from < 0) return;
      const [partition] = this.#takeable[from]?.get(to) ?? [];
      const node = this.#board.nodes[to];
      if (partition === undefined || node === undefined) return;
      this.appoint(partition, node);
      to = from;
    }
  }
}

/**
 * Chooses the leader of each partition among its holders so that no node leads two more than another could relieve it of: the
 * present leader where it still holds the partition, then the least burdened holder, then chains of hand-overs.
 *
 * @param present For each partition, by index, the node that leads now.
 * @returns For each partition, by index, its holders with the leader first and the others in their order.
 */
export function leadersFirst(
  board: PlacementBoard,
  present: readonly (PoolNode | undefined)[],
): readonly (readonly PoolNode[])[] {
  const leaders = new LeaderBoard(board);
  for (const [partition, row] of board.holders.entries()) {
    const leader = present[partition];
    if (leader !== undefined && row.includes(leader)) leaders.appoint(partition, leader);
  }
  for (const [partition, row] of board.holders.entries()) {
    if (leaders.leaderOf[partition] !== undefined) continue;
    let least = row[0];
    for (const node of row) if (least !== undefined && leaders.count(node) < leaders.count(least)) least = node;
    if (least !== undefined) leaders.appoint(partition, least);
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of board.nodes) while (leaders.relieve(node)) changed = true;
  }
  return board.holders.map((row, partition) => {
    const leader = leaders.leaderOf[partition];
    return leader === undefined ? row : [leader, ...row.filter((node) => node !== leader)];
  });
}
