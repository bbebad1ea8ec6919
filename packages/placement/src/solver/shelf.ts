import type { FairShares } from '../score/fair-shares.ts';
import { IndexHeap } from './index-heap.ts';
import type { PlaceClass } from './layout.ts';
import { fits, isForbidden, mayPlay, zoneAllows } from './rules.ts';
import type { SolverState } from './state.ts';

/** How many of the emptiest zones, and of the emptiest nodes in one, are compared: the first 15 of a heap hold the 4 least. */
const COMPARED = 15;

/**
 * The nodes of one class, the emptiest at hand: a heap of the zones by what they lack of their fair share, and in each zone a heap of
 * its nodes by how full they are. Zones are taken by what they lack in all, not by how full they are: whoever has most left to take
 * must be in on every partition, or there are not enough different zones for the last ones.
 *
 * A slot goes where its weight meets most free room: the sum over the dimensions of weight times room left.
 */
export class Shelf {
  readonly #state: SolverState;
  readonly #fair: Float64Array;
  readonly #place: PlaceClass;
  /** [d] one over the fair load of an average node: makes dimensions comparable. */
  readonly #unit: Float64Array;
  /** [n] how full the node is; [zone * D + d] what the zone lacks in units; [zone] less the more it lacks. */
  readonly #nodeKey: Float64Array;
  readonly #lack: Float64Array;
  readonly #zoneKey: Float64Array;
  readonly #zones: IndexHeap;
  readonly #nodes: readonly IndexHeap[];
  /** [d] the slot at hand, in units. */
  readonly #amount: Float64Array;

  constructor(state: SolverState, fair: FairShares, classIndex: number) {
    const { problem, classes } = state.layout;
    this.#state = state;
    this.#fair = fair.load;
    this.#place = classes[classIndex] as PlaceClass;
    this.#unit = unitsOf(fair.load, this.#place.takers, problem.D);
    this.#nodeKey = new Float64Array(problem.N);
    this.#lack = new Float64Array(problem.zones * problem.D);
    this.#zoneKey = new Float64Array(problem.zones);
    this.#amount = new Float64Array(problem.D);
    const members: number[][] = Array.from({ length: problem.zones }, () => []);
    for (const n of this.#place.takers) {
      members[problem.zone[n] as number]?.push(n);
      this.#nodeKey[n] = this.#fullness(n);
      this.#addLack(n, 1);
    }
    const used: number[] = [];
    members.forEach((nodes, z) => {
      if (nodes.length > 0) used.push(z);
      this.#zoneKey[z] = this.#lackKey(z);
    });
    const positions = new Int32Array(problem.N);
    this.#nodes = members.map((nodes) => new IndexHeap(Int32Array.from(nodes), this.#nodeKey, positions));
    this.#zones = new IndexHeap(Int32Array.from(used), this.#zoneKey, new Int32Array(problem.zones));
  }

  /** What a replica of p weighs, as a share of an average node's fair load: its largest dimension. */
  readonly weights = (p: number): number => {
    const { D, weight } = this.#state.layout.problem;
    let most = 0;
    for (let d = 0; d < D; d++) most = Math.max(most, (weight[p * D + d] as number) * (this.#unit[d] as number));
    return most;
  };

  /** Places the slot; false where no node of the class has room for it. */
  put(s: number): boolean {
    this.#measure(s);
    const n = this.#pick(s);
    if (n < 0) return false;
    this.#addLack(n, -1);
    this.#state.place(s, n);
    this.#addLack(n, 1);
    const z = this.#state.layout.problem.zone[n] as number;
    this.#nodeKey[n] = this.#fullness(n);
    this.#nodes[z]?.update(n);
    this.#zoneKey[z] = this.#lackKey(z);
    this.#zones.update(z);
    return true;
  }

  #measure(s: number): void {
    const { problem, partitionOf, factor } = this.#state.layout;
    const kind = this.#state.kindOf(s);
    const p = partitionOf[s] as number;
    for (let d = 0; d < problem.D; d++) {
      this.#amount[d] =
        (problem.weight[p * problem.D + d] as number) *
        (factor[kind * problem.D + d] as number) *
        (this.#unit[d] as number);
    }
  }

  /** The best node in the best zone that has one; the heap's first zones by what they lack, then any. */
  #pick(s: number): number {
    const zones = this.#zones.items;
    const compared = Math.min(COMPARED, zones.length);
    let tried = 0;
    for (; tried < compared; tried++) {
      const z = this.#bestZone(s, compared, tried);
      if (z < 0) break;
      const n = this.#bestIn(z, s);
      if (n >= 0) return n;
      this.#tried[tried] = z;
    }
    for (let i = compared; i < zones.length; i++) {
      const n = this.#bestIn(zones[i] as number, s);
      if (n >= 0) return n;
    }
    return -1;
  }

  readonly #tried = new Int32Array(COMPARED);

  /** Of the first zones that p is not in and that were not tried, the one that lacks most of what the slot weighs. */
  #bestZone(s: number, compared: number, tried: number): number {
    const { problem, partitionOf } = this.#state.layout;
    const zones = this.#zones.items;
    const p = partitionOf[s] as number;
    let best = -1;
    let bestLack = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < compared; i++) {
      const z = zones[i] as number;
      let lack = 0;
      for (let d = 0; d < problem.D; d++)
        lack += (this.#amount[d] as number) * (this.#lack[z * problem.D + d] as number);
      if (lack < bestLack - DUST || this.#wasTried(z, tried) || this.#crowded(p, z)) continue;
      if (lack <= bestLack + DUST && best >= 0 && lot(p, z) > lot(p, best)) continue;
      best = z;
      bestLack = lack;
    }
    return best;
  }

  #wasTried(z: number, tried: number): boolean {
    for (let i = 0; i < tried; i++) if (this.#tried[i] === z) return true;
    return false;
  }

  /** Whether the zone holds as many of p as it may, seen from afar: `zoneAllows` decides. */
  #crowded(p: number, z: number): boolean {
    const { problem, zoneLimit, anyHeld } = this.#state.layout;
    if (anyHeld) return false;
    const limit = zoneLimit[problem.resourceOf[p] as number] as number;
    let there = 0;
    for (let t = problem.slotsFrom[p] as number; t < (problem.slotsFrom[p + 1] as number); t++) {
      const n = this.#state.node[t] as number;
      if (n >= 0 && problem.zone[n] === z) there += 1;
    }
    return there >= limit && problem.forbiddenFrom[p] === problem.forbiddenFrom[p + 1];
  }

