import type { AnnouncedSession, SessionAnnouncement } from '@keelson/store/supervised';

/** What one child holds, as far as its supervisor has been told. */
export interface HeldSessions {
  readonly pid: number;
  /** Its parent has seen it end: from then on, and not before, its sessions may be ended. */
  readonly dead: boolean;
  readonly sessions: ReadonlyMap<string, AnnouncedSession>;
}

/** What is to be done about a session. */
export type SessionEffect =
  /** It may have to be ended one day: have a connection ready. */
  | { readonly type: 'prepare'; readonly session: AnnouncedSession }
  /** Its holder is certainly dead: end it. */
  | { readonly type: 'end'; readonly session: AnnouncedSession };

/** A state with what is to be done. */
export interface HeldStep {
  readonly state: HeldSessions;
  readonly effects: readonly SessionEffect[];
}

/** A child that has just been started. */
export const noSessions = (pid: number): HeldSessions => ({ pid, dead: false, sessions: new Map() });

/** Most sessions of one child that are looked after. A child that announces more is broken; those beyond end by their ttl. */
export const MOST_SESSIONS = 1_000;

/**
 * An announcement was read. One of another process than the child is none of ours: whoever the child started may well outlive it. One that
 * was still in the pipe when the child died is acted upon at once, unless some process has the child's number by now: then it may be that process's,
 * which was started by the child, reads the same variables and writes to the same pipe.
 *
 * @param numberInUse - Whether some process has the number of the child. Only asked for once the child is dead.
 */
export function heard(state: HeldSessions, announcement: SessionAnnouncement, numberInUse: () => boolean): HeldStep {
  if (announcement.pid !== state.pid) return { state, effects: [] };
  const sessions = new Map(state.sessions);
  if (announcement.event === 'session-ended') {
    sessions.delete(announcement.session);
    return { state: { ...state, sessions }, effects: [] };
  }
  const { engine, session, ttlMs, store, secret } = announcement;
  const held = { engine, session, ttlMs, store, ...(secret === undefined ? {} : { secret }) };
  if (state.dead) return { state, effects: numberInUse() ? [] : [{ type: 'end', session: held }] };
  if (sessions.size >= MOST_SESSIONS) return { state, effects: [] };
  return { state: { ...state, sessions: sessions.set(session, held) }, effects: [{ type: 'prepare', session: held }] };
}

/** The child has been waited for by its parent, which is this process: it runs no more, and its number can mean nobody else before that. */
export function died(state: HeldSessions): HeldStep {
  const effects = [...state.sessions.values()].map((session) => ({ type: 'end', session }) as const);
  return { state: { ...state, dead: true, sessions: new Map() }, effects };
}
