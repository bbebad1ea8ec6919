import { NONE } from '../model/compiled.ts';
import { crowdedIn } from '../score/violations.ts';
import type { ZoneRule } from '../score/zone-rule.ts';
import type { Situation } from './situation.ts';

/** A replica put somewhere by way of trial: the slot, its node, and where the other replicas of the partition stand meanwhile. */
export interface Trial {
  readonly p: number;
  readonly slot: number;
  readonly node: number;
  /** By slot of p; `nodes[slot - slotsFrom[p]]` is `node`. */
  readonly nodes: Int32Array;
}

/** The trial of moving (or placing) slot `slot` of `p` on `node`. */
export function moveTrial(situation: Situation, p: number, slot: number, node: number): Trial {
  const nodes = situation.nodesOf(p);
  nodes[slot - (situation.problem.slotsFrom[p] ?? 0)] = node;
  return { p, slot, node, nodes };
}

/** How many replicas of `p` the trial's zone may hold, the others standing as they do. */
export function zoneLimit({ problem, zones }: Situation, { p, slot, node, nodes }: Trial, there: number): number {
  const from = problem.slotsFrom[p] ?? 0;
  const pinned = zones.pinnedInto(p, problem.zone[node] ?? 0);
  const counts = new Map<number, number>();
  for (const [i, n] of nodes.entries()) {
    const z = problem.zone[n] ?? NONE;
    if (n !== NONE && from + i !== slot) counts.set(z, (counts.get(z) ?? 0) + 1);
  }
  const limitBy = (rule: ZoneRule): number => {
    const limit = Math.max(rule.most, pinned);
    let crowded = crowdedIn(rule, there + 1, pinned) - crowdedIn(rule, there, pinned);
    if (crowded > 0) for (const [at, count] of counts) crowded += crowdedIn(rule, count, zones.pinnedInto(p, at));
    return there < limit && crowded > rule.crowded ? limit - 1 : limit;
  };
  // A node that is closed for other reasons may, once open, leave its zone more room: then the zone is not what is in the way.
  return Math.max(limitBy(zones.of(p)), limitBy(zones.with(p, node)));
}
