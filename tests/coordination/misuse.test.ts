import { join } from 'node:path';
import { breakLock, coordination, eventLog } from '@keelson/coordination';
import { isKeelsonError, withDeadline } from '@keelson/runtime';
import type { Session, Store } from '@keelson/store';
import { eventually, freePort, runCommand, testRuntime as runtime, spawnProcess } from '@keelson/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../repo/workspace.ts';
import { type Engine, engines } from './engines.ts';

/** Longest that any misuse may take to be refused, in milliseconds. */
const BOUND_MS = 15_000;
const MEGABYTE = 1_048_576;

/** The code with which `work` is refused, in time and in words for people; `done` where it was not. */
async function refusal(work: () => unknown): Promise<string> {
  const attempt = async (): Promise<unknown> => await work();
  const outcome: unknown = await withDeadline(runtime, {}, BOUND_MS, () =>
    attempt().then(
      () => 'done',
      (error: unknown) => error,
    ),
  );
  if (outcome === 'done') return 'done';
  if (!isKeelsonError(outcome)) throw new Error(`no coded error: ${String(outcome)}`, { cause: outcome });
  expect(outcome.message).not.toMatch(/\n\s+at /);
  return outcome.code;
}

const wrongNames = ['', '.', '..', 'a/b', '/a', 'a\u0000b', 'x'.repeat(256)];

describe.each(engines)('misuse on $name', ({ start, there }) => {
  describe.skipIf(!there())('is refused with a code, and nothing hangs', () => {
    let engine: Engine;
    let fixture: ReturnType<Engine['fixture']>;
    let store: Store;
    let session: Session;
    beforeAll(async () => {
      engine = await start();
      fixture = engine.fixture('misuse');
      store = await fixture.openStore();
      session = await store.openSession({ ttlMs: 10_000 });
    });
    afterAll(async () => {
      await store?.close();
      await fixture?.close();
      await engine?.stop();
    });
    const recipes = () => coordination({ store, session, runtime, root: '/misuse' });
    const topic = (name: string) => eventLog({ store, runtime, root: '/misuse' }).topic(name);

    test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('a ttl of %s', async (ttlMs) => {
      expect(await refusal(() => store.openSession({ ttlMs }))).toBe('E_INVALID_ARGUMENT');
    });

    test.each(wrongNames)('the name %j', async (name) => {
      const asked: readonly (() => unknown)[] = [
        () => recipes().lock(name),
        () => recipes().semaphore(name, 2),
        () => recipes().election(name),
        () => recipes().group(name),
        () => recipes().group('g').join(name),
        () => recipes().barrier(name, 2),
        () => topic(name),
        () => topic('t').subscribe({ consumer: name }),
        () => breakLock(name, { store, runtime, root: '/misuse', by: 'me', reason: 'test' }),
      ];
      for (const ask of asked) expect(await refusal(ask)).toBe('E_INVALID_PATH');
    });

    test('what is too large, and not what only is large', async () => {
      const large = 'x'.repeat(2 * MEGABYTE);
      const bytes = new TextEncoder().encode(large);
      const asked: readonly (() => unknown)[] = [
        () => store.put('/misuse/large', bytes),
        () => store.create('/misuse/large', bytes),
        () => store.transact({ if: [], then: [{ type: 'put', path: '/misuse/large', value: bytes }] }),
        () => topic('t').publish(large),
        () => recipes().lock('l').acquire({ metadata: { large } }),
        () => recipes().election('e').campaign({ metadata: { large } }),
        () => recipes().group('g').join('m', { metadata: { large } }),
      ];
      for (const ask of asked) expect(await refusal(ask)).toBe('E_TOO_LARGE');
      expect(await refusal(() => store.put('/misuse/large', bytes.subarray(0, 900_000)))).toBe('done');
      expect(await refusal(() => topic('t').publish('x'.repeat(MEGABYTE)))).toMatch(/^(done|E_TOO_LARGE)$/);
      expect((await store.get('/misuse/large'))?.value.length).toBe(900_000);
    });

    test('numbers that are none, and payloads that are no JSON', async () => {
      const asked: readonly (() => unknown)[] = [
        () => recipes().semaphore('s', 0),
        () =>
          recipes()
            .lock('l')
            .acquire({ reason: 'x'.repeat(1_001) }),
        () => recipes().semaphore('s', 1.5),
        () => recipes().barrier('b', 0),
        () => recipes().group('g').join('m', { heartbeatMs: 1 }),
        () => topic('t').publish(undefined),
        () => topic('t').publish(1n),
        () => topic('t').configure({ maxEvents: 0 }),
        () => topic('t').subscribe().commit({ sequence: 1 }),
      ];
      for (const ask of asked) expect(await refusal(ask)).toBe('E_INVALID_ARGUMENT');
    });

    test('a stranger who unlocks, and whoever goes on after the end', async () => {
      const where = { store, runtime, root: '/misuse', by: 'a stranger', reason: 'test' };
      expect(await refusal(() => breakLock('nobodys', where))).toBe('E_NOT_FOUND');
      const lock = await recipes().lock('mine').acquire();
      expect(await refusal(() => breakLock('mine', { ...where, id: 'x-0000000000000000-0000000000' }))).toBe(
        'E_NOT_FOUND',
      );
      expect(await refusal(() => breakLock('mine', { ...where, by: '' }))).toBe('E_INVALID_ARGUMENT');
      expect(lock.lost.aborted).toBe(false);
      // Whoever deletes the entry behind the lock's back takes it away, and the holder is told.
      await store.delete(lock.path);
      await eventually('the holder to learn', () => lock.lost.aborted);
      expect(await refusal(() => lock.guard.put('/misuse/guarded', new Uint8Array()))).toBe('E_FENCED');
      expect(await refusal(() => lock.again())).toBe('E_FENCED');
      expect(await refusal(() => lock.release())).toBe('done');
      const other = await store.openSession({ ttlMs: 10_000 });
      const late = coordination({ store, session: other, runtime, root: '/misuse' });
      await other.close();
      expect(await refusal(() => late.lock('mine').acquire())).toBe('E_SESSION_EXPIRED');
      expect(await refusal(() => late.election('e').campaign())).toBe('E_SESSION_EXPIRED');
      expect(await refusal(() => late.group('g').join('m'))).toBe('E_SESSION_EXPIRED');
      expect(await refusal(() => late.barrier('b', 2).enter())).toBe('E_SESSION_EXPIRED');
      expect(await refusal(() => other.close())).toBe('done');
    });
  });
});

