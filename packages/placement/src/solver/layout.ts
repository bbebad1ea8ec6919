import type { CompiledProblem } from '../model/compiled.ts';
import { NODE_HELD, NODE_LIVE, NONE } from '../model/compiled.ts';

/**
 * What the solver looks up about a problem in its inner loops, derived from it once. N nodes, D dimensions, P partitions, S slots.
 *
 * A slot's *kind* is its resource's role: the rows of `factor` and `leads`. A *class* is a set of resources that may stand on the same nodes.
 */
export interface Layout {
  readonly problem: CompiledProblem;
  /** [s] partition of the slot. */
  readonly partitionOf: Int32Array;
  /** [k] first kind of the resource: the slot's kind is this plus its role. */
  readonly kindsFrom: Int32Array;
  /** [kind * D + d] what the role multiplies the partition's weight with. */
  readonly factor: Float64Array;
  /** [kind] 1 where the role leads. */
  readonly leads: Uint8Array;
  /** [k] the resource's class. */
  readonly classOf: Int32Array;
  readonly classes: readonly PlaceClass[];
  /** [k] replicas of one partition: the largest number of them, where `every` makes them differ. */
  readonly replicas: Int32Array;
  /** [k] most replicas of a partition in one fault zone. */
  readonly zoneLimit: Int32Array;
  /** [k] how many zones may hold that many. */
  readonly zonesAtLimit: Int32Array;
  /** [k] row of the resource in the per-node counters of a state, or NONE where nothing limits it. */
  readonly limitedRow: Int32Array;
  readonly limitedRows: number;
  /** Whether all slots weigh the same in every role: exchanging two roles then leaves all loads as they are. */
  readonly rolesWeighAlike: boolean;
  /** Whether any node is held: zone rules then depend on where a partition stands. */
  readonly anyHeld: boolean;
  /** Whether sums of amounts come out the same, to the last digit, in whatever order they are added up. */
  readonly sumsAreExact: boolean;
  /** The one place where "full" is decided: [n * D + d] capacity, with the rounding that adding up in another order makes. */
  readonly room: Float64Array;
}

/** Resources that may stand on the same nodes. */
export interface PlaceClass {
  /** [n] 1 where the node may be given replicas now. */
  readonly takes: Uint8Array;
  /** [n] 1 where a replica that stands there may stay. */
  readonly keeps: Uint8Array;
  /** Nodes that take, ascending. */
  readonly takers: Int32Array;
  /** [zone] how many of the takers are in it. */
  readonly takersInZone: Int32Array;
  readonly resources: readonly number[];
}

/** Derives the lookups; takes over from those of `before` what cannot have changed. Time O(S + N · classes), O(N · classes) where only nodes differ. */
export function layOut(problem: CompiledProblem, before?: Layout): Layout {
  const { classOf, classes } = classesOf(problem);
  const old = before?.problem;
  const sameRoles = before !== undefined && old?.roleLoad === problem.roleLoad && old.roleLeads === problem.roleLeads;
  const sameSlots = before !== undefined && old?.slotsFrom === problem.slotsFrom;
  const kinds = sameRoles ? before : kindsOf(problem);
  const replicas = sameSlots && sameRoles ? before.replicas : mostReplicas(problem);
  const limited = limitedRows(problem);
  return {
    problem,
    partitionOf: sameSlots ? before.partitionOf : partitionsOfSlots(problem),
    kindsFrom: kinds.kindsFrom,
    factor: kinds.factor,
    leads: kinds.leads,
    classOf,
    classes,
    replicas,
    ...zoneRulesOf(problem, classOf, classes, replicas),
    limitedRow: limited.rows,
    limitedRows: limited.count,
    rolesWeighAlike: problem.rolesWeighAlike.every(Boolean),
    anyHeld: problem.nodeState.includes(NODE_HELD),
    sumsAreExact:
      sameRoles && sameSlots && old?.weight === problem.weight
        ? before.sumsAreExact
        : areSumsExact(problem, kinds.factor),
    room: problem.capacity.map((capacity) => capacity * (1 + 1e-9)),
  };
}

function zoneRulesOf(
  { K }: CompiledProblem,
  classOf: Int32Array,
  classes: readonly PlaceClass[],
  replicas: Int32Array,
): Pick<Layout, 'zoneLimit' | 'zonesAtLimit'> {
  const zoneLimit = new Int32Array(K);
  const zonesAtLimit = new Int32Array(K);
  for (let k = 0; k < K; k++) {
    const inZone = classes[classOf[k] as number]?.takersInZone ?? new Int32Array(0);
    const rule = zoneRule(inZone, replicas[k] as number);
    zoneLimit[k] = rule.limit;
    zonesAtLimit[k] = rule.zonesAtLimit;
  }
  return { zoneLimit, zonesAtLimit };
}

