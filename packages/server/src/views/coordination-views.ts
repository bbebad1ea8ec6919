import type { ElectionDescription, LockDescription, Member, QueuePlace } from '@keelson/coordination';
import type { ElectionView, LockView, MemberView, PlaceView } from '../api/schemas.ts';

/** A place in a queue as a body of the API. */
export function placeView(place: QueuePlace): PlaceView {
  return {
    id: place.id,
    mode: place.mode,
    fencingToken: String(place.fencingToken),
    session: place.session ?? null,
    owner: place.owner ?? null,
    host: place.host ?? null,
    pid: place.pid ?? null,
    reason: place.reason ?? null,
    metadata: place.metadata,
    enteredAtMs: place.enteredAtMs,
    grantedAtMs: place.grantedAtMs ?? null,
    ttlMs: place.ttlMs ?? null,
    term: place.term ?? null,
  };
}

/** A lock as a body of the API. */
export function lockView({ name, kind, permits, holders, waiting, lastBreak }: LockDescription): LockView {
  return {
    name,
    kind,
    permits,
    holders: holders.map(placeView),
    waiting: waiting.map(placeView),
    lastBreak: lastBreak === undefined ? null : { ...lastBreak, owner: lastBreak.owner ?? null },
  };
}

/** An election as a body of the API. */
export function electionView({ name, term, leader, candidates }: ElectionDescription): ElectionView {
  return { name, term, leader: leader === undefined ? null : placeView(leader), candidates: candidates.map(placeView) };
}

/** A member of a group as a body of the API. */
export function memberView(member: Member): MemberView {
  return {
    name: member.name,
    metadata: member.metadata,
    incarnation: String(member.incarnation),
    session: member.session ?? null,
    owner: member.owner ?? null,
    host: member.host ?? null,
    pid: member.pid ?? null,
    joinedAtMs: member.joinedAtMs,
    ttlMs: member.ttlMs ?? null,
  };
}
