import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import process from 'node:process';
import {
  type AnnouncedSession,
  type SessionAnnouncement,
  SUPERVISOR_FD_VARIABLE,
  SUPERVISOR_PID_VARIABLE,
  writeAnnouncement,
} from './announcement.ts';

/** Tells the supervisor which sessions this process holds. */
export interface SessionAnnouncer {
  /** A session was opened. Told before its owner can use it. */
  opened(session: AnnouncedSession): void;
  /** A session needs no ending any more. */
  ended(session: string): void;
}

/** Channels of this process: one socket for each descriptor, however many stores announce over it. */
const channels = new Map<number, Socket>();

/**
 * The announcer for a process that runs under a supervisor (`keelson run`); undefined for any other. Whoever was started by the supervised
 * process in turn gets the variables too, but is not the supervisor's own child: it announces nothing.
 *
 * A supervisor that has gone, or does not read, is no failure of this process: then sessions end by their ttl, as without one.
 */
export function sessionAnnouncer(
  env: Readonly<Record<string, string | undefined>> = process.env,
): SessionAnnouncer | undefined {
  const descriptor = Number(env[SUPERVISOR_FD_VARIABLE]);
  const supervisor = Number(env[SUPERVISOR_PID_VARIABLE]);
  if (!Number.isInteger(descriptor) || descriptor < 3 || supervisor !== process.ppid) return undefined;
  const channel = channels.get(descriptor) ?? openChannel(descriptor);
  if (channel === undefined) return undefined;
  channels.set(descriptor, channel);
  const send = (announcement: SessionAnnouncement): void => {
    // Written to the kernel at once where there is room, so that a crash right afterwards does not lose it.
    if (channel.writable) channel.write(writeAnnouncement(announcement));
  };
  const head = { keelson: 1, pid: process.pid } as const;
  return {
    opened: (session) => send({ ...head, event: 'session-opened', ...session }),
    ended: (session) => send({ ...head, event: 'session-ended', session }),
  };
}

function openChannel(descriptor: number): Socket | undefined {
  try {
    const kind = fstatSync(descriptor);
    if (!kind.isSocket() && !kind.isFIFO()) return undefined;
    const channel = new Socket({ fd: descriptor, readable: false, writable: true });
    // The supervisor has gone: nobody is left to be told.
    channel.on('error', () => channel.destroy());
    // Must not keep alive a process that is otherwise done.
    channel.unref();
    return channel;
  } catch {
    // Closed, or no pipe: this process was started by somebody who knows nothing of the channel.
    return undefined;
  }
}
