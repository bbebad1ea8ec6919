import { type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';
import { type MemoryStore, memoryBackend, memoryStore } from '../memory/index.ts';
import type { Entry } from '../port.ts';
import type { WatchEvent } from '../watch.ts';

const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

interface World {
  readonly runtime: VirtualRuntime;
  readonly writer: MemoryStore;
  readonly watcher: MemoryStore;
}

function world(seed: number): World {
  const runtime = virtualRuntime({ seed });
  const backend = memoryBackend(runtime);
  return { runtime, writer: memoryStore(runtime, { backend }), watcher: memoryStore(runtime, { backend }) };
}

/** Holds what a reader of events holds, and checks what it is told against it. */
class Mirror {
  readonly entries = new Map<string, Entry>();
  readonly reasons: string[] = [];
  revision = 0n;

  apply(event: WatchEvent): void {
    if (event.type === 'interrupted') return;
    expect(event.revision >= this.revision, `${event.type} at ${event.revision} after ${this.revision}`).toBe(true);
    this.revision = event.revision;
    if (event.type === 'snapshot') {
      this.reasons.push(event.reason);
      this.entries.clear();
      for (const entry of event.entries) this.entries.set(entry.path, entry);
    }
    if (event.type !== 'changes') return;
    for (const change of event.changes) {
      const at = change.type === 'put' ? change.entry.path : change.path;
      const before = this.entries.get(at);
      if (change.type === 'delete') {
        expect(before, `the deletion of ${at}, which is not there`).toBeDefined();
        this.entries.delete(at);
        continue;
      }
      // A version left out or told twice shows here.
      const expected = change.entry.createRevision === before?.createRevision ? before.version + 1 : 1;
      expect(change.entry.version, `version of ${at}`).toBe(expected);
      this.entries.set(at, change.entry);
    }
  }
}

/** One round of random faults and writes. */
async function disturb({ runtime, writer, watcher }: World): Promise<void> {
  const { random } = runtime;
  const draw = random.integer(9);
  if (draw === 0) watcher.faults.disconnect();
  if (draw === 1 || draw === 2) watcher.faults.reconnect();
  if (draw === 3) await runtime.drive(watcher.faults.compact().catch(() => 0n));
  if (draw === 4) watcher.faults.holdWatches();
  if (draw === 5) watcher.faults.releaseWatches();
  if (draw === 6) watcher.faults.delay({ minMs: 0, maxMs: random.integer(200) });
  for (let count = random.integer(4); count > 0; count -= 1) {
    const path = `/t/${random.integer(5)}`;
    const write: Promise<unknown> =
      random.next() < 0.3 ? writer.delete(path) : writer.put(path, bytes(String(random.integer(1_000))));
    await runtime.drive(write);
  }
  await runtime.advance(random.integer(150));
}

describe('watch', () => {
  it('begins again soon where the reply to its first read was lost', async () => {
    const { runtime, writer, watcher } = world(7);
    await runtime.drive(writer.put('/a', bytes('1')));
    watcher.faults.loseReplies();
    const events: WatchEvent[] = [];
    const watch = watcher.watch('/a');
    const reading = (async () => {
      for await (const event of watch) events.push(event);
    })();
    await runtime.advance(6_000);
    expect(events.map(({ type }) => type)).toEqual(['interrupted', 'snapshot']);
    await watch.close();
    await runtime.drive(reading);
  });

  it('always comes to hold what the store holds, whatever happens to it on the way', async () => {
    const reasons = new Set<string>();
    for (let seed = 1; seed <= 60; seed += 1) {
      const each = world(seed);
      const { runtime, writer, watcher } = each;
      const mirror = new Mirror();
      const reading = (async () => {
        for await (const event of watcher.watch('/t', { bufferedChanges: 3 })) {
          mirror.apply(event);
          if (runtime.random.next() < 0.3)
            await new Promise<void>((resolve) => runtime.timers.after(runtime.random.integer(300), resolve));
        }
      })();
      for (let round = 0; round < 30; round += 1) await disturb(each);
      watcher.faults.heal();
      await runtime.drive(writer.put('/t/end', bytes('end')));
      await runtime.runUntil(() => mirror.entries.has('/t/end'), { limitMs: 60_000 });
      expect(
        [...mirror.entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
        `seed ${seed}`,
      ).toEqual((await runtime.drive(writer.list('/t'))).entries);
      for (const reason of mirror.reasons) reasons.add(reason);
      const ended = expect(reading).rejects.toMatchObject({ code: 'E_CLOSED' });
      await runtime.drive(watcher.close());
      await runtime.drive(ended);
    }
    expect([...reasons].sort()).toEqual(['compacted', 'initial', 'overflow']);
  });

  it('says once that it is cut off while its first snapshot cannot be had, then tells it', async () => {
    const { runtime, writer, watcher } = world(1);
    await runtime.drive(writer.put('/a', bytes('1')));
    watcher.faults.disconnect();
    const events: string[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      for await (const event of watcher.watch('/', { signal: stop.signal })) events.push(event.type);
    })();
    await runtime.advance(5_000);
    expect(events).toEqual(['interrupted']);
    watcher.faults.reconnect();
    await runtime.advance(1_000);
    expect(events).toEqual(['interrupted', 'snapshot']);
    stop.abort();
    await runtime.drive(reading);
  });

  it('tells by progress that it is current again after a cut in which nothing was written', async () => {
    const { runtime, watcher } = world(1);
    const events: string[] = [];
    const watch = watcher.watch('/');
    const reading = (async () => {
      for await (const event of watch) events.push(event.type);
    })();
    await runtime.advance(10);
    watcher.faults.disconnect();
    await runtime.advance(10);
    watcher.faults.reconnect();
    await runtime.advance(10);
    expect(events.slice(0, 3)).toEqual(['snapshot', 'interrupted', 'progress']);
    await watch.close();
    await runtime.drive(reading);
  });

  it('ends with the error of an engine that refuses it', async () => {
    const { runtime, watcher } = world(1);
    await runtime.drive(watcher.backend.close());
    const first = watcher.watch('/')[Symbol.asyncIterator]().next();
    await expect(runtime.drive(first)).rejects.toMatchObject({ code: 'E_CLOSED' });
  });

  it('is iterated once, and refuses senseless options at once', async () => {
    const { watcher } = world(1);
    const watch = watcher.watch('/');
    watch[Symbol.asyncIterator]();
    expect(() => watch[Symbol.asyncIterator]()).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
    await watch.close();
    for (const options of [{ bufferedChanges: 0 }, { bufferedChanges: 1.5 }, { afterRevision: -1n }])
      expect(() => watcher.watch('/', options)).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
    expect(() => watcher.watch('x')).toThrow(expect.objectContaining({ code: 'E_INVALID_PATH' }));
  });

  it('answers readers that ask for several events at once, in order', async () => {
    const { runtime, writer, watcher } = world(1);
    const iterator = watcher.watch('/')[Symbol.asyncIterator]();
    const asked = Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    await runtime.advance(1);
    await runtime.drive(writer.put('/a', bytes('1')));
    await runtime.drive(writer.put('/b', bytes('1')));
    const types = (await runtime.drive(asked)).map(({ value }) =>
      value?.type === 'changes' ? value.changes : value?.type,
    );
    expect(types).toMatchObject(['snapshot', [{ entry: { path: '/a' } }], [{ entry: { path: '/b' } }]]);
  });
});
