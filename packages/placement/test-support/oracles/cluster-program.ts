import type { ClusterFacts, PartitionFacts, SlotFacts } from './facts.ts';
import { type Range, zoneRule } from './fair-shares.ts';
import { type Entry, LinearProgram } from './linear-program.ts';

/** What answers are wanted, and what they cost. */
export interface Wanted {
  /** [dimension][node] */
  readonly loads: readonly (readonly Range[])[];
  /** [node] Without it leaders may be anywhere. */
  readonly leaders?: readonly Range[];
  readonly copyCost: number;
  /** Of a leader that could go on and does not. */
  readonly changeCost: number;
  /** [dimension][node] With it, loads may lie outside their ranges by so much times a number that costs 1 and counts for all of them. */
  readonly stretch?: readonly (readonly number[])[];
}

/** A column of the program that is 1 where a replica of a kind takes a node. */
export interface Place {
  readonly partition: PartitionFacts;
  readonly node: number;
  readonly kind: Kind;
  readonly column: number;
}

/** Slots of a partition that are alike for all that is asked. */
interface Kind {
  readonly slot: SlotFacts;
  count: number;
  /** Whether one of them leads nothing: nothing else can stand on an offline node. */
  follows: boolean;
}

/**
 * All answers that place everything, keep every hard constraint and lie within the balance wanted, as a linear program over whole
 * numbers: a column per partition, kind of slot and node.
 */
export function clusterProgram(facts: ClusterFacts, wanted: Wanted): ClusterProgram {
  const program = new LinearProgram();
  const onNode: Place[][] = facts.nodes.map(() => []);
  let constant = 0;
  for (const partition of facts.partitions) {
    const places = addPartition(program, facts, partition, wanted);
    for (const place of places) onNode[place.node]?.push(place);
    constant += wanted.changeCost * partition.ableLeaders.length;
  }
  for (const [node, places] of onNode.entries()) addLimits(program, facts, node, places);
  addRanges(program, facts, onNode, wanted);
  return { program, constant, onNode };
}

/** The program, and what of it is needed to add rows. */
export interface ClusterProgram {
  readonly program: LinearProgram;
  /** To be added to what the program costs. */
  readonly constant: number;
  /** [node] */
  readonly onNode: readonly (readonly Place[])[];
}

function kindsOf({ slots, mustRole }: PartitionFacts, { leaders, changeCost }: Wanted): Kind[] {
  const kinds: Kind[] = [];
  const leadersMatter = leaders !== undefined || changeCost > 0;
  for (const slot of slots) {
    const same = kinds.find(
      (kind) =>
        (kind.slot.leads === slot.leads || !leadersMatter) &&
        (kind.slot.role === slot.role || mustRole.size === 0) &&
        kind.slot.load.every((amount, dimension) => amount === slot.load[dimension]),
    );
    if (same === undefined) kinds.push({ slot, count: 1, follows: !slot.leads });
    else {
      same.count += 1;
      same.follows ||= !slot.leads;
    }
  }
  return kinds;
}

const entriesOf = (places: readonly Place[]): Entry[] => places.map(({ column }) => [column, 1]);

/** As many replicas of each kind as are wanted, pins and held replicas in their places, one on a node, as spread over zones as can be. */
function addPartition(program: LinearProgram, facts: ClusterFacts, partition: PartitionFacts, wanted: Wanted): Place[] {
  const kinds = kindsOf(partition, wanted);
  const canStand = (node: number, { follows }: Kind): boolean => follows || facts.nodes[node]?.condition !== 'held';
  const places = partition.mayStand.flatMap((node) =>
    kinds
      .filter((kind) => canStand(node, kind))
      .map((kind): Place => {
        const copied = partition.current.has(node) ? 0 : wanted.copyCost;
        const goesOn = kind.slot.leads && partition.ableLeaders.includes(node) ? wanted.changeCost : 0;
        return { partition, node, kind, column: program.column(copied - goesOn) };
      }),
  );
  const on = (node: number): Place[] => places.filter((place) => place.node === node);
  for (const kind of kinds)
    program.row(kind.count, kind.count, entriesOf(places.filter((place) => place.kind === kind)));
  for (const node of partition.mustStand) {
    const role = partition.mustRole.get(node);
    program.row(1, 1, entriesOf(on(node).filter(({ kind }) => role === undefined || kind.slot.role === role)));
  }
  const { zones, most, crowded } = zoneRule(facts, partition.mayStand, partition.slots.length);
  const crowds: Entry[] = [];
  for (const nodes of zones.values()) {
    const forced = nodes.filter((node) => partition.mustStand.includes(node)).length;
    const inside = nodes.flatMap(on);
    const atMost = Math.max(most, forced);
    if (inside.length > atMost) program.row(0, atMost, entriesOf(inside));
    if (atMost > 1 && kinds.length > 1) for (const node of nodes) program.row(0, 1, entriesOf(on(node)));
    if (most === 1 || nodes.length < most) continue;
    const above = program.column(0, { most: crowded });
    crowds.push([above, 1]);
    program.row(Number.NEGATIVE_INFINITY, Math.max(most - 1, forced), [...entriesOf(inside), [above, -1]]);
  }
  if (crowds.length > 0) program.row(0, crowded, crowds);
  return places;
}

/** At most so many replicas on a node, in all and of a resource. What an offline node holds on to is under no limit. */
function addLimits(program: LinearProgram, facts: ClusterFacts, node: number, places: readonly Place[]): void {
  const { condition, maxReplicas } = facts.nodes[node] ?? { condition: 'held', maxReplicas: 0 };
  if (condition === 'held') return;
  const limits: (readonly [number, readonly Place[]])[] = [[maxReplicas, places]];
  for (const resource of new Set(places.map(({ partition }) => partition.resource))) {
    const own = places.filter(({ partition }) => partition.resource === resource);
    limits.push([own[0]?.partition.maxPerNode ?? Number.POSITIVE_INFINITY, own]);
  }
  for (const [limit, limited] of limits) if (limited.length > limit) program.row(0, limit, entriesOf(limited));
}

/** Loads and leaders of live nodes within their ranges. */
function addRanges(
  program: LinearProgram,
  facts: ClusterFacts,
  onNode: readonly (readonly Place[])[],
  { loads, leaders, stretch }: Wanted,
): void {
  const outside = stretch === undefined ? -1 : program.column(1, { most: 1e6, whole: false });
  for (const [node, { condition, capacity }] of facts.nodes.entries()) {
    if (condition !== 'live') continue;
    const places = onNode[node] ?? [];
    for (const [dimension, row] of loads.entries()) {
      const { low, high } = row[node] ?? { low: 0, high: 0 };
      const weights = places.flatMap(({ kind, column }): Entry[] => {
        const amount = kind.slot.load[dimension] ?? 0;
        return amount > 0 ? [[column, amount]] : [];
      });
      const unit = stretch?.[dimension]?.[node];
      if (unit === undefined) {
        program.row(low, high, weights);
        continue;
      }
      program.row(low, Number.POSITIVE_INFINITY, [...weights, [outside, unit]]);
      program.row(Number.NEGATIVE_INFINITY, high, [...weights, [outside, -unit]]);
      program.row(0, capacity[dimension] ?? Number.POSITIVE_INFINITY, weights);
    }
    const range = leaders?.[node];
    const leading = places.filter(({ kind }) => kind.slot.leads);
    if (range !== undefined) program.row(range.low, range.high, entriesOf(leading));
  }
}
