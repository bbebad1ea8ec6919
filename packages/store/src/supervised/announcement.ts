/** Names the channel to the supervisor: the number of a file descriptor that the process inherited. */
export const SUPERVISOR_FD_VARIABLE = 'KEELSON_SUPERVISOR_FD';

/** Process id of the supervisor. Only its direct children announce sessions: it sees only theirs ends for certain. */
export const SUPERVISOR_PID_VARIABLE = 'KEELSON_SUPERVISOR_PID';

/** A session that a supervisor may end once the process that holds it is certainly dead. */
export interface AnnouncedSession {
  /** Kind of store: `etcd` (Keelson's own server speaks it too), `zookeeper`. */
  readonly engine: string;
  /** The session's id, as `Session.id` of the port. */
  readonly session: string;
  /** How long the store keeps it without a sign of life, in milliseconds. */
  readonly ttlMs: number;
  /** Where the store is, without a password: `etcd://127.0.0.1:2379`. */
  readonly store: string;
  /** What it takes to end it besides its id, where the store asks for that: the password of a ZooKeeper session, in base64. */
  readonly secret?: string;
}

/** One line on the channel: JSON, ended by a line feed. Whoever reads it ignores fields it does not know, and lines that are none of these. */
export type SessionAnnouncement =
  | ({ readonly keelson: 1; readonly event: 'session-opened'; readonly pid: number } & AnnouncedSession)
  /** The session is closed, or the store has ended it: there is nothing left to end. */
  | { readonly keelson: 1; readonly event: 'session-ended'; readonly pid: number; readonly session: string };

/** The line of an announcement. */
export const writeAnnouncement = (announcement: SessionAnnouncement): string => `${JSON.stringify(announcement)}\n`;

/** Reads a line; undefined where it is no announcement of this version. */
export function readAnnouncement(line: string): SessionAnnouncement | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { keelson, event, pid, session, engine, store, ttlMs, secret } = parsed as Partial<Record<string, unknown>>;
  if (keelson !== 1 || typeof pid !== 'number' || typeof session !== 'string') return undefined;
  if (event === 'session-ended') return { keelson, event, pid, session };
  if (event !== 'session-opened' || typeof engine !== 'string' || typeof store !== 'string') return undefined;
  if (typeof ttlMs !== 'number' || !(ttlMs > 0)) return undefined;
  const opened = { keelson, event, pid, session, engine, store, ttlMs } as const;
  return typeof secret === 'string' ? { ...opened, secret } : opened;
}
