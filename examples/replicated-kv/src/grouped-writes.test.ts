import { virtualRuntime } from '@keelson/runtime';
import { memoryStore } from '@keelson/store/memory';
import { describe, expect, it, vi } from 'vitest';
import { GroupedWrites } from './grouped-writes.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const { signal } = new AbortController();

function stage() {
  const runtime = virtualRuntime({ seed: 1 });
  const store = memoryStore(runtime);
  const transact = vi.spyOn(store, 'transact');
  return { runtime, store, transact, writes: new GroupedWrites(store, runtime) };
}

describe('grouped writes', () => {
  it('of one turn are one transaction, also of those that got there by as many promises', async () => {
    const { runtime, writes, transact } = stage();
    const one = async (name: string) => {
      await Promise.resolve();
      return await writes.write(`/${name}`, bytes(name), 0, signal);
    };
    const written = await runtime.drive(Promise.all(['a', 'b', 'c'].map(one)));
    expect(written.map((each) => each?.path)).toEqual(['/a', '/b', '/c']);
    expect(transact).toHaveBeenCalledTimes(1);
  });

  it('do not fail for each other', async () => {
    const { runtime, store, writes, transact } = stage();
    await runtime.drive(store.put('/b', bytes('another was faster')));
    const all = ['a', 'b', 'c'].map((name) => writes.write(`/${name}`, bytes(name), 0, signal));
    const written = await runtime.drive(Promise.all(all));
    expect(written.map((each) => each?.version)).toEqual([1, undefined, 1]);
    expect(transact).toHaveBeenCalledTimes(4);
  });

  it('are split where they do not fit into one transaction', async () => {
    const { runtime, store, writes, transact } = stage();
    const most = store.capabilities.maxTransactionOperations;
    const all = Array.from({ length: most + 1 }, (_, index) => writes.write(`/${index}`, bytes(''), 0, signal));
    const written = await runtime.drive(Promise.all(all));
    expect(written.filter((each) => each?.version === 1)).toHaveLength(most + 1);
    expect(transact).toHaveBeenCalledTimes(2);
  });

  it('all hear of a reply that was lost, and wait no longer than their signal says', async () => {
    const { runtime, store, writes } = stage();
    store.faults.loseReplies();
    const lost = ['a', 'b'].map((name) => writes.write(`/${name}`, bytes(name), 0, signal));
    const outcomes = await runtime.drive(Promise.allSettled(lost));
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { code: 'E_OUTCOME_UNKNOWN' } },
      { status: 'rejected', reason: { code: 'E_OUTCOME_UNKNOWN' } },
    ]);
    store.faults.dropRequests();
    const ended = new AbortController();
    const waiting = writes.write('/c', bytes('c'), 0, ended.signal);
    ended.abort();
    await expect(runtime.drive(waiting)).rejects.toMatchObject({ code: 'E_ABORTED' });
  });
});
