import { integerText, mapField, mapValue, simpleField, type ZNRecord } from '../model/index.ts';
import type { ClusterSnapshot } from '../snapshot/index.ts';

/** The most specific entry of a map of time-outs, in milliseconds; -1 where there is none. */
function fromMap(record: ZNRecord, from: string, to: string): number {
  for (const key of [`${from}.${to}`, `*.${to}`, `${from}.*`, '*.*']) {
    const limit = integerText(mapValue(record, 'TIMEOUT', key), -1);
    if (limit > 0) return limit;
  }
  return -1;
}

/**
 * How long a transition may run, in milliseconds; -1 for no limit. A resource config with time-outs decides alone; else the ideal
 * state's `{FROM}-{TO}_TIMEOUT`, else the cluster's.
 */
export function transitionTimeoutMs(snapshot: ClusterSnapshot, resource: string, from: string, to: string): number {
  const config = snapshot.resourceConfigs.get(resource);
  if (config !== undefined && mapField(config.record, 'TIMEOUT') !== undefined) return fromMap(config.record, from, to);
  const ideal = snapshot.idealStates.get(resource);
  const own = ideal === undefined ? -1 : integerText(simpleField(ideal.record, `${from}-${to}_TIMEOUT`), -1);
  return own > 0 ? own : fromMap(snapshot.config.record, from, to);
}
