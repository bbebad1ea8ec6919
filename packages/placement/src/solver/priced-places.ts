import { NONE } from '../model/compiled.ts';
import { type Board, LED, MAY_TAKE, STOOD } from './board.ts';
import { type NodeGroups, nodeGroups } from './node-groups.ts';
import { SlotKinds } from './slot-kinds.ts';

/**
 * The cheapest places of every partition at given prices, each by itself. Of a group of nodes (a fault zone) one is taken at most; where zones do not
 * suffice every node is a group, which only makes the cost lower. Slots that have to stay where they are stay.
 */
export class PricedPlaces {
  readonly #board: Board;
  readonly #leadChange: number;
  readonly #kinds: SlotKinds;
  readonly #zones: NodeGroups;
  readonly #single: NodeGroups;
  /** [kind of the partition * N + group] the cheapest node of the group, and what it costs; NONE where it has none. */
  readonly #node: Int32Array;
  readonly #offer: Float64Array;
  /** [state] least cost; [group * states + state] 1 + the kind taken from the group to get there, or 0. */
  readonly #cost: Float64Array;
  readonly #taken: Uint8Array;
  /** Groups taken so far, cheapest first, where all slots weigh the same. */
  readonly #chosen: Int32Array;

  constructor(board: Board, leadChange: number) {
    this.#board = board;
    this.#leadChange = leadChange;
    this.#kinds = new SlotKinds(board);
    this.#zones = nodeGroups(board.state.layout.problem.zone);
    this.#single = nodeGroups(Int32Array.from({ length: board.N }, (_, n) => n));
    const { mostKinds, mostStates } = this.#kinds;
    this.#node = new Int32Array(mostKinds * board.N);
    this.#offer = new Float64Array(mostKinds * board.N);
    this.#cost = new Float64Array(mostStates);
    this.#taken = new Uint8Array(board.N * mostStates);
    this.#chosen = new Int32Array(board.N + 1);
  }

  /** What the cheapest places cost altogether; what stands on nodes then goes to `loads`: [n * W + row]. */
  choose(price: Float64Array, loads: Float64Array): number {
    const { from, states, fixedLoad, fixedCopies } = this.#kinds;
    loads.set(fixedLoad);
    let cost = fixedCopies + this.#board.leadsToKeep * this.#leadChange;
    for (let i = 0; i < price.length; i++) cost += (price[i] as number) * (fixedLoad[i] as number);
    for (let p = 0; p < states.length; p++) {
      const kinds = (from[p + 1] as number) - (from[p] as number);
      if (kinds === 1) cost += this.#chooseAlike(p, price, loads);
      else if (kinds > 1) cost += this.#chooseMixed(p, price, loads);
    }
    return cost;
  }

  #groupsOf(p: number): NodeGroups {
    return this.#board.zoneLimit[p] === 1 ? this.#zones : this.#single;
  }

  /** Slots of one kind: the cheapest groups, as many as slots, or all where there are fewer. */
  #chooseAlike(p: number, price: Float64Array, loads: Float64Array): number {
    const kind = this.#kinds.from[p] as number;
    const wanted = this.#kinds.count[kind] as number;
    const groups = this.#groupsOf(p);
    const offer = this.#offer;
    const chosen = this.#chosen;
    this.#offerPlaces(p, kind, 0, groups, price);
    let found = 0;
    for (let g = 0; g < groups.count; g++) {
      if (this.#node[g] === NONE) continue;
      if (found === wanted && (offer[g] as number) >= (offer[chosen[found - 1] as number] as number)) continue;
      let i = found < wanted ? found++ : found - 1;
      for (; i > 0 && (offer[g] as number) < (offer[chosen[i - 1] as number] as number); i--)
        chosen[i] = chosen[i - 1] as number;
      chosen[i] = g;
    }
    let cost = 0;
    for (let i = 0; i < found; i++) {
      const g = chosen[i] as number;
      cost += offer[g] as number;
      this.#add(kind, this.#node[g] as number, loads);
    }
    return cost;
  }

  /** Slots of several kinds: a table over groups and over how many slots of each kind have a place. */
  #chooseMixed(p: number, price: Float64Array, loads: Float64Array): number {
    const first = this.#kinds.from[p] as number;
    const kinds = (this.#kinds.from[p + 1] as number) - first;
    const states = this.#kinds.states[p] as number;
    const groups = this.#groupsOf(p);
    for (let kind = 0; kind < kinds; kind++) this.#offerPlaces(p, first + kind, kind, groups, price);
    const cost = this.#cost;
    cost.fill(Number.POSITIVE_INFINITY, 0, states);
    cost[0] = 0;
    for (let g = 0; g < groups.count; g++) this.#fillTable(g, first, kinds, states);
    // With too few places for all slots the fullest state that can be reached is as far as it goes.
    let state = states - 1;
    while (state > 0 && cost[state] === Number.POSITIVE_INFINITY) state -= 1;
    const least = cost[state] as number;
    for (let g = groups.count - 1; g >= 0 && state > 0; g--) {
      const kind = (this.#taken[g * states + state] as number) - 1;
      if (kind < 0) continue;
      this.#add(first + kind, this.#node[kind * this.#board.N + g] as number, loads);
      state -= this.#kinds.stride[first + kind] as number;
    }
    return least;
  }

  /** From the fullest state down, so that the group is taken from once. */
  #fillTable(g: number, first: number, kinds: number, states: number): void {
    const { stride, count } = this.#kinds;
    for (let state = states - 1; state >= 0; state--) {
      let least = this.#cost[state] as number;
      let taken = 0;
      for (let kind = 0; kind < kinds; kind++) {
        const step = stride[first + kind] as number;
        const at = kind * this.#board.N + g;
        if (((state / step) | 0) % ((count[first + kind] as number) + 1) === 0 || this.#node[at] === NONE) continue;
        const cost = (this.#cost[state - step] as number) + (this.#offer[at] as number);
        if (cost >= least) continue;
        least = cost;
        taken = kind + 1;
      }
      this.#cost[state] = least;
      this.#taken[g * states + state] = taken;
    }
  }

  /** The cheapest node of every group for a slot of the kind. */
  #offerPlaces(p: number, kind: number, column: number, { count, from, node }: NodeGroups, price: Float64Array): void {
    const { place, N, W, amount } = this.#board;
    const at = (this.#kinds.slot[kind] as number) * W;
    const saves = this.#leadChange > 0 && amount[at + W - 1] === 1 ? this.#leadChange : 0;
    for (let g = 0; g < count; g++) {
      let least = Number.POSITIVE_INFINITY;
      let cheapest: number = NONE;
      for (let i = from[g] as number; i < (from[g + 1] as number); i++) {
        const n = node[i] as number;
        const is = place[p * N + n] as number;
        if ((is & MAY_TAKE) === 0) continue;
        let cost = (is & STOOD) !== 0 ? 0 : 1;
        if ((is & LED) !== 0) cost -= saves;
        for (let row = 0; row < W; row++) cost += (price[n * W + row] as number) * (amount[at + row] as number);
        if (cost >= least) continue;
        least = cost;
        cheapest = n;
      }
      this.#offer[column * N + g] = least;
      this.#node[column * N + g] = cheapest;
    }
  }

  #add(kind: number, n: number, loads: Float64Array): void {
    const { W, amount } = this.#board;
    const at = (this.#kinds.slot[kind] as number) * W;
    for (let row = 0; row < W; row++)
      loads[n * W + row] = (loads[n * W + row] as number) + (amount[at + row] as number);
  }
}
