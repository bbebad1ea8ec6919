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
});
