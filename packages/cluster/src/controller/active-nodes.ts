import { booleanField, type InstanceConfig, lastOfflineMs } from '../model/index.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';
import type { ResourceContext } from './resource-context.ts';

/** Nodes that count for placement, and when that will next change by the mere passing of time. */
export interface ActiveNodes {
  readonly active: ReadonlySet<string>;
  /** Wall time in milliseconds. */
  readonly lookAgainMs: number | undefined;
}

/** How long a lost or disabled node keeps its place in this resource, in milliseconds; 0 for not at all. */
function delayMs(snapshot: ClusterSnapshot, { ideal }: ResourceContext): number {
  if (ideal === undefined || !booleanField(snapshot.config.record, 'DELAY_REBALANCE_ENABLED', true)) return 0;
  if (!booleanField(ideal.record, 'DELAY_REBALANCE_ENABLED', true)) return 0;
  const own = ideal.rebalanceDelayMs;
  return Math.max(0, own >= 0 ? own : snapshot.config.rebalanceDelayMs);
}

/** Wall time in milliseconds since which the node does not take part; the earlier one where it is both lost and disabled. */
function awaySinceMs(snapshot: ClusterSnapshot, config: InstanceConfig): number {
  const offline = snapshot.live.has(config.instance)
    ? Number.POSITIVE_INFINITY
    : lastOfflineMs(snapshot.histories.get(config.instance)?.record);
  const disabled = config.enabled ? Number.POSITIVE_INFINITY : config.enabledChangedMs;
  return Math.min(offline, disabled);
}

/** Live and enabled nodes, and those that have not been away for longer than the resource's delay. */
export function activeNodes(snapshot: ClusterSnapshot, context: ResourceContext, nowMs: number): ActiveNodes {
  const { enabledLive, assignable } = context.nodes;
  const delay = delayMs(snapshot, context);
  if (delay === 0) return { active: enabledLive, lookAgainMs: undefined };
  const active = new Set(enabledLive);
  let lookAgainMs: number | undefined;
  for (const config of assignable) {
    if (active.has(config.instance) || !booleanField(config.record, 'DELAY_REBALANCE_ENABLED', true)) continue;
    const since = awaySinceMs(snapshot, config);
    // Lost, but its history does not say since when: the controller writes that now and looks again as it comes back.
    const until = (since < 0 ? nowMs : since) + delay;
    if (until <= nowMs) continue;
    active.add(config.instance);
    lookAgainMs = Math.min(lookAgainMs ?? until, until);
  }
  return { active, lookAgainMs };
}
