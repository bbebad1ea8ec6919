import type { ClusterSnapshot } from '../../snapshot/index.ts';
import type { GroupMember } from './solve-group.ts';
import type { Solver } from './solver.ts';

/** Everything that a placement depends on but where replicas stand: the solver and records, by identity, as these are never changed in place. */
export interface PlacementInputs {
  readonly records: readonly unknown[];
  /** Which instances count, per resource. */
  readonly active: readonly ReadonlySet<string>[];
  readonly enabledLive: ReadonlySet<string>;
  readonly live: ReadonlySet<string>;
}

/** What a placement of these resources would be worked out from now. */
export function placementInputs(
  snapshot: ClusterSnapshot,
  members: readonly GroupMember[],
  solver: Solver,
): PlacementInputs {
  const instances = [...snapshot.instances.values()].map(({ record }) => record);
  const resources = members.flatMap(({ context }) => [context.ideal?.record, context.config?.record, context.model]);
  const nodes = members[0]?.context.nodes;
  return {
    records: [solver, snapshot.config.record, ...instances, ...resources],
    active: members.map(({ active }) => active),
    enabledLive: nodes?.enabledLive ?? new Set(),
    live: new Set(nodes?.live.keys()),
  };
}

function sameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  if (one.size !== other.size) return false;
  for (const member of one) if (!other.has(member)) return false;
  return true;
}

/** Whether two placements have the same to go by. */
export function sameInputs(one: PlacementInputs, other: PlacementInputs): boolean {
  return (
    one.records.length === other.records.length &&
    one.records.every((record, index) => record === other.records[index]) &&
    one.active.length === other.active.length &&
    one.active.every((set, index) => sameSet(set, other.active[index] ?? new Set())) &&
    sameSet(one.enabledLive, other.enabledLive) &&
    sameSet(one.live, other.live)
  );
}
