import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NODE_LIVE, NONE } from '../model/compiled.ts';
import type { Rooms } from './rooms.ts';

/** Nodes looked at in one search, so that many searches on a full cluster stay cheap. */
const MOST_LOOKED_AT = 4096;

/** Finds nodes where a replica may stand for a while. */
export class ThirdNodes {
  readonly #problem: CompiledProblem;
  readonly #assignment: SlotAssignment;
  readonly #rooms: Rooms;
  /** Where the last one was found: the next search goes on from there, so that temporary copies spread. */
  #cursor = 0;
  #lookedAt = 0;

  constructor(problem: CompiledProblem, assignment: SlotAssignment, rooms: Rooms) {
    this.#problem = problem;
    this.#assignment = assignment;
    this.#rooms = rooms;
  }

  /** Allows another `MOST_LOOKED_AT` nodes to be looked at. */
  startSearch(): void {
    this.#lookedAt = 0;
  }

  /** A live node that may take the partition, has room for it in its lowest role, and shares no zone with where it stands or shall stand. */
  find(p: number): number | undefined {
    const { resourceOf, eligible, nodeState, zone } = this.#problem;
    const nodes = eligible[resourceOf[p] as number] ?? new Int32Array(0);
    const zones = this.#zonesOf(p);
    for (let i = 0; i < nodes.length && this.#lookedAt < MOST_LOOKED_AT; i++) {
      this.#lookedAt += 1;
      const at = (this.#cursor + i) % nodes.length;
      const n = nodes[at] as number;
      if (nodeState[n] !== NODE_LIVE || zones.has(zone[n] as number) || this.#isForbidden(p, n) || !this.#hasRoom(p, n))
        continue;
      this.#cursor = at + 1;
      return n;
    }
    return undefined;
  }

  #zonesOf(p: number): Set<number> {
    const { slotsFrom, currentFrom, currentNode, zone } = this.#problem;
    const zones = new Set<number>();
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = this.#assignment.node[s] as number;
      if (n !== NONE) zones.add(zone[n] as number);
    }
    for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++)
      zones.add(zone[currentNode[c] as number] as number);
    return zones;
  }

  #isForbidden(p: number, n: number): boolean {
    const { forbiddenFrom, forbiddenNode } = this.#problem;
    for (let i = forbiddenFrom[p] as number; i < (forbiddenFrom[p + 1] as number); i++)
      if (forbiddenNode[i] === n) return true;
    return false;
  }

  #hasRoom(p: number, n: number): boolean {
    const { D, weight, resourceOf, roleLoad } = this.#problem;
    const k = resourceOf[p] as number;
    const rooms = this.#rooms;
    const room = rooms.resourceRoom(k, n);
    if (rooms.shortage(rooms.replicasRoom(n), 1) > 0 || (room !== NONE && rooms.shortage(room, 1) > 0)) return false;
    const loads = roleLoad[k] as Float64Array;
    const lowest = loads.length / D - 1;
    for (let d = 0; d < D; d++) {
      if (rooms.shortage(n * D + d, (weight[p * D + d] as number) * (loads[lowest * D + d] as number)) > 0)
        return false;
    }
    return true;
  }
}
