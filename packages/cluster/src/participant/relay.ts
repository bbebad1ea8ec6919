import type { Operation } from '@keelson/store';
import { type ClusterPaths, encodeRecord, listField, type Message, mapField } from '../model/index.ts';

/**
 * The messages to pass on once `message` was carried out: its sender attached, for each participant named, the transition that
 * follows there, so that a hand-over need not wait for the controller (Helix's P2P messages). They carry the wall time `nowMs` from
 * which their expiry counts.
 */
export function relaysOf(message: Message, paths: ClusterPaths, nowMs: number): readonly Operation[] {
  return (listField(message.record, 'RELAY_PARTICIPANTS') ?? []).flatMap((target): readonly Operation[] => {
    const fields = mapField(message.record, target);
    const id = fields?.RELAY_MSG_ID ?? fields?.MSG_ID;
    if (fields === undefined || id === undefined) return [];
    const simpleFields = { ...fields, RELAY_TIME: String(nowMs) };
    const record = { id, simpleFields, mapFields: {}, listFields: {} };
    return [{ type: 'put', path: paths.message(target, id), value: encodeRecord(record) }];
  });
}
