import {
  ANY_LIVE_INSTANCE,
  type ClusterPlan,
  type ClusterSnapshot,
  DROPPED_STATE,
  type IdealState,
  type StateModelDefinition,
} from '@keelson/cluster';

/** A cluster as it is, and as its controller wants it. */
export interface ClusterPicture {
  readonly snapshot: ClusterSnapshot;
  readonly plan: ClusterPlan;
}

/** How far a resource is on its way. */
export interface Progress {
  /** Replicas that are declared, whether or not there are instances for all of them now. */
  readonly wanted: number;
  /** Of those, the ones in the state the controller wants them in. */
  readonly placed: number;
  /** Nothing is left to do: all the controller wants is so, none is too many, nothing is under way, and every partition is served. */
  readonly converged: boolean;
}

/** How far `resource` is. */
export function progressOf(picture: ClusterPicture, resource: string): Progress {
  const { snapshot, plan } = picture;
  const present = snapshot.replicas.get(resource);
  const decided = plan.resources.get(resource);
  const ideal = snapshot.idealStates.get(resource);
  const progress = { wanted: 0, placed: 0, open: snapshot.waiting.get(resource)?.size ?? 0 };
  // Declared just now, and not decided about yet.
  if (decided === undefined && ideal !== undefined) progress.open += 1;
  for (const partition of new Set([...(decided?.partitions.keys() ?? []), ...(present?.keys() ?? [])])) {
    const states = decided?.partitions.get(partition)?.wanted ?? NOTHING;
    const here = present?.get(partition);
    const declared = declaredReplicas(ideal, partition, states);
    const inPlace = countInPlace(states, here);
    progress.wanted += declared;
    // While a replica moves, one more than declared may be in place.
    progress.placed += Math.min(inPlace.placed, declared);
    progress.open += inPlace.open + (isServed(ideal, decided?.model, here) ? 0 : 1);
  }
  return { wanted: progress.wanted, placed: progress.placed, converged: progress.open === 0 };
}

type Wanted = ReadonlyMap<string, { readonly state: string }>;
type Present = ReadonlyMap<string, { readonly state: string }> | undefined;

const NOTHING: Wanted = new Map();

/** Replicas in their wanted state, and how many are still to change, to come or to go. */
function countInPlace(states: Wanted, here: Present): { placed: number; open: number } {
  let placed = 0;
  let open = 0;
  for (const [instance, { state }] of states) {
    if (state === DROPPED_STATE) open += here?.has(instance) === true ? 1 : 0;
    else if (here?.get(instance)?.state === state) placed += 1;
    else open += 1;
  }
  for (const instance of here?.keys() ?? []) if (!states.has(instance)) open += 1;
  return { placed, open };
}

function declaredReplicas(ideal: IdealState | undefined, partition: string, states: Wanted): number {
  if (ideal === undefined || !ideal.enabled) return 0;
  if (ideal.mode === 'CUSTOMIZED') return Object.keys(ideal.instanceStates(partition) ?? {}).length;
  if (ideal.replicas !== ANY_LIVE_INSTANCE) return Number(ideal.replicas);
  return [...states.values()].filter(({ state }) => state !== DROPPED_STATE).length;
}

/** Whether somebody is in the top state, or need not be: the resource is disabled, dropped, or placed by the operator's own map. */
function isServed(ideal: IdealState | undefined, model: StateModelDefinition | undefined, here: Present): boolean {
  if (ideal === undefined || model === undefined || !ideal.enabled || ideal.mode === 'CUSTOMIZED') return true;
  for (const { state } of here?.values() ?? []) if (state === model.topState) return true;
  return false;
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
