import { virtualRuntime } from '@keelson/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes } from '../../test-support/operations.ts';
import { recordingSink } from '../../test-support/recording-sink.ts';
import type { KvOperation } from '../kv/backend.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import { MAX_LEASE_TTL_MS } from './lease-table.ts';
import { MvccBackend } from './mvcc-backend.ts';

const put = (key: string, lease: bigint): KvOperation => ({ type: 'put', key, value: bytes('v'), lease });

function world(options: { minLeaseTtlMs?: number } = {}) {
  const runtime = virtualRuntime({ seed: 3 });
  const backend = new MvccBackend({ runtime, ...options });
  const keys = async (): Promise<string[]> => (await backend.range({ key: '\0', end: '\0' })).kvs.map((kv) => kv.key);
  return { runtime, backend, keys };
}

describe('a lease', () => {
  it('ends at its ttl to the millisecond, and deletes its keys in order in one revision', async () => {
    const { runtime, backend, keys } = world();
    const sink = recordingSink();
    backend.watch({ key: '\0', end: '\0', prevKv: true }, sink);
    const { id } = await backend.grantLease(1_500);
    await backend.execute(put('b', id));
    await backend.execute(put('a', id));
    await backend.execute(put('c', 0n));
    await runtime.advance(1_499);
    expect(await keys()).toEqual(['a', 'b', 'c']);
    await runtime.advance(1);
    expect(await keys()).toEqual(['c']);
    expect(sink.lines.at(-1)).toBe('delete a@5 was v, delete b@5 was v | 5');
    expect(runtime.clock.monotonicMs()).toBe(1_500);
  });

  it('lives on from each renewal, and not beyond', async () => {
    const { runtime, backend, keys } = world();
    const { id } = await backend.grantLease(1_000);
    await backend.execute(put('a', id));
    for (let n = 0; n < 5; n += 1) {
      await runtime.advance(900);
      expect(await backend.keepLeaseAlive(id)).toBe(1_000);
    }
    await runtime.advance(999);
    expect(await keys()).toEqual(['a']);
    await runtime.advance(1);
    expect(await keys()).toEqual([]);
    await expect(backend.keepLeaseAlive(id)).rejects.toMatchObject({
      code: 'E_SESSION_EXPIRED',
      details: { reason: 'lease-not-found' },
    });
  });

  it('is over at its instant for every call, even before its timer has run', async () => {
    const { runtime, backend } = world();
    const { id } = await backend.grantLease(1_000);
    runtime.pause(1_000);
    for (const call of [backend.keepLeaseAlive(id), backend.execute(put('a', id)), backend.leaseStatus(id)])
      await expect(call).rejects.toMatchObject({ details: { reason: 'lease-not-found' } });
    expect(await backend.leases()).toEqual([]);
  });

  it('says what is left of it and which keys it has', async () => {
    const { runtime, backend } = world();
    const { id } = await backend.grantLease(10_000, { id: 77n });
    expect(id).toBe(77n);
    const other = await backend.grantLease(10_000);
    expect(other.id > 0n && other.id < 1n << 63n).toBe(true);
    await backend.execute(put('b', id));
    await backend.execute(put('a', id));
    await backend.execute(put('moved', id));
    await backend.execute(put('moved', other.id));
    await backend.execute(put('kept', id));
    await backend.execute(put('kept', 0n));
    await runtime.advance(4_000);
    expect(await backend.leaseStatus(id)).toEqual({
      id: 77n,
      grantedTtlMs: 10_000,
      remainingTtlMs: 6_000,
      keys: ['a', 'b'],
    });
    expect(await backend.leases()).toEqual([77n, other.id]);
    await backend.execute({ type: 'delete-range', range: { key: 'a' } });
    expect((await backend.leaseStatus(id)).keys).toEqual(['b']);
  });

  it('goes when it is revoked, with its keys; a second time it is not found', async () => {
    const { backend, keys } = world();
    const { id } = await backend.grantLease(1_000);
    await backend.execute(put('a', id));
    await backend.revokeLease(id);
    expect(await keys()).toEqual([]);
    await expect(backend.revokeLease(id)).rejects.toMatchObject({ code: 'E_SESSION_EXPIRED' });
    expect(backend.revision).toBe(3n);
  });

  it('moves no revision when it ends without keys', async () => {
    const { runtime, backend } = world();
    await backend.grantLease(1_000);
    await runtime.advance(2_000);
    expect(backend.revision).toBe(1n);
    expect(backend.describe().leases).toBe(0);
  });

  it('is granted at least the least ttl, at most the largest, and under a free id only', async () => {
    const { backend } = world({ minLeaseTtlMs: 500 });
    expect((await backend.grantLease(-5, { id: 1n })).ttlMs).toBe(500);
    await expect(backend.grantLease(1_000, { id: 1n })).rejects.toMatchObject({ details: { reason: 'lease-exists' } });
    await expect(backend.grantLease(MAX_LEASE_TTL_MS + 1)).rejects.toMatchObject({
      details: { reason: 'lease-ttl-too-large' },
    });
    expect((await backend.grantLease(MAX_LEASE_TTL_MS)).ttlMs).toBe(MAX_LEASE_TTL_MS);
  });

  it('may be granted anew under the id of one that has ended, and is not ended by the old one', async () => {
    const { runtime, backend, keys } = world();
    await backend.grantLease(1_000, { id: 9n });
    await backend.revokeLease(9n);
    await runtime.advance(500);
    await backend.grantLease(1_000, { id: 9n });
    await backend.execute(put('a', 9n));
    await runtime.advance(999);
    expect(await keys()).toEqual(['a']);
    await runtime.advance(1);
    expect(await keys()).toEqual([]);
  });
});

it('a thousand leases with renewals at random each end exactly a ttl after their last one', async () => {
  const { runtime, backend } = world();
  const expected = new Map<string, number>();
  for (let n = 0; n < 1_000; n += 1) {
    const key = `k${n}`;
    const ttlMs = 1_000 + runtime.random.integer(5_000);
    const { id } = await backend.grantLease(ttlMs);
    await backend.execute(put(key, id));
    expected.set(key, ttlMs);
    const renewAtMs = runtime.random.integer(6_000);
    if (renewAtMs >= ttlMs) continue;
    expected.set(key, renewAtMs + ttlMs);
    runtime.timers.after(renewAtMs, () => void backend.keepLeaseAlive(id));
  }
  const ended = new Map<string, number>();
  backend.watch(
    { key: 'k', end: 'l' },
    {
      onCreated: () => {},
      onEvents: (events) => {
        for (const { kv } of events) ended.set(kv.key, runtime.clock.monotonicMs());
      },
      onProgress: () => {},
      onCompacted: () => {},
      onInterrupted: () => {},
    },
  );
  await runtime.advance(15_000);
  expect(ended).toEqual(new Map([...ended].map(([key]) => [key, expected.get(key)])));
  expect(ended.size).toBe(1_000);
});

it('a heap of deadlines gives them in order, and none before its time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100), { maxLength: 100 }), fc.nat(100), (deadlines, nowMs) => {
      const heap = new DeadlineHeap<number>();
      for (const dueMs of deadlines) heap.push(dueMs, dueMs);
      expect(heap.nextMs).toBe(deadlines.length === 0 ? undefined : Math.min(...deadlines));
      const due: number[] = [];
      for (let item = heap.popDue(nowMs); item !== undefined; item = heap.popDue(nowMs)) due.push(item);
      expect(due).toEqual(deadlines.filter((dueMs) => dueMs <= nowMs).sort((a, b) => a - b));
      expect(heap.size).toBe(deadlines.length - due.length);
    }),
  );
});
