import type { PlacementBoard, PoolNode } from './node-pool.ts';
import type { PlacementRequest } from './placement.ts';

/** Keeps the replicas that stand where they may stand, those first in the list before others, no more than wanted. */
export function keepReplicas(board: PlacementBoard, request: PlacementRequest): void {
  const byName = new Map(board.nodes.map((node) => [node.name, node]));
  for (const [partition, name] of request.partitions.entries()) {
    for (const holder of request.previous.get(name) ?? []) {
      const node = byName.get(holder);
      if (node === undefined || node.held.has(partition) || !board.hasRoom(node)) continue;
      if ((board.holders[partition]?.length ?? 0) >= request.replicas) break;
      board.keep(partition, node);
    }
  }
}

/**
 * The node for one more replica: fewest replicas of the partition in its zone, then fewest replicas at all, then fewest
 * partitions in common with the other holders, so that what a lost node held is made up for by many, then by turns.
 */
function bestNode(board: PlacementBoard, partition: number): PoolNode | undefined {
  const { nodes } = board;
  let best: PoolNode | undefined;
  let bestMates = 0;
  let bestKinship = -1; // of the best so far; computed only on a tie
  for (let step = 0; step < nodes.length; step++) {
    const node = nodes[(partition + step) % nodes.length];
    if (node === undefined || node.held.has(partition) || !board.hasRoom(node)) continue;
    const mates = board.zoneMates(partition, node);
    let kinship = -1;
    if (best !== undefined) {
      const worse = mates - bestMates || node.held.size - best.held.size;
      if (worse > 0) continue;
      if (worse === 0) {
        kinship = board.kinship(partition, node);
        if (bestKinship < 0) bestKinship = board.kinship(partition, best);
        if (kinship >= bestKinship) continue;
      }
    }
    best = node;
    bestMates = mates;
    bestKinship = kinship;
  }
  return best;
}

/** Places what is missing. Answers how many replicas found no node, by index of partition. */
export function addReplicas(board: PlacementBoard, replicas: number): ReadonlyMap<number, number> {
  const unplaced = new Map<number, number>();
  for (let partition = 0; partition < board.holders.length; partition++) {
    for (let have = board.holders[partition]?.length ?? 0; have < replicas; have++) {
      const node = bestNode(board, partition);
      if (node === undefined) {
        unplaced.set(partition, replicas - have);
        break;
      }
      board.add(partition, node);
    }
  }
  return unplaced;
}

interface Hop {
  readonly partition: number;
  readonly from: PoolNode;
}

/** Replicas placed just now are handed on along the shortest chain from `start` to a node with two fewer. Says whether there was one. */
function handOnFresh(board: PlacementBoard, start: PoolNode): boolean {
  if (!board.nodes.some((node) => start.held.size - node.held.size >= 2 && board.hasRoom(node))) return false;
  const reachedBy = new Map<PoolNode, Hop | undefined>([[start, undefined]]);
  const queue = [start];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const partition of at.fresh) {
      for (const next of board.nodes) {
        if (reachedBy.has(next) || !board.mayMove(partition, at, next)) continue;
        reachedBy.set(next, { partition, from: at });
        if (start.held.size - next.held.size >= 2 && board.hasRoom(next)) {
          followChain(board, next, reachedBy);
          return true;
        }
        queue.push(next);
      }
    }
  }
  return false;
}

/** Carries the chain out from its end, so that no node holds a partition twice on the way. */
function followChain(board: PlacementBoard, end: PoolNode, reachedBy: ReadonlyMap<PoolNode, Hop | undefined>): void {
  for (let to = end; ; ) {
    const hop = reachedBy.get(to);
    if (hop === undefined) return;
    board.replace(hop.partition, hop.from, to);
    to = hop.from;
  }
}

/** Moves one replica that stood before from a fuller to an emptier node; one in the top state (first of the list) only if no other may go. */
function moveKept(board: PlacementBoard): boolean {
  const order = byLoad(board);
  for (const from of order) {
    for (const to of order.toReversed()) {
      if (from.held.size - to.held.size < 2) break;
      if (!board.hasRoom(to)) continue;
      const partitions = [...from.held].filter((partition) => board.mayMove(partition, from, to));
      const chosen = partitions.find((partition) => board.holders[partition]?.[0] !== from) ?? partitions[0];
      if (chosen === undefined) continue;
      board.replace(chosen, from, to);
      return true;
    }
  }
  return false;
}

/**
 * Moves replicas from fuller to emptier nodes until none has two more than another, or until zones allow no move: first those
 * placed just now, which costs nothing, then, one by one, those that stood before. Without zones a move always exists: the
 * fuller node holds a partition that the emptier one does not.
 */
export function evenOut(board: PlacementBoard): void {
  do {
    for (let moved = true; moved; ) {
      moved = false;
      for (const node of byLoad(board)) while (handOnFresh(board, node)) moved = true;
    }
  } while (moveKept(board));
}

/** The nodes, the fullest first. */
function byLoad(board: PlacementBoard): readonly PoolNode[] {
  return [...board.nodes].sort((a, b) => b.held.size - a.held.size || a.index - b.index);
}
