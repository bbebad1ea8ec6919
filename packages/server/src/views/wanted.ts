import { type ClusterPlan, type ClusterSnapshot, DROPPED_STATE } from '@keelson/cluster';

/** A cluster as it is, and as its controller wants it. */
export interface ClusterPicture {
  readonly snapshot: ClusterSnapshot;
  readonly plan: ClusterPlan;
}

/** How far a resource is on its way. */
export interface Progress {
  /** Replicas that are wanted. */
  readonly wanted: number;
  /** Of those, the ones in the wanted state. */
  readonly placed: number;
  /** All are, none is too many, and nothing is under way. */
  readonly converged: boolean;
}

/** How far `resource` is. */
export function progressOf(picture: ClusterPicture, resource: string): Progress {
  const present = picture.snapshot.replicas.get(resource);
  const partitions = picture.plan.resources.get(resource)?.partitions;
  let wanted = 0;
  let placed = 0;
  let surplus = 0;
  for (const [partition, { wanted: states }] of partitions ?? []) {
    const here = present?.get(partition);
    for (const [instance, { state }] of states) {
      if (state === DROPPED_STATE) continue;
      wanted += 1;
      if (here?.get(instance)?.state === state) placed += 1;
    }
    for (const instance of here?.keys() ?? []) if (isUnwanted(states.get(instance))) surplus += 1;
  }
  for (const partition of present?.keys() ?? []) if (partitions?.has(partition) !== true) surplus += 1;
  const waiting = picture.snapshot.waiting.get(resource)?.size ?? 0;
  // Declared just now, and not decided about yet.
  const undecided = partitions === undefined && picture.snapshot.idealStates.has(resource);
  return { wanted, placed, converged: !undecided && placed === wanted && surplus === 0 && waiting === 0 };
}

function isUnwanted(wanted: { readonly state: string } | undefined): boolean {
  return wanted === undefined || wanted.state === DROPPED_STATE;
}

/** Names of the resources: declared ones, and dropped ones that still have replicas. */
export function resourceNames(snapshot: ClusterSnapshot): readonly string[] {
  return [...new Set([...snapshot.idealStates.keys(), ...snapshot.replicas.keys()])].sort(byName);
}

/** Names in the order people expect: `worker-2` before `worker-10`. */
export function byName(one: string, other: string): number {
  return collator.compare(one, other) || (one < other ? -1 : one > other ? 1 : 0);
}

const collator = new Intl.Collator('en', { numeric: true });