  /** The best of the emptiest nodes of the zone that may take the slot, else the first other one that may. */
  #bestIn(z: number, s: number): number {
    const nodes = this.#nodes[z]?.items ?? this.#zones.items;
    const compared = Math.min(COMPARED, nodes.length);
    let best = -1;
    let bestFull = Number.POSITIVE_INFINITY;
    const p = this.#state.layout.partitionOf[s] as number;
    for (let i = 0; i < compared; i++) {
      const n = nodes[i] as number;
      const full = this.#fullnessFor(n);
      if (full > bestFull || !this.#may(s, n)) continue;
      if (full === bestFull && best >= 0 && lot(p, n) > lot(p, best)) continue;
      best = n;
      bestFull = full;
    }
    for (let i = compared; best < 0 && i < nodes.length; i++)
      if (this.#may(s, nodes[i] as number)) best = nodes[i] as number;
    return best;
  }

  #may(s: number, n: number): boolean {
    const p = this.#state.layout.partitionOf[s] as number;
    const state = this.#state;
    return fits(state, s, n) && zoneAllows(state, p, n, s) && mayPlay(state, s, n) && !isForbidden(state, p, n);
  }

  /** The slot's weight times how full the node is, over the dimensions. */
  #fullnessFor(n: number): number {
    const { D, unweighted } = this.#state.layout.problem;
    if (unweighted) return this.#nodeKey[n] as number;
    let sum = 0;
    for (let d = 0; d < D; d++) {
      const wanted = this.#fair[n * D + d] as number;
      if (wanted > 0) sum += ((this.#state.load[n * D + d] as number) / wanted) * (this.#amount[d] as number);
    }
    return sum;
  }

  /** Its fullest dimension as a share of what is fair; replicas above what is fair where nothing weighs. */
  #fullness(n: number): number {
    const { D, unweighted } = this.#state.layout.problem;
    if (unweighted) return (this.#state.count[n] as number) - (this.#fair[n] as number);
    let most = 0;
    for (let d = 0; d < D; d++) {
      const wanted = this.#fair[n * D + d] as number;
      if (wanted > 0) most += (this.#state.load[n * D + d] as number) / wanted;
    }
    return most;
  }

  #addLack(n: number, sign: number): void {
    const { D, zone } = this.#state.layout.problem;
    const z = zone[n] as number;
    for (let d = 0; d < D; d++) {
      const lack =
        ((this.#fair[n * D + d] as number) - (this.#state.load[n * D + d] as number)) * (this.#unit[d] as number);
      this.#lack[z * D + d] = (this.#lack[z * D + d] as number) + sign * lack;
    }
  }

  #lackKey(z: number): number {
    const { D } = this.#state.layout.problem;
    let sum = 0;
    for (let d = 0; d < D; d++) sum -= this.#lack[z * D + d] as number;
    return sum;
  }
}

/** What adding up in another order may differ by. */
const DUST = 1e-9;

/**
 * Who goes first where two are as good: by lot, another for every partition. By name, where replicas weigh alike the same nodes would
 * meet on every partition, and one that is lost would be made up for by one or two.
 */
function lot(p: number, candidate: number): number {
  let mixed = Math.imul(p + 1, 0x9e3779b1) ^ Math.imul(candidate + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function unitsOf(fair: Float64Array, nodes: Int32Array, D: number): Float64Array {
  const unit = new Float64Array(D);
  for (let d = 0; d < D; d++) {
    let sum = 0;
    for (const n of nodes) sum += fair[n * D + d] as number;
    unit[d] = sum > 0 ? nodes.length / sum : 0;
  }
  return unit;
}
