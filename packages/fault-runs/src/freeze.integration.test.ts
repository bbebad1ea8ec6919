import { coordination } from '@keelson/coordination';
import { onAbort, sleep } from '@keelson/runtime';
import { eventually, requireServer, testRuntime as runtime, spawnProcess } from '@keelson/testing';
import { expect, test } from 'vitest';
import { connectStore } from './connect-store.ts';
import type { FaultEngine } from './engine/engine.ts';
import { type EngineName, startEngine } from './engine/engines.ts';
import { programPath } from './harness/client-process.ts';

const TTL_MS = 3_000;
const nowMs = (): number => runtime.clock.monotonicMs();
const urlOf = (engine: FaultEngine): string => engine.url(engine.members.map(({ port }) => port));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const engines: readonly [EngineName, boolean][] = [
  ['embedded', true],
  ['etcd', requireServer('etcd-3.7')],
  ['zookeeper', requireServer('zookeeper-3.9')],
];

test.each(engines.filter(([, here]) => here))(
  'on %s a holder knows that it lost no later than its ttl after the store froze, or after it was frozen itself',
  async (name) => {
    await using engine = await startEngine(name);
    await whenTheStoreFreezes(engine);
    await whenTheHolderFreezes(engine);
  },
  180_000,
);

/** The session is lost no later than the ttl from the sending of the last keepalive that was answered, by the clock of the client. */
async function whenTheStoreFreezes(engine: FaultEngine): Promise<void> {
  const store = await connectStore(urlOf(engine), runtime);
  try {
    const session = await store.openSession({ ttlMs: TTL_MS });
    const lock = await coordination({ store, session, runtime }).lock('held').acquire();
    const before = session.aliveUntilMs;
    await eventually('an answered keepalive', () => session.aliveUntilMs > before);
    // Between two keepalives, so that the verdict does not hang on the grain of a timer.
    await sleep(runtime, session.ttlMs / 6);
    const lost = new Promise<number>((resolve) => void onAbort(lock.lost, () => resolve(nowMs())));
    for (const member of engine.members) member.pause();
    const frozenMs = nowMs();
    try {
      expect(session.aliveUntilMs).toBeLessThanOrEqual(frozenMs + session.ttlMs);
      const writing = lock.guard.put('/frozen', bytes('1'), { timeoutMs: 2 * TTL_MS }).catch((error: unknown) => error);
      expect((await lost) - frozenMs).toBeLessThanOrEqual(session.ttlMs);
      expect(lock.lost.reason).toMatchObject({ code: 'E_SESSION_EXPIRED' });
      expect(await lock.guard.put('/frozen', bytes('2')).catch((error: unknown) => error)).toMatchObject({
        code: 'E_FENCED',
      });
      expect(await writing).toMatchObject({ code: expect.stringMatching(/^E_/) });
    } finally {
      for (const member of engine.members) member.resume();
    }
  } finally {
    await store.close();
  }
}

/** Whoever was stopped for longer than its ttl does nothing as the holder once it goes on. */
async function whenTheHolderFreezes(engine: FaultEngine): Promise<void> {
  const flags = [programPath('client/holder-main'), urlOf(engine), String(TTL_MS)];
  await using holder = await spawnProcess(process.execPath, flags, { name: 'holder' });
  await holder.lineMatching(/"acts"/, { timeoutMs: 60_000 });
  await using store = await connectStore(urlOf(engine), runtime);
  const session = await store.openSession({ ttlMs: TTL_MS });
  const waiting = coordination({ store, session, runtime }).lock('frozen').acquire({ timeoutMs: 30_000 });
  waiting.catch(() => {}); // awaited below, unless something else fails first
  holder.pause();
  await waiting;
  holder.resume();
  await holder.lineMatching(/"lost"/);
  const acts = [...holder.stdout().matchAll(/"atMs":([\d.]+)/g)].map(([, atMs]) => Number(atMs));
  expect(acts.length).toBeGreaterThan(0);
  // Time went by while it was stopped: an act after that would follow the one before by its ttl and more.
  const longestMs = Math.max(0, ...acts.map((atMs, index) => atMs - (acts[index - 1] ?? atMs)));
  expect(longestMs).toBeLessThan(TTL_MS);
  await session.close();
}
