import type { ClusterFacts, PartitionFacts, Standing } from './facts.ts';
import type { Range } from './fair-shares.ts';

/** An answer sorted by partition: position in `facts.partitions` → node → role. */
export type Answer = readonly ReadonlyMap<number, string>[];

/** Reads an answer by names; names that do not exist and doubles are reported. */
export function readAnswer(facts: ClusterFacts, standing: Iterable<Standing>): { answer: Answer; faults: string[] } {
  const faults: string[] = [];
  const at = new Map(facts.partitions.map(({ resource, name }, index) => [JSON.stringify([resource, name]), index]));
  const answer = facts.partitions.map(() => new Map<number, string>());
  for (const { resource, partition, node, role } of standing) {
    const held = answer[at.get(JSON.stringify([resource, partition])) ?? -1];
    const index = facts.nodeAt.get(node);
    if (held === undefined || index === undefined) faults.push(`${resource}/${partition} on ${node}: no such thing`);
    else if (held.has(index)) faults.push(`${resource}/${partition} stands twice on ${node}`);
    else held.set(index, role);
  }
  return { answer, faults };
}

/** What an answer amounts to, counted plainly. */
export interface Counts {
  readonly placed: number;
  readonly wanted: number;
  readonly moves: number;
  readonly bytes: number;
  /** Leaders of today that could go on and do not. */
  readonly leaderChanges: number;
  /** Pairs of replicas of a partition in one fault zone. */
  readonly zonePairs: number;
  /** [dimension][node] load. */
  readonly loads: readonly (readonly number[])[];
  /** [node] leaders. */
  readonly leaders: readonly number[];
}

/** Load of one replica in a role. */
export function loadIn(partition: PartitionFacts, role: string): readonly number[] {
  return partition.slots.find((slot) => slot.role === role)?.load ?? [];
}

/** Counts moves, loads and leaders of an answer. */
export function countAnswer(facts: ClusterFacts, answer: Answer): Counts {
  const loads = facts.dimensions.map(() => facts.nodes.map(() => 0));
  const leaders = facts.nodes.map(() => 0);
  let placed = 0;
  let moves = 0;
  let bytes = 0;
  let leaderChanges = 0;
  let zonePairs = 0;
  for (const [at, partition] of facts.partitions.entries()) {
    const held = answer[at] ?? new Map<number, string>();
    const leading = new Set(partition.slots.flatMap(({ role, leads }) => (leads ? [role] : [])));
    const zones = new Map<string, number>();
    for (const [node, role] of held) {
      placed += 1;
      if (!partition.current.has(node)) {
        moves += 1;
        bytes += partition.bytes;
      }
      if (leading.has(role)) leaders[node] = (leaders[node] ?? 0) + 1;
      for (const [dimension, amount] of loadIn(partition, role).entries()) {
        const row = loads[dimension];
        if (row !== undefined) row[node] = (row[node] ?? 0) + amount;
      }
      const zone = facts.nodes[node]?.zone ?? '';
      zonePairs += zones.get(zone) ?? 0;
      zones.set(zone, (zones.get(zone) ?? 0) + 1);
    }
    leaderChanges += partition.ableLeaders.filter((node) => !leading.has(held.get(node) ?? '')).length;
  }
  const wanted = facts.partitions.reduce((sum, { slots }) => sum + slots.length, 0);
  return { placed, wanted, moves, bytes, leaderChanges, zonePairs, loads, leaders };
}

/** The most loaded node over its fair share; nodes whose fair share is nothing do not count. */
export function maxOverFair(loads: readonly number[], fair: readonly number[]): number {
  return loads.reduce((most, load, node) => {
    const share = fair[node] ?? 0;
    return share > 0 ? Math.max(most, load / share) : most;
  }, 0);
}

/** How far amounts lie outside their ranges: in all, or, where fair shares are given, of the node that is furthest out, as a part of its share. */
export function outsideRanges(amounts: readonly number[], ranges: readonly Range[], fair?: readonly number[]): number {
  const beside = amounts.map((amount, node) => {
    const { low, high } = ranges[node] ?? { low: 0, high: 0 };
    return Math.max(0, amount - high, low - amount);
  });
  if (fair === undefined) return beside.reduce((sum, amount) => sum + amount, 0);
  return beside.reduce(
    (most, amount, node) => Math.max(most, (fair[node] ?? 0) > 0 ? amount / (fair[node] ?? 1) : 0),
    0,
  );
}
