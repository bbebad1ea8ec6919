import { type ClusterSnapshot, listField, parseJavaMap } from '@keelson/cluster';
import type { Instance } from '../api/schemas.ts';
import { byName } from './wanted.ts';

/** Names of the instances: declared ones, and live ones that are not (or no longer) declared. */
export function instanceNames(snapshot: ClusterSnapshot): readonly string[] {
  return [...new Set([...snapshot.instances.keys(), ...snapshot.live.keys()])].sort(byName);
}

/** State counts and pending transitions of every instance, in one pass over the replicas. */
export function instanceLoads(snapshot: ClusterSnapshot): ReadonlyMap<string, InstanceLoad> {
  const loads = new Map<string, { states: Record<string, number>; pending: number }>();
  const of = (instance: string): { states: Record<string, number>; pending: number } => {
    const known = loads.get(instance) ?? { states: {}, pending: 0 };
    loads.set(instance, known);
    return known;
  };
  for (const partitions of snapshot.replicas.values())
    for (const replicas of partitions.values())
      for (const [instance, { state }] of replicas) {
        const { states } = of(instance);
        states[state] = (states[state] ?? 0) + 1;
      }
  for (const partitions of snapshot.waiting.values())
    for (const instances of partitions.values())
      for (const [instance, messages] of instances) of(instance).pending += messages.length;
  return loads;
}

/** What an instance holds. */
export interface InstanceLoad {
  readonly states: Readonly<Record<string, number>>;
  readonly pending: number;
}

/** One instance. `seenJoiningMs`: when this server saw it join, where it did. */
export function instanceView(
  snapshot: ClusterSnapshot,
  name: string,
  load: InstanceLoad | undefined,
  seenJoiningMs: number | undefined,
): Instance {
  const config = snapshot.instances.get(name);
  const live = snapshot.live.get(name);
  const enabled = config?.enabled ?? false;
  const port = Number(config?.port);
  return {
    name,
    host: config === undefined || config.host === '' ? null : config.host,
    port: config === undefined || config.port === '' || !Number.isInteger(port) ? null : port,
    live: live !== undefined,
    liveSinceMs: live === undefined ? null : (joinedMs(snapshot, name, live.session) ?? seenJoiningMs ?? null),
    sessionId: live?.session ?? null,
    enabled,
    disabledReason: enabled ? null : (config?.disabledReason ?? null),
    tags: config?.tags ?? [],
    domain: config === undefined || config.domain === '' ? null : config.domain,
    disabledPartitions: config?.allDisabledPartitions ?? {},
    states: load?.states ?? {},
    pendingTransitions: load?.pending ?? 0,
  };
}

/** Wall time at which the instance joined under `session`, by its own history. */
function joinedMs(snapshot: ClusterSnapshot, instance: string, session: string): number | undefined {
  const history = snapshot.histories.get(instance);
  if (history === undefined) return undefined;
  for (const line of (listField(history.record, 'HISTORY') ?? []).toReversed()) {
    const fields = parseJavaMap(line);
    if (fields.SESSION === session) return Number(fields.TIME) || undefined;
  }
  return undefined;
}
