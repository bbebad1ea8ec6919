import { virtualRuntime } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../watch.ts';
import { memoryBackend } from './backend.ts';
import { memoryStore } from './store.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('memory store', () => {
  it('writes, reads, lists and watches in virtual time', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const backend = memoryBackend(runtime);
    const [one, two] = [memoryStore(runtime, { backend }), memoryStore(runtime, { backend })];
    const watch = two.watch('/c', { recursive: true })[Symbol.asyncIterator]();
    const next = async (): Promise<WatchEvent | undefined> => (await runtime.drive(watch.next())).value;
    expect(await next()).toMatchObject({ type: 'snapshot', reason: 'initial', entries: [] });
    await runtime.drive(one.put('/c/a/b', bytes('x')));
    expect(await next()).toMatchObject({
      type: 'changes',
      changes: [{ type: 'put', entry: { path: '/c/a/b', version: 1 } }],
    });
    expect(await runtime.drive(two.children('/c'))).toEqual(['a']);
    const session = await runtime.drive(one.openSession({ ttlMs: 1_000 }));
    await runtime.drive(one.create('/c/live', bytes(''), { session }));
    expect(await next()).toMatchObject({ changes: [{ type: 'put', entry: { path: '/c/live', owner: session.id } }] });
    await runtime.advance(10_000);
    expect(session.lost.aborted).toBe(false);
    one.faults.disconnect();
    await runtime.advance(990);
    expect(session.lost.aborted).toBe(true);
    expect(await next()).toMatchObject({ changes: [{ type: 'delete', path: '/c/live' }] });
    await runtime.drive(Promise.all([one.close(), two.close(), backend.close()]));
  });

  it('loses replies and requests as told, and tells reads and writes apart', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const store = memoryStore(runtime);
    store.faults.loseReplies();
    await expect(runtime.drive(store.put('/applied', bytes('x')))).rejects.toMatchObject({ code: 'E_OUTCOME_UNKNOWN' });
    expect(runtime.clock.monotonicMs()).toBe(5_000);
    store.faults.dropRequests(2);
    await expect(runtime.drive(store.put('/dropped', bytes('x')))).rejects.toMatchObject({ code: 'E_OUTCOME_UNKNOWN' });
    await expect(runtime.drive(store.get('/applied'))).rejects.toMatchObject({ code: 'E_TIMEOUT' });
    expect(await runtime.drive(store.children('/'))).toEqual(['applied']);
  });

  it('carries out a request that arrives after its caller has given up', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const store = memoryStore(runtime);
    store.faults.delay(300);
    await expect(runtime.drive(store.put('/late', bytes('x'), { timeoutMs: 100 }))).rejects.toMatchObject({
      code: 'E_OUTCOME_UNKNOWN',
    });
    store.faults.heal();
    expect(await runtime.drive(store.get('/late'))).toBeUndefined();
    await runtime.advance(300);
    expect(await runtime.drive(store.get('/late'))).toBeDefined();
  });

  it('cuts calls under way and refuses new ones', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const store = memoryStore(runtime);
    store.faults.delay(50);
    const [write, read] = [store.put('/a', bytes('x')), store.get('/a')].map((call) =>
      call.then(
        () => 'done',
        (error: { readonly code: string }) => error.code,
      ),
    );
    runtime.timers.after(10, () => store.faults.disconnect());
    expect(await runtime.drive(Promise.all([write, read]))).toEqual(['E_OUTCOME_UNKNOWN', 'E_UNAVAILABLE']);
    expect(store.status).toEqual({ connected: false, sinceMs: 10 });
    await expect(runtime.drive(store.put('/a', bytes('x')))).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    store.faults.reconnect();
    expect(await runtime.drive(store.get('/a'))).toBeUndefined();
  });

  it('does the same, byte for byte, in two runs of one seed', async () => {
    const run = async (seed: number): Promise<string> => {
      const runtime = virtualRuntime({ seed });
      const backend = memoryBackend(runtime);
      const [one, two] = [memoryStore(runtime, { backend }), memoryStore(runtime, { backend })];
      one.faults.delay({ minMs: 1, maxMs: 90 });
      const session = await runtime.drive(one.openSession({ ttlMs: 500 }));
      runtime.note(`session ${session.id}`);
      session.lost.addEventListener('abort', () => runtime.note('lost'));
      void (async () => {
        for await (const event of two.watch('/', { recursive: true })) runtime.note(event.type);
      })().catch(() => {});
      for (let round = 0; round < 40; round += 1) {
        if (round === 30) one.faults.disconnect();
        const write = one.put(`/k/${runtime.random.integer(4)}`, bytes('x'), { session, timeoutMs: 100 });
        write.then(
          ({ revision }) => runtime.note(`written ${revision}`),
          (error: { readonly code: string }) => runtime.note(error.code),
        );
        await runtime.advance(runtime.random.integer(60));
      }
      await runtime.drive(Promise.all([one.close(), two.close()]));
      return runtime.trace.join('\n');
    };
    const [first, second] = [await run(5), await run(5)];
    expect(first.length).toBeGreaterThan(1_000);
    expect(second).toBe(first);
    expect(await run(6)).not.toBe(first);
  });
});
