import { describe, expect, it } from 'vitest';
import { readAnnouncement, type SessionAnnouncement, writeAnnouncement } from './announcement.ts';
import { sessionAnnouncer } from './announcer.ts';

const opened: SessionAnnouncement = {
  keelson: 1,
  event: 'session-opened',
  pid: 7,
  engine: 'etcd',
  session: 'abc',
  ttlMs: 3_000,
  store: 'etcd://127.0.0.1:2379',
};

describe('announcements', () => {
  it('are read as they were written', () => {
    const withSecret = { ...opened, engine: 'zookeeper', secret: 'AAAA' };
    const ended: SessionAnnouncement = { keelson: 1, event: 'session-ended', pid: 7, session: 'abc' };
    for (const one of [opened, withSecret, ended]) expect(readAnnouncement(writeAnnouncement(one))).toEqual(one);
  });

  it('are not read out of anything else', () => {
    const lines = ['', 'null', '[]', '{', '"x"', '{"keelson":2}', JSON.stringify({ ...opened, ttlMs: 0 })];
    const partial = ['pid', 'session', 'engine', 'store', 'ttlMs'].map((field) =>
      JSON.stringify({ ...opened, [field]: undefined }),
    );
    expect([...lines, ...partial].map(readAnnouncement)).toEqual([...lines, ...partial].map(() => undefined));
  });
});

describe('the announcer', () => {
  it('is there only for the child of a supervisor', () => {
    expect(sessionAnnouncer({})).toBeUndefined();
    // A variable that was inherited from further up: the descriptor may be anything in this process.
    expect(sessionAnnouncer({ KEELSON_SUPERVISOR_FD: '3', KEELSON_SUPERVISOR_PID: '1' })).toBeUndefined();
    const parent = String(process.ppid);
    expect(sessionAnnouncer({ KEELSON_SUPERVISOR_FD: '1', KEELSON_SUPERVISOR_PID: parent })).toBeUndefined();
    expect(sessionAnnouncer({ KEELSON_SUPERVISOR_FD: '999', KEELSON_SUPERVISOR_PID: parent })).toBeUndefined();
  });
});
