import { NODE_HELD, NONE } from '../model/compiled.ts';
import type { RuleName } from '../score/rules.ts';
import { currentRoleOn, leads, slotLoad } from '../score/standing.ts';
import { standingRules } from '../score/standing-rules.ts';
import { roleName } from '../score/violations.ts';
import { lostPins } from './lost-pins.ts';
import type { Situation } from './situation.ts';
import { type Trial, zoneLimit } from './trial.ts';

/** A hard rule that keeps a replica off a node, with the figures. */
export interface BindingRule {
  readonly rule: Exclude<RuleName, 'role-count'>;
  /** The node whose limit it is: the candidate itself, but where two replicas would exchange roles also the other one. */
  readonly node: string;
  /** `capacity`: which dimension. */
  readonly dimension?: string;
  /** `fault-zone`: which zone. */
  readonly zone?: string;
  /** `tag`: the one that is missing. */
  readonly tag?: string;
  /** `one-per-node`: the role of the replica that stands there. `pinned`: the role wanted on the pinned node, where one is. */
  readonly role?: string;
  /** `pinned`: the node on which a replica has to stand. */
  readonly pinnedTo?: string;
  /** What there is without the replica: load, or replicas. */
  readonly figure: number;
  /** What there may be. */
  readonly limit: number;
  /** What the replica adds. */
  readonly needs: number;
}

/** Every hard rule that a trial would break on the slot's node. O(D + R + exceptions). */
export function bindingRules(situation: Situation, trial: Trial): readonly BindingRule[] {
  const found: BindingRule[] = [];
  addRoom(situation, trial, found);
  addZone(situation, trial, found);
  addStanding(situation, trial, found);
  addPin(situation, trial, found);
  addLimits(situation, trial, found);
  return found;
}

/** What slot `slot` adds to a node in `d`, less what the partition's replica there now takes with it. */
function addedLoad({ problem, assignment }: Situation, { p, slot, node, nodes }: Trial, d: number): number {
  let added = slotLoad(problem, p, slot, d);
  const from = problem.slotsFrom[p] ?? 0;
  for (let i = 0; i < nodes.length; i++) {
    const stays = nodes[i] === node && from + i !== slot;
    if (assignment.node[from + i] === node && !stays) added -= slotLoad(problem, p, from + i, d);
  }
  return added;
}

/** Whether the replica keeps its place on a held node: it was there before any limit. */
function isKept({ problem }: Situation, { p, slot, node }: Trial): boolean {
  return problem.nodeState[node] === NODE_HELD && !leads(problem, p, slot) && currentRoleOn(problem, p, node) !== NONE;
}

function addRoom(situation: Situation, trial: Trial, found: BindingRule[]): void {
  const { problem, room } = situation;
  const { p, slot, node } = trial;
  if (isKept(situation, trial)) return;
  for (const [d, dimension] of problem.dimensionNames.entries()) {
    const added = addedLoad(situation, trial, d);
    const needs = slotLoad(problem, p, slot, d);
    if (needs === 0 || !room.exceeds(node, d, added)) continue;
    const figure = room.load(node, d) + added - needs;
    const limit = problem.capacity[node * problem.D + d] ?? 0;
    found.push({ rule: 'capacity', node: nodeName(situation, node), dimension, figure, limit, needs });
  }
}

function addZone(situation: Situation, { p, slot, node, nodes }: Trial, found: BindingRule[]): void {
  const { problem } = situation;
  const from = problem.slotsFrom[p] ?? 0;
  const z = problem.zone[node] ?? 0;
  let there = 0;
  for (let i = 0; i < nodes.length; i++) {
    const n = nodes[i] ?? NONE;
    if (n === NONE || from + i === slot) continue;
    if (problem.zone[n] === z) there++;
    if (n !== node) continue;
    const role = roleName(problem, p, problem.slotRole[from + i] ?? 0);
    found.push({ rule: 'one-per-node', node: nodeName(situation, node), role, figure: 1, limit: 1, needs: 1 });
  }
  // Zones of one node each say nothing that `one-per-node` does not.
  if (there === 0 || problem.zones === problem.N) return;
  const limit = zoneLimit(situation, { p, slot, node, nodes }, there);
  if (there < limit) return;
  const zone = problem.zoneNames[z] ?? '';
  found.push({ rule: 'fault-zone', node: nodeName(situation, node), zone, figure: there, limit, needs: 1 });
}

function addStanding(situation: Situation, { p, slot, node }: Trial, found: BindingRule[]): void {
  const { problem } = situation;
  for (const rule of standingRules(problem, p, slot, node)) {
    const tag = rule === 'tag' ? { tag: problem.tags[problem.resourceOf[p] ?? 0] ?? '' } : {};
    found.push({ rule, node: nodeName(situation, node), ...tag, figure: 0, limit: 0, needs: 1 });
  }
}

/** A pin binds where the trial leaves it no slot that could meet it and there would be one without. */
function addPin(situation: Situation, { p, slot, node, nodes }: Trial, found: BindingRule[]): void {
  const { problem } = situation;
  if (problem.pinnedFrom[p] === problem.pinnedFrom[p + 1]) return;
  const lost = lostPins(problem, p, nodes);
  const without = situation.nodesOf(p);
  without[slot - (problem.slotsFrom[p] ?? 0)] = NONE;
  if (lost.count <= lostPins(problem, p, without).count) return;
  const { pin } = lost;
  const role = problem.pinnedRole[pin] ?? NONE;
  found.push({
    rule: 'pinned',
    node: nodeName(situation, node),
    pinnedTo: nodeName(situation, problem.pinnedNode[pin] ?? NONE),
    ...(role === NONE ? {} : { role: roleName(problem, p, role) }),
    figure: 0,
    limit: 0,
    needs: 1,
  });
}

/** Keeps to what nodes and resources may hold, counting out a replica of the partition that makes room. */
function addLimits(situation: Situation, trial: Trial, found: BindingRule[]): void {
  const { problem, room, assignment } = situation;
  const { p, slot, node, nodes } = trial;
  if (isKept(situation, trial)) return;
  const k = problem.resourceOf[p] ?? 0;
  const from = problem.slotsFrom[p] ?? 0;
  let leaving = 0;
  for (let i = 0; i < nodes.length; i++) {
    if (assignment.node[from + i] === node && (nodes[i] !== node || from + i === slot)) leaving++;
  }
  const name = nodeName(situation, node);
  const all = room.replicas(node) - leaving;
  const most = problem.maxReplicas[node] ?? 0;
  if (all + 1 > most) found.push({ rule: 'max-replicas', node: name, figure: all, limit: most, needs: 1 });
  const ofResource = situation.replicasOfResource(k, node) - leaving;
  const mostOfResource = problem.maxPerNode[k] ?? 0;
  if (ofResource + 1 > mostOfResource) {
    found.push({ rule: 'max-replicas-per-node', node: name, figure: ofResource, limit: mostOfResource, needs: 1 });
  }
}

const nodeName = ({ problem }: Situation, n: number): string => problem.nodeNames[n] ?? '';
