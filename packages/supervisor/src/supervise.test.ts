import { EventEmitter } from 'node:events';
import process from 'node:process';
import { PassThrough } from 'node:stream';
import { KeelsonError, virtualRuntime } from '@keelson/runtime';
import { type AnnouncedSession, writeAnnouncement } from '@keelson/store/supervised';
import { describe, expect, it, vi } from 'vitest';
import type { SessionEnder } from './session-ender.ts';
import { type SuperviseOptions, Supervisor, type SupervisorEvent } from './supervise.ts';

/** A child as far as a supervisor sees it. */
class FakeChild extends EventEmitter {
  readonly pid: number | undefined;
  readonly channel = new PassThrough();
  readonly stdio: unknown[] = [null, null, null, this.channel];
  readonly signals: string[] = [];

  constructor(pid: number | undefined) {
    super();
    this.pid = pid;
  }

  kill(signal: string): boolean {
    this.signals.push(signal);
    return true;
  }

  end(code: number | null, signal: string | null = null): void {
    this.emit('exit', code, signal);
  }

  async announce(session: string): Promise<void> {
    const held = { engine: 'etcd', session, ttlMs: 30_000, store: 'etcd://127.0.0.1:1' };
    this.channel.write(writeAnnouncement({ keelson: 1, event: 'session-opened', pid: this.pid ?? 0, ...held }));
    await vi.waitFor(() => expect(this.channel.readableLength).toBe(0));
  }
}

function stage(options: Partial<SuperviseOptions> = {}, ender: Partial<SessionEnder> = {}) {
  const runtime = virtualRuntime({ seed: 1 });
  const events: SupervisorEvent[] = [];
  const ended: string[] = [];
  const children: FakeChild[] = [];
  const supervisor = new Supervisor({
    runtime,
    start: () => {
      // Beyond what the kernel hands out: nobody has these numbers.
      const child = new FakeChild(2 ** 30 + children.length);
      children.push(child);
      return child as never;
    },
    ender: {
      prepare: () => {},
      end: async ({ session }: AnnouncedSession) => void ended.push(session),
      close: async () => {},
      ...ender,
    },
    restart: 'on-failure',
    backOff: { baseMs: 200, capMs: 1_000, stableMs: 10_000 },
    stopTimeoutMs: 5_000,
    onEvent: (event) => events.push(event),
    ...options,
  });
  const child = async (number: number): Promise<FakeChild> =>
    await vi.waitFor(() => {
      const found = children[number];
      if (found === undefined) throw new Error('not started yet');
      return found;
    });
  return { runtime, supervisor, events, ended, children, child };
}

describe('the supervisor', () => {
  it('ends the sessions of a child that has died, and starts it again', async () => {
    const { runtime, supervisor, events, ended, child } = stage();
    const done = supervisor.run();
    const first = await child(0);
    await first.announce('a1');
    expect(ended).toEqual([]);
    first.end(null, 'SIGKILL');
    await vi.waitFor(() => expect(events.map(({ event }) => event)).toContain('session-ended'));
    await runtime.advance(200);
    const second = await child(1);
    second.end(0);
    expect(await done).toBe(0);
    expect(ended).toEqual(['a1']);
    expect(events.map(({ event }) => event).filter((name) => name !== 'session')).toEqual([
      'started',
      'exited',
      'session-ended',
      'restarting',
      'started',
      'exited',
    ]);
  });

  it('passes signals on, and does not start again after one that asks to stop', async () => {
    const { supervisor, children, child } = stage({ restart: 'always' });
    const done = supervisor.run();
    const first = await child(0);
    supervisor.signal('SIGHUP');
    supervisor.signal('SIGTERM');
    expect(first.signals).toEqual(['SIGHUP', 'SIGTERM']);
    first.end(3);
    expect(await done).toBe(3);
    expect(children).toHaveLength(1);
  });

  it('kills what does not stop in time, and only then', async () => {
    const { runtime, supervisor, child } = stage();
    const done = supervisor.run();
    const first = await child(0);
    supervisor.signal('SIGTERM');
    await runtime.advance(4_999);
    expect(first.signals).toEqual(['SIGTERM']);
    await runtime.advance(1);
    expect(first.signals).toEqual(['SIGTERM', 'SIGKILL']);
    first.end(null, 'SIGKILL');
    expect(await done).toBe(137);
  });

  it('ends at once when it is told to stop between two runs', async () => {
    const { supervisor, events, child } = stage();
    const done = supervisor.run();
    (await child(0)).end(1);
    await vi.waitFor(() => expect(events.map(({ event }) => event)).toContain('restarting'));
    supervisor.signal('SIGINT');
    expect(await done).toBe(130);
  });

  it('says which session it had to leave to its ttl', async () => {
    const error = new KeelsonError('E_UNAVAILABLE', 'nobody there');
    const { supervisor, events, child } = stage({ restart: 'never' }, { end: () => Promise.reject(error) });
    const done = supervisor.run();
    const first = await child(0);
    await first.announce('a1');
    first.end(1);
    expect(await done).toBe(1);
    expect(events).toContainEqual({ event: 'session-left', pid: 2 ** 30, session: 'a1', error });
  });

  it('does not wait for ever for sessions when it ends', async () => {
    const { runtime, supervisor, events, child } = stage({ restart: 'never' }, { end: () => new Promise(() => {}) });
    const done = supervisor.run();
    const first = await child(0);
    await first.announce('a1');
    first.end(1);
    await vi.waitFor(() => expect(events.map(({ event }) => event)).toContain('exited'));
    await runtime.advance(5_000);
    expect(await done).toBe(1);
  });

  it('reads what was still in the pipe, then closes it, whoever else holds its other end', async () => {
    const { runtime, supervisor, ended, child } = stage({ restart: 'never' });
    const done = supervisor.run();
    const first = await child(0);
    first.end(null, 'SIGKILL');
    await first.announce('late');
    await vi.waitFor(() => expect(ended).toEqual(['late']));
    expect(first.channel.destroyed).toBe(false);
    await runtime.advance(1_000);
    expect(first.channel.destroyed).toBe(true);
    expect(await done).toBe(137);
  });

  it('does not end what is announced under the number of a child that died, once somebody else has the number', async () => {
    // This very process: a number that is certainly in use.
    const reused = new FakeChild(process.pid);
    const { supervisor, ended } = stage({ restart: 'never', start: () => reused as never });
    const done = supervisor.run();
    await reused.announce('before');
    reused.end(null, 'SIGKILL');
    await reused.announce('after');
    expect(await done).toBe(137);
    expect(ended).toEqual(['before']);
  });

  it('rejects where the process cannot be started', async () => {
    const { supervisor } = stage({
      start: () => {
        const child = new FakeChild(undefined);
        queueMicrotask(() => child.emit('error', Object.assign(new Error('spawn'), { code: 'ENOENT', path: 'nope' })));
        return child as never;
      },
    });
    await expect(supervisor.run()).rejects.toMatchObject({ code: 'E_INVALID_ARGUMENT', message: /nope \(ENOENT\)/ });
  });
});
