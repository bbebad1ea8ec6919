import type { SlotAssignment } from '../assignment.ts';
import type { CompiledProblem } from '../model/compiled.ts';
import { zoneCounts } from '../score/violations.ts';
import { ZoneRules } from '../score/zone-rule.ts';

/** A partition of which several replicas stand in one fault zone, as there are too few zones for them. */
export interface Degraded {
  readonly resource: string;
  readonly partition: string;
  readonly zone: string;
  /** Replicas of the partition in that zone: what its loss would take at once. */
  readonly replicas: number;
  /** Fault zones that the partition may use, and its replicas wanted. */
  readonly zones: number;
  readonly wanted: number;
  readonly text: string;
}

/** Every zone that holds more than one replica of a partition, in order of resources, partitions and zones, made as it is read. O(S). */
export function* degradedOf(
  problem: CompiledProblem,
  assignment: SlotAssignment,
): Generator<Degraded, void, undefined> {
  if (problem.zones === problem.N) return;
  const rules = new ZoneRules(problem);
  for (let p = 0; p < problem.P; p++) {
    const crowded = [...zoneCounts(problem, assignment, p)].filter(([, count]) => count > 1);
    if (crowded.length === 0) continue;
    const zones = rules.usableBy(p).reduce((sum, nodes) => sum + (nodes > 0 ? 1 : 0), 0);
    const resource = problem.resourceNames[problem.resourceOf[p] ?? 0] ?? '';
    const partition = problem.partitionNames[p] ?? '';
    const wanted = (problem.slotsFrom[p + 1] ?? 0) - (problem.slotsFrom[p] ?? 0);
    for (const [z, replicas] of crowded.sort(([a], [b]) => a - b)) {
      const zone = problem.zoneNames[z] ?? '';
      const text = `${replicas} of ${wanted} replicas of ${resource}/${partition} stand in zone ${zone}: it may use ${zones} zones.`;
      yield { resource, partition, zone, replicas, zones, wanted, text };
    }
  }
}