/** Amounts are looked at to this part of one. */
const GRAIN = 1024;

/** Whether all weights and factors are multiples of the grain, and no sum of them, the heaviest for all, loses a digit. */
function areSumsExact({ S, weight }: CompiledProblem, factor: Float64Array): boolean {
  let heaviest = 0;
  for (let i = 0; i < weight.length; i++) {
    const amount = weight[i] as number;
    if (!Number.isInteger(amount * GRAIN)) return false;
    if (amount > heaviest) heaviest = amount;
  }
  const most = factor.reduce((a, b) => Math.max(a, b), 0);
  return factor.every((by) => Number.isInteger(by * GRAIN)) && heaviest * most * S * GRAIN * GRAIN <= 2 ** 53;
}

/**
 * How evenly `replicas` can stand in zones of which zone z has `nodesInZone[z]` usable nodes: no zone more than `limit`, and
 * only `zonesAtLimit` of them as many. Where zones suffice this is one each.
 */
export function zoneRule(nodesInZone: ArrayLike<number>, replicas: number): { limit: number; zonesAtLimit: number } {
  for (let limit = 1, below = 0; ; limit++) {
    let room = 0;
    for (let z = 0; z < nodesInZone.length; z++) room += Math.min(limit, nodesInZone[z] as number);
    if (room >= replicas || room === below)
      return { limit, zonesAtLimit: room > below ? replicas - below : nodesInZone.length };
    below = room;
  }
}

function partitionsOfSlots({ P, S, slotsFrom }: CompiledProblem): Int32Array {
  const partitionOf = new Int32Array(S);
  for (let p = 0; p < P; p++) partitionOf.fill(p, slotsFrom[p], slotsFrom[p + 1]);
  return partitionOf;
}

function kindsOf({ K, roleLoad, roleLeads }: CompiledProblem): Pick<Layout, 'kindsFrom' | 'factor' | 'leads'> {
  const kindsFrom = new Int32Array(K);
  const factor: number[] = [];
  const leads: number[] = [];
  for (let k = 0; k < K; k++) {
    kindsFrom[k] = leads.length;
    for (const load of roleLoad[k] ?? []) factor.push(load);
    for (const lead of roleLeads[k] ?? []) leads.push(lead);
  }
  return { kindsFrom, factor: Float64Array.from(factor), leads: Uint8Array.from(leads) };
}

function classesOf(problem: CompiledProblem): { classOf: Int32Array; classes: readonly PlaceClass[] } {
  const classOf = new Int32Array(problem.K);
  const known = new Map<Uint8Array, number>();
  const members: number[][] = [];
  const classes: PlaceClass[] = [];
  problem.isEligible.forEach((eligible, k) => {
    const at = known.get(eligible) ?? classes.length;
    if (at === classes.length) {
      known.set(eligible, at);
      members.push([]);
      classes.push(placeClass(problem, eligible, members[at] as number[]));
    }
    classOf[k] = at;
    members[at]?.push(k);
  });
  return { classOf, classes };
}

function placeClass(
  { nodeState, zone, zones }: CompiledProblem,
  eligible: Uint8Array,
  resources: number[],
): PlaceClass {
  const takes = eligible.map((may, n) => (nodeState[n] === NODE_LIVE ? may : 0));
  const keeps = eligible.map((may, n) => (nodeState[n] === NODE_LIVE || nodeState[n] === NODE_HELD ? may : 0));
  const takersInZone = new Int32Array(zones);
  const takers: number[] = [];
  takes.forEach((may, n) => {
    if (may === 0) return;
    takers.push(n);
    takersInZone[zone[n] as number] = (takersInZone[zone[n] as number] as number) + 1;
  });
  return { takes, keeps, takers: Int32Array.from(takers), takersInZone, resources };
}

function mostReplicas({ K, partitionsFrom, slotsFrom }: CompiledProblem): Int32Array {
  const replicas = new Int32Array(K);
  for (let k = 0; k < K; k++) {
    for (let p = partitionsFrom[k] as number; p < (partitionsFrom[k + 1] as number); p++) {
      const count = (slotsFrom[p + 1] as number) - (slotsFrom[p] as number);
      if (count > (replicas[k] as number)) replicas[k] = count;
    }
  }
  return replicas;
}

function limitedRows({ K, maxPerNode }: CompiledProblem): { rows: Int32Array; count: number } {
  const rows = new Int32Array(K).fill(NONE);
  let count = 0;
  for (let k = 0; k < K; k++) if ((maxPerNode[k] as number) < 2 ** 31 - 1) rows[k] = count++;
  return { rows, count };
}
