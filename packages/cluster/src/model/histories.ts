import { formatControllerTime, formatHistoryTime, formatJavaMap } from './java-format.ts';
import { emptyRecord, integerField, listField, withListFields, withSimpleFields, type ZNRecord } from './record.ts';

const PARTICIPANT_LINES = 20;
const CONTROLLER_LINES = 10;

/** What is known of one process as it comes online. */
export interface OnlineEntry {
  readonly host: string;
  readonly session: string;
  readonly version: string;
  /** Wall time, in milliseconds. */
  readonly atMs: number;
}

/** A list with one line more, cut at the old end to `limit` lines. */
const append = (list: readonly string[] | undefined, line: string, limit: number): readonly string[] =>
  [...(list ?? []), line].slice(-limit);

/** The history of an instance (`INSTANCES/{i}/HISTORY`) after it came online. `history` may be missing. */
export function historyOnline(instance: string, history: ZNRecord | undefined, entry: OnlineEntry): ZNRecord {
  const line = formatJavaMap({
    DATE: formatHistoryTime(entry.atMs),
    VERSION: entry.version,
    HOST: entry.host,
    SESSION: entry.session,
    TIME: String(entry.atMs),
  });
  const record = withSimpleFields(history ?? emptyRecord(instance), { LAST_OFFLINE_TIME: '-1' });
  return withListFields(record, { HISTORY: append(listField(record, 'HISTORY'), line, PARTICIPANT_LINES) });
}

/** The history of an instance after it went offline at wall time `atMs`. `history` may be missing. */
export function historyOffline(instance: string, history: ZNRecord | undefined, atMs: number): ZNRecord {
  const record = withSimpleFields(history ?? emptyRecord(instance), { LAST_OFFLINE_TIME: String(atMs) });
  const offline = append(listField(record, 'OFFLINE'), formatHistoryTime(atMs), PARTICIPANT_LINES);
  return withListFields(record, { OFFLINE: offline });
}

/** Wall time in milliseconds at which the instance went offline; -1 while it is online or where nothing is known. */
export function lastOfflineMs(history: ZNRecord | undefined): number {
  return history === undefined ? -1 : integerField(history, 'LAST_OFFLINE_TIME', -1);
}

/** The controllers' history (`CONTROLLER/HISTORY`) after `controller` took the lead at wall time `atMs`. */
export function historyLeader(
  cluster: string,
  history: ZNRecord | undefined,
  leader: { readonly controller: string; readonly version: string; readonly atMs: number },
): ZNRecord {
  const record = history ?? emptyRecord('HISTORY');
  const line = formatJavaMap({
    DATE: formatControllerTime(leader.atMs),
    CONTROLLER: leader.controller,
    VERSION: leader.version,
    TIME: String(leader.atMs),
  });
  return withListFields(record, {
    [cluster]: append(listField(record, cluster), leader.controller, CONTROLLER_LINES),
    HISTORY: append(listField(record, 'HISTORY'), line, CONTROLLER_LINES),
  });
}
