import type { SessionAnnouncement } from '@keelson/store/supervised';
import { describe, expect, it } from 'vitest';
import { died, heard, MOST_SESSIONS, noSessions } from './held-sessions.ts';

const opened = (session: string, pid = 7): SessionAnnouncement => ({
  keelson: 1,
  event: 'session-opened',
  pid,
  engine: 'etcd',
  session,
  ttlMs: 30_000,
  store: 'etcd://127.0.0.1:2379',
});
const ended = (session: string, pid = 7): SessionAnnouncement => ({ keelson: 1, event: 'session-ended', pid, session });

/** Runs steps and names what was to be done. After `reused` another process has the child's number. */
function after(...steps: (SessionAnnouncement | 'died' | 'reused')[]): string[] {
  let state = noSessions(7);
  let reused = false;
  return steps.flatMap((step) => {
    if (step === 'reused') {
      reused = true;
      return [];
    }
    const { state: next, effects } = step === 'died' ? died(state) : heard(state, step, () => reused);
    state = next;
    return effects.map(({ type, session }) => `${type} ${session.session}`);
  });
}

describe('held sessions', () => {
  it('are ended when their holder has died, each once', () => {
    expect(after(opened('a'), opened('b'), 'died', 'died')).toEqual(['prepare a', 'prepare b', 'end a', 'end b']);
  });

  it('are not ended while it may run, whatever it says', () => {
    expect(after(opened('a'), ended('b'), opened('c'))).toEqual(['prepare a', 'prepare c']);
  });

  it('are not ended again when it has ended them itself', () => {
    expect(after(opened('a'), opened('b'), ended('a'), 'died')).toEqual(['prepare a', 'prepare b', 'end b']);
  });

  it('are not ended when another process announced them: it may outlive the child', () => {
    expect(after(opened('a', 8), opened('b'), ended('b', 8), 'died')).toEqual(['prepare b', 'end b']);
  });

  it('are ended too when their announcement was still in the pipe', () => {
    expect(after('died', opened('a'))).toEqual(['end a']);
  });

  it('are left to their ttl when they are announced after the death, and somebody has the number', () => {
    expect(after(opened('a'), 'died', 'reused', opened('b'))).toEqual(['prepare a', 'end a']);
  });

  it('are as many as anybody can need, and no more', () => {
    const many = Array.from({ length: MOST_SESSIONS + 5 }, (_, index) => opened(String(index)));
    const done = after(...many, 'died');
    expect(done.filter((one) => one.startsWith('end'))).toHaveLength(MOST_SESSIONS);
  });
});
