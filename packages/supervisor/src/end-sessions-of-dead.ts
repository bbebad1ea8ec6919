import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import process from 'node:process';
import type { Runtime } from '@keelson/runtime';
import type { AnnouncedSession } from '@keelson/store/supervised';
import { readAnnouncements } from './announcement-reader.ts';
import { died, type HeldStep, heard, noSessions } from './held-sessions.ts';
import type { SessionEnder } from './session-ender.ts';
import { channelOf } from './start-child.ts';

/** What happens to the sessions of a child. */
export type SessionEvent =
  | { readonly event: 'session'; readonly pid: number; readonly session: string; readonly ttlMs: number }
  /** It was ended, so many milliseconds after the child's end was seen. */
  | { readonly event: 'session-ended'; readonly pid: number; readonly session: string; readonly afterMs: number }
  /** It could not be ended: it ends by its ttl. */
  | { readonly event: 'session-left'; readonly pid: number; readonly session: string; readonly error: Error };

/** What it takes to end sessions. */
export interface EndSessionsOptions {
  readonly runtime: Pick<Runtime, 'clock' | 'timers'>;
  readonly ender: SessionEnder;
  readonly onEvent?: (event: SessionEvent) => void;
}

/** A child whose sessions are looked after. */
export interface WatchedSessions {
  /** Resolves when all that were under way when it is called have been ended, or given up. Never rejects. */
  settled(): Promise<void>;
}

/**
 * How long the channel is read after the child's end, in milliseconds. What it wrote is there by then; whoever still holds the other end was started
 * by it, and has nothing to say here.
 */
const READ_ON_MS = 1_000;

/**
 * Ends the sessions of a child when it dies. Dead is what this process, its parent, has waited for and nothing else: a child that is
 * stopped, that does not answer, that has closed the channel, or that only its number is known of, may still run, and is left to the ttl; so is
 * whatever it has started itself. When this process dies, nothing is ended and the child goes on.
 *
 * @param child - Started by `spawnSupervised`, in this very turn of the event loop.
 */
export function endSessionsOfDead(child: ChildProcess, options: EndSessionsOptions): WatchedSessions {
  const { pid } = child;
  const channel = channelOf(child);
  const ending = new Set<Promise<void>>();
  if (pid === undefined || channel === undefined) return { settled: async () => {} };
  const { clock, timers } = options.runtime;
  let state = noSessions(pid);
  let diedAtMs = 0;
  const end = async (session: AnnouncedSession): Promise<void> => {
    const about = { pid, session: session.session };
    try {
      await options.ender.end(session);
      options.onEvent?.({ event: 'session-ended', ...about, afterMs: clock.monotonicMs() - diedAtMs });
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      options.onEvent?.({ event: 'session-left', ...about, error: cause });
    }
  };
  const take = ({ state: next, effects }: HeldStep): void => {
    state = next;
    for (const { type, session } of effects) {
      if (type === 'prepare') {
        options.ender.prepare(session);
        options.onEvent?.({ event: 'session', pid, session: session.session, ttlMs: session.ttlMs });
        continue;
      }
      const done: Promise<void> = end(session).finally(() => ending.delete(done));
      ending.add(done);
    }
  };
  readAnnouncements(channel, (announcement) => take(heard(state, announcement, () => isInUse(pid))));
  child.once('exit', () => {
    diedAtMs = clock.monotonicMs();
    take(died(state));
    // What the child had started may hold the channel for ever; nobody is to wait for that.
    if (channel instanceof Socket) channel.unref();
    timers.after(READ_ON_MS, () => channel.destroy(), { background: true });
  });
  return {
    settled: async () => {
      await Promise.all(ending);
    },
  };
}

/** Whether any process has the number, be it one that is dead and not waited for yet. */
function isInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
