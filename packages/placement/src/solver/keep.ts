import { NODE_HELD, NONE } from '../model/compiled.ts';
import { fits, mayPlay, mayStay, zoneAllows } from './rules.ts';
import type { SolverState } from './state.ts';

/**
 * The start: every replica that may stay where it is does, in its role as far as that is still wanted; pinned ones come first. What
 * is left over then has no place yet. Where more may stay than are wanted, those on the fullest nodes give way.
 */
export function keepCurrent(state: SolverState, fill: () => Float64Array): void {
  const { P } = state.layout.problem;
  for (let p = 0; p < P; p++) keep(state, p, fill);
}

/** The same for one partition, of which nothing stands as yet. `fill`, as `fillToday` has it, is asked for only where too many may stay. */
export function keep(state: SolverState, p: number, fill: () => Float64Array): void {
  if (keepWhole(state, p)) return;
  const { currentFrom, pinnedFrom } = state.layout.problem;
  state.touched.add(p);
  const pinned = (pinnedFrom[p + 1] as number) > (pinnedFrom[p] as number);
  if (pinned) placePinned(state, p, true);
  if (state.layout.anyHeld) keepAway(state, p);
  if (pinned) placePinned(state, p, false);
  if ((currentFrom[p + 1] as number) > (currentFrom[p] as number)) keepPartition(state, p, fill);
}

/**
 * The common case at once: every replica may stay, in the role it has, in a zone of its own, and everything pinned is among them. Nothing
 * happens and false is returned where it is not so plain. Such a partition is not noted as touched: it stands as it does today.
 */
function keepWhole(state: SolverState, p: number): boolean {
  const { problem, classOf, classes } = state.layout;
  const { zone, nodeState, slotsFrom, slotRole, currentFrom, currentNode, currentRole, forbiddenFrom } = problem;
  const keeps = classes[classOf[problem.resourceOf[p] as number] as number]?.keeps;
  const first = slotsFrom[p] as number;
  const count = (slotsFrom[p + 1] as number) - first;
  const from = currentFrom[p] as number;
  if ((currentFrom[p + 1] as number) - from !== count || keeps === undefined) return false;
  if (forbiddenFrom[p] !== forbiddenFrom[p + 1] || !pinsStand(state, p)) return false;
  for (let i = 0; i < count; i++) {
    const n = currentNode[from + i] as number;
    if (keeps[n] !== 1 || nodeState[n] === NODE_HELD || slotRole[first + i] !== currentRole[from + i]) return false;
    for (let j = 0; j < i; j++) if (zone[currentNode[from + j] as number] === zone[n]) return false;
  }
  for (let i = 0; i < count; i++) state.stand(first + i, currentNode[from + i] as number);
  return true;
}

/** Whether p stands today wherever it is pinned, in the role that the pin names. */
function pinsStand(state: SolverState, p: number): boolean {
  const { pinnedFrom, pinnedNode, pinnedRole } = state.layout.problem;
  for (let i = pinnedFrom[p] as number; i < (pinnedFrom[p + 1] as number); i++) {
    const role = roleToday(state, p, pinnedNode[i] as number);
    if (role === NONE || (pinnedRole[i] !== NONE && pinnedRole[i] !== role)) return false;
  }
  return true;
}

/** How full each node is today, all current replicas counted: [n] the largest share of its fair load over the dimensions. */
export function fillToday({ layout }: SolverState, fair: Float64Array): Float64Array {
  const { problem, kindsFrom, factor } = layout;
  const { N, D, P, currentFrom, currentNode, currentRole, resourceOf, weight } = problem;
  const load = new Float64Array(N * D);
  for (let p = 0; p < P; p++) {
    const first = kindsFrom[resourceOf[p] as number] as number;
    for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
      const kind = first + (currentRole[c] as number);
      const at = (currentNode[c] as number) * D;
      for (let d = 0; d < D; d++) {
        load[at + d] = (load[at + d] as number) + (weight[p * D + d] as number) * (factor[kind * D + d] as number);
      }
    }
  }
  const fill = new Float64Array(N);
  for (let n = 0; n < N; n++) {
    for (let d = 0; d < D; d++) {
      const wanted = fair[n * D + d] as number;
      if (wanted > 0) fill[n] = Math.max(fill[n] as number, (load[n * D + d] as number) / wanted);
    }
  }
  return fill;
}

