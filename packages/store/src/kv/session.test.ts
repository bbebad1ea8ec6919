import { type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';
import { type MemoryStore, memoryBackend, memoryStore } from '../memory/index.ts';
import type { MvccBackend } from '../mvcc/index.ts';
import { safetyMarginMs } from './session.ts';

interface World {
  readonly runtime: VirtualRuntime;
  readonly backend: MvccBackend;
  readonly store: MemoryStore;
}

function world(seed = 1): World {
  const runtime = virtualRuntime({ seed });
  const backend = memoryBackend(runtime);
  return { runtime, backend, store: memoryStore(runtime, { backend }) };
}

const TTL_MS = 3_000;
const MARGIN_MS = safetyMarginMs(TTL_MS);

describe('session', () => {
  it('renews its lease every third of its ttl', async () => {
    const { runtime, backend, store } = world();
    let renewals = 0;
    const renew = backend.keepLeaseAlive.bind(backend);
    backend.keepLeaseAlive = (id, options) => {
      renewals += 1;
      return renew(id, options);
    };
    const session = await runtime.drive(store.openSession({ ttlMs: TTL_MS }));
    await runtime.advance(TTL_MS * 10);
    expect(renewals).toBe(30);
    expect(session.lost.aborted).toBe(false);
    await runtime.drive(store.close());
  });

  it('counts from the sending of the keepalive, not from its answer', async () => {
    const { runtime, store } = world();
    store.faults.delay(400);
    const openedAtMs = runtime.clock.monotonicMs();
    const session = await runtime.drive(store.openSession({ ttlMs: TTL_MS }));
    expect(runtime.clock.monotonicMs()).toBe(openedAtMs + 800);
    expect(session.aliveUntilMs).toBe(openedAtMs + TTL_MS - MARGIN_MS);
    store.faults.disconnect();
    await runtime.advance(session.aliveUntilMs - runtime.clock.monotonicMs() - 1);
    expect(session.lost.aborted).toBe(false);
    await runtime.advance(1);
    expect(session.lost.aborted).toBe(true);
  });

  it('survives lost keepalives as long as one is answered in time', async () => {
    const { runtime, store } = world();
    const session = await runtime.drive(store.openSession({ ttlMs: TTL_MS }));
    for (let round = 0; round < 20; round += 1) {
      store.faults.dropRequests();
      await runtime.advance(TTL_MS);
    }
    expect(session.lost.aborted).toBe(false);
    for (let round = 0; round < 5; round += 1) {
      store.faults.disconnect();
      await runtime.advance(TTL_MS / 2);
      store.faults.reconnect();
      await runtime.advance(TTL_MS / 2);
    }
    session.assertAlive();
    await runtime.drive(store.close());
  });

  it('lives on a slow network, where an answer takes longer than the time between two keepalives', async () => {
    const { runtime, store } = world();
    store.faults.delay(TTL_MS * 0.22);
    const session = await runtime.drive(store.openSession({ ttlMs: TTL_MS }));
    for (let round = 0; round < 50; round += 1) {
      await runtime.advance(TTL_MS / 5);
      session.assertAlive();
    }
    store.faults.heal();
    await runtime.drive(store.close());
  });

  it('is not brought back by an answer that waited while the process was stopped', async () => {
    const { runtime, store } = world();
    store.faults.delay(100);
    const session = await runtime.drive(store.openSession({ ttlMs: TTL_MS }));
    const order: string[] = [];
    session.lost.addEventListener('abort', () => order.push('lost'));
    // Stopped just after a keepalive was sent: its answer arrives when everything is over.
    await runtime.advance(TTL_MS / 3 - 100);
    runtime.pause(TTL_MS * 2);
    await runtime.advance(1_000);
    expect(order).toEqual(['lost']);
    expect(() => session.assertAlive()).toThrow(expect.objectContaining({ code: 'E_SESSION_EXPIRED' }));
    expect(session.aliveUntilMs).toBeLessThan(runtime.clock.monotonicMs());
  });

  it('trips `lost` in the very look that comes first after a pause', async () => {
    const { runtime, store } = world();
    const session = await runtime.drive(store.openSession({ ttlMs: TTL_MS }));
    const order: string[] = [];
    session.lost.addEventListener('abort', () => order.push('lost'));
    runtime.timers.after(1, () => {
      order.push(`work sees aborted: ${session.lost.aborted}`);
    });
    runtime.pause(TTL_MS);
    await runtime.advance(0);
    expect(order).toEqual(['lost', 'work sees aborted: true']);
  });

  it('stops its owner even when the store cannot be told of the end', async () => {
    const { runtime, backend, store } = world();
    const session = await runtime.drive(store.openSession({ ttlMs: TTL_MS }));
    await runtime.drive(store.put('/live', new Uint8Array(), { session }));
    store.faults.disconnect();
    await expect(runtime.drive(session.close())).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    expect(session.lost.reason).toMatchObject({ code: 'E_CLOSED' });
    store.faults.reconnect();
    // The second close does what the first could not.
    await runtime.drive(session.close());
    expect(backend.readRange({ key: '/live' }).kvs).toEqual([]);
    await runtime.drive(session.close());
  });

  it('takes its entries along when the store is closed, and leaves no timer behind', async () => {
    const { runtime, backend, store } = world();
    const session = await runtime.drive(store.openSession({ ttlMs: TTL_MS }));
    await runtime.drive(store.put('/live', new Uint8Array(), { session }));
    await runtime.drive(store.close());
    expect(backend.readRange({ key: '/live' }).kvs).toEqual([]);
    await runtime.drive(backend.close());
    const linesBefore = runtime.trace.length;
    await runtime.advance(TTL_MS * 3);
    expect(runtime.trace.length - linesBefore).toBeLessThanOrEqual(1);
  });

  it('cannot be opened while the store is out of reach, nor with a senseless ttl', async () => {
    const { runtime, store } = world();
    store.faults.disconnect();
    await expect(runtime.drive(store.openSession({ ttlMs: TTL_MS }))).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    for (const ttlMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(store.openSession({ ttlMs })).rejects.toMatchObject({ code: 'E_INVALID_ARGUMENT' });
  });

  it('always trips `lost` before its entries go, whatever the wires do', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const { runtime, backend, store } = world(seed);
      store.faults.delay({ minMs: 0, maxMs: runtime.random.integer(900) });
      const session = await runtime.drive(store.openSession({ ttlMs: TTL_MS }));
      await runtime.drive(store.put('/live', new Uint8Array(), { session }));
      const order: string[] = [];
      session.lost.addEventListener('abort', () => order.push('lost'));
      backend.watch(
        { key: '/live' },
        {
          onCreated: () => {},
          onEvents: () => order.push('gone'),
          onProgress: () => {},
          onCompacted: () => {},
          onInterrupted: () => {},
        },
      );
      for (let step = 0; step < 40 && order.length < 2; step += 1) {
        const draw = runtime.random.next();
        if (draw < 0.2) store.faults.loseReplies();
        else if (draw < 0.4) store.faults.dropRequests();
        else if (draw < 0.5) store.faults.disconnect();
        else if (draw < 0.6) store.faults.reconnect();
        await runtime.advance(runtime.random.integer(TTL_MS / 2));
      }
      store.faults.disconnect();
      await runtime.advance(TTL_MS * 3);
      expect(order, `seed ${seed}`).toEqual(['lost', 'gone']);
    }
  });
});
