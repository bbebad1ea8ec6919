import { type Entry, lastSegment, type Revision } from '@keelson/store';
import type { Identity } from '../common/identity.ts';
import { decodeRecord, encodeRecord, type Metadata, numberField, objectField, textField } from '../common/record.ts';

/** Somebody in a group, as everybody sees it. */
export interface Member {
  readonly name: string;
  /** What it tells of itself: an address, a zone, a version. */
  readonly metadata: Metadata;
  /** Names this membership and none that the name had before; its fencing token. */
  readonly incarnation: Revision;
  /** Grows with each update of the metadata. */
  readonly modifyRevision: Revision;
  /** Id of the session that keeps it. */
  readonly session: string | undefined;
  readonly owner: string | undefined;
  readonly host: string | undefined;
  readonly pid: number | undefined;
  /** Wall clock of its machine, in milliseconds since the Unix epoch; 0 where the entry does not say. */
  readonly joinedAtMs: number;
  readonly ttlMs: number | undefined;
  /** It has said that it is about to go. */
  readonly leaving: boolean;
}

/** What a member writes of itself. */
export interface MemberRecord {
  readonly identity: Identity;
  readonly metadata: Metadata;
  /** Tells this membership from another under the same session. */
  readonly nonce: string;
  readonly joinedAtMs: number;
  readonly ttlMs: number;
  readonly leaving?: boolean;
}

/** The bytes of a member's entry. */
export function encodeMember({ identity, ...rest }: MemberRecord): Uint8Array {
  return encodeRecord({ ...identity, ...rest });
}

/** Which membership an entry says it is of. */
export const nonceOf = (entry: Entry): string | undefined => textField(decodeRecord(entry.value), 'nonce');

/** The member that an entry stands for. */
export function decodeMember(entry: Entry): Member {
  const record = decodeRecord(entry.value);
  return {
    name: lastSegment(entry.path),
    metadata: objectField(record, 'metadata') ?? {},
    incarnation: entry.createRevision,
    modifyRevision: entry.modifyRevision,
    session: entry.owner,
    owner: textField(record, 'owner'),
    host: textField(record, 'host'),
    pid: numberField(record, 'pid'),
    joinedAtMs: numberField(record, 'joinedAtMs') ?? 0,
    ttlMs: numberField(record, 'ttlMs'),
    leaving: record.leaving === true,
  };
}