/** Pins are kept whatever else says: those that name a role take a slot of it, the others the least important slot that is free. */
function placePinned(state: SolverState, p: number, named: boolean): void {
  const { pinnedFrom, pinnedNode, pinnedRole, slotsFrom, slotRole } = state.layout.problem;
  const from = slotsFrom[p] as number;
  const end = slotsFrom[p + 1] as number;
  for (let i = pinnedFrom[p] as number; i < (pinnedFrom[p + 1] as number); i++) {
    const role = pinnedRole[i] as number;
    if ((role !== NONE) !== named) continue;
    const n = pinnedNode[i] as number;
    if (!mayStay(state, p, n) || standsOn(state, p, n)) continue;
    const wanted = named ? role : roleToday(state, p, n);
    let slot = NONE;
    for (let s = from; s < end; s++) {
      if (state.node[s] !== NONE || !mayPlay(state, s, n)) continue;
      if (slotRole[s] === wanted) {
        slot = s;
        break;
      }
      if (!named) slot = s;
    }
    if (slot !== NONE && fits(state, slot, n)) state.place(slot, n);
  }
}

function standsOn({ layout, node }: SolverState, p: number, n: number): boolean {
  const { slotsFrom } = layout.problem;
  for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) if (node[s] === n) return true;
  return false;
}

/**
 * Who is held keeps its places but leads nothing: replicas there come first to the roles that do not lead, for which live ones that had
 * them take the lead. Not where a live replica would have to go for it: one too many in all, or in one zone; such come in after these, if at all.
 */
function keepAway(state: SolverState, p: number): void {
  const { currentNode, currentRole, slotsFrom, slotRole } = state.layout.problem;
  let places = placesForAway(state, p);
  for (const c of placesAway(state, p)) {
    const n = currentNode[c] as number;
    if (places === 0 || standsOn(state, p, n) || !zoneAllows(state, p, n, NONE)) continue;
    let slot = NONE;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      if (state.node[s] !== NONE || !mayPlay(state, s, n)) continue;
      if (slot === NONE || slotRole[s] === currentRole[c]) slot = s;
    }
    if (slot === NONE) return;
    state.place(slot, n);
    places -= 1;
  }
}

/** Current replicas on held nodes, those first in whose zone fewest live nodes could stand in for them: what leads has to be elsewhere. */
function placesAway(state: SolverState, p: number): readonly number[] {
  const { problem, classOf, classes } = state.layout;
  const { currentFrom, currentNode, nodeState, zone, resourceOf } = problem;
  const inZone = classes[classOf[resourceOf[p] as number] as number]?.takersInZone;
  const places: number[] = [];
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
    const n = currentNode[c] as number;
    if (nodeState[n] !== NODE_HELD || !mayStay(state, p, n)) continue;
    if (!sharesZoneWithLive(state, p, n) && !givesWayToPin(state, p, n)) places.push(c);
  }
  const standIns = (c: number): number => inZone?.[zone[currentNode[c] as number] as number] ?? 0;
  return places.length < 2 ? places : places.sort((a, b) => standIns(a) - standIns(b) || a - b);
}

/** Slots that neither live replicas of today nor pins will want. */
function placesForAway(state: SolverState, p: number): number {
  const { currentFrom, currentNode, nodeState, pinnedFrom, pinnedNode, slotsFrom } = state.layout.problem;
  let places = 0;
  for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) if (state.node[s] === NONE) places += 1;
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
    const n = currentNode[c] as number;
    if (nodeState[n] === NODE_HELD || !mayStay(state, p, n) || standsOn(state, p, n)) continue;
    if (!givesWayToPin(state, p, n)) places -= 1;
  }
  for (let i = pinnedFrom[p] as number; i < (pinnedFrom[p + 1] as number); i++) {
    const n = pinnedNode[i] as number;
    if (mayStay(state, p, n) && !standsOn(state, p, n) && roleToday(state, p, n) === NONE) places -= 1;
  }
  return places;
}