test('misuse over the command line and HTTP is refused with the same codes, without a stack', async () => {
  const cli = join(root, 'packages/cli/dist/main.js');
  const port = await freePort();
  const flags = ['server', '--json', '--store', 'memory:', '--http-port', String(port), '--etcd-port', '0'];
  await using server = await spawnProcess(process.execPath, [cli, ...flags], { name: 'keelson server' });
  await server.lineMatching(/"event":"ready"/, { timeoutMs: 60_000 });
  const base = `http://127.0.0.1:${port}`;
  const ask = async (method: string, path: string, body?: unknown): Promise<string> => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(`${base}${path}`, { method, headers, ...sent, signal: AbortSignal.timeout(BOUND_MS) });
    const text = await response.text();
    expect(text).not.toMatch(/\\n\s+at /);
    return `${response.status} ${/"code":"(E_[A-Z_]+)"/.exec(text)?.[1]}`;
  };
  const by = { by: 'a stranger', reason: 'test' };
  expect(await ask('POST', '/api/v1/locks/nobodys/break', by)).toBe('404 E_NOT_FOUND');
  expect(await ask('POST', '/api/v1/locks/a%2Fb/break', by)).toBe('400 E_INVALID_PATH');
  expect(await ask('GET', '/api/v1/locks/a%2Fb')).toBe('400 E_INVALID_PATH');
  expect(await ask('POST', '/api/v1/locks/l/break', {})).toBe('400 E_INVALID_ARGUMENT');
  expect(await ask('POST', '/api/v1/locks/l/break', '{"by":')).toBe('400 E_INVALID_ARGUMENT');
  const run = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCommand(process.execPath, [cli, ...args, '--server', base]);
    expect(stdout + stderr).not.toMatch(/\n\s+at /);
    return `${code} ${/E_[A-Z_]+/.exec(stderr)?.[0]}`;
  };
  expect(await run('lock', 'break', 'nobodys', '--by', 'me', '--reason', 'test')).toBe('3 E_NOT_FOUND');
  expect(await run('lock', 'show', 'a/b')).toBe('2 E_INVALID_PATH');
});