/** Whether another node of the same fault zone is pinned, so that the replica on this one has to go. */
function givesWayToPin({ layout }: SolverState, p: number, n: number): boolean {
  const { pinnedFrom, pinnedNode, zone } = layout.problem;
  let inZone = false;
  for (let i = pinnedFrom[p] as number; i < (pinnedFrom[p + 1] as number); i++) {
    if (pinnedNode[i] === n) return false;
    inZone ||= zone[pinnedNode[i] as number] === zone[n];
  }
  return inZone;
}

function sharesZoneWithLive(state: SolverState, p: number, n: number): boolean {
  const { currentFrom, currentNode, nodeState, zone } = state.layout.problem;
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
    const other = currentNode[c] as number;
    if (nodeState[other] !== NODE_HELD && zone[other] === zone[n] && mayStay(state, p, other)) return true;
  }
  return false;
}

/** The role p plays on n today, or NONE. */
export function roleToday({ layout }: SolverState, p: number, n: number): number {
  const { currentFrom, currentNode, currentRole } = layout.problem;
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
    if (currentNode[c] === n) return currentRole[c] as number;
  }
  return NONE;
}

/** Current replicas of one partition, reused from partition to partition. */
const staying: number[] = [];

function keepPartition(state: SolverState, p: number, fill: () => Float64Array): void {
  const { currentFrom, currentNode, slotsFrom } = state.layout.problem;
  const slots = (slotsFrom[p + 1] as number) - (slotsFrom[p] as number);
  staying.length = 0;
  for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
    if (mayStay(state, p, currentNode[c] as number)) staying.push(c);
  }
  if (staying.length > slots) {
    // The leader's place is worth most, then room.
    const full = fill();
    const fillOf = (c: number): number => full[currentNode[c] as number] as number;
    staying.sort((a, b) => leadsToday(state, p, b) - leadsToday(state, p, a) || fillOf(a) - fillOf(b) || a - b);
  }
  for (const c of staying) keepInRole(state, p, c);
  for (const c of staying) keepInAnyRole(state, p, c);
}

function leadsToday({ layout }: SolverState, p: number, c: number): number {
  const { problem, kindsFrom, leads } = layout;
  if (problem.nodeState[problem.currentNode[c] as number] === NODE_HELD) return 0;
  return leads[(kindsFrom[problem.resourceOf[p] as number] as number) + (problem.currentRole[c] as number)] as number;
}

/** In the slot of its place among today's replicas if that is one of its role, so that others that leave do not matter; else in the first that is free. */
function keepInRole(state: SolverState, p: number, c: number): void {
  const { currentFrom, currentNode, currentRole, slotsFrom, slotRole } = state.layout.problem;
  const n = currentNode[c] as number;
  const first = slotsFrom[p] as number;
  const end = slotsFrom[p + 1] as number;
  const isFree = (s: number): boolean => s < end && state.node[s] === NONE && slotRole[s] === currentRole[c];
  let s = first + c - (currentFrom[p] as number);
  if (!isFree(s)) for (s = first; s < end && !isFree(s); ) s += 1;
  if (s < end && mayPlay(state, s, n) && zoneAllows(state, p, n, NONE)) state.place(s, n);
}

/** For replicas whose role is not wanted as often any more: the most important slot that is free. */
function keepInAnyRole(state: SolverState, p: number, c: number): void {
  const { currentNode, slotsFrom } = state.layout.problem;
  const n = currentNode[c] as number;
  let free = NONE;
  for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
    if (state.node[s] === n) return;
    if (free === NONE && state.node[s] === NONE && mayPlay(state, s, n)) free = s;
  }
  if (free !== NONE && zoneAllows(state, p, n, NONE)) state.place(free, n);
}
