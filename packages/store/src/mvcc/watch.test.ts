import { virtualRuntime } from '@keelson/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, type Step, steps } from '../../test-support/operations.ts';
import { recordingSink } from '../../test-support/recording-sink.ts';
import type { KvEvent, KvOperation } from '../kv/backend.ts';
import { MvccBackend } from './mvcc-backend.ts';

const put = (key: string, value = 'v'): KvOperation => ({ type: 'put', key, value: bytes(value) });
const del = (key: string, end?: string): KvOperation => ({
  type: 'delete-range',
  range: end === undefined ? { key } : { key, end },
});
const both = (...success: KvOperation[]): KvOperation => ({
  type: 'txn',
  request: { compare: [], success, failure: [] },
});

function world(): { backend: MvccBackend; runtime: ReturnType<typeof virtualRuntime>; settle: () => Promise<void> } {
  const runtime = virtualRuntime({ seed: 1 });
  return { runtime, backend: new MvccBackend({ runtime }), settle: () => runtime.advance(0) };
}

describe('a watch', () => {
  it('calls its sink only after it was handed out, created first', async () => {
    const { backend, settle } = world();
    const sink = recordingSink();
    backend.watch({ key: 'a' }, sink);
    await backend.execute(put('a', '1'));
    expect(sink.lines[0]).toBe('created 1');
    await settle();
    expect(sink.lines).toEqual(['created 1', 'put a=1@2 | 2']);
  });

  it('tells of its keys only, with what they were before where asked', async () => {
    const { backend, settle } = world();
    const [one, range, from, plain] = [recordingSink(), recordingSink(), recordingSink(), recordingSink()];
    backend.watch({ key: 'b', prevKv: true }, one);
    backend.watch({ key: 'a', end: 'c' }, range);
    backend.watch({ key: 'c', end: '\0', prevKv: true }, from);
    backend.watch({ key: 'b' }, plain);
    await settle();
    for (const operation of [put('a', '1'), put('b', '2'), put('b', '3'), put('c', '4'), del('b'), put('b', '5')])
      await backend.execute(operation);
    expect(one.lines.slice(1)).toEqual([
      'put b=2@3 | 3',
      'put b=3@4 was 2 | 4',
      'delete b@6 was 3 | 6',
      'put b=5@7 | 7',
    ]);
    expect(range.lines).toContain('put a=1@2 | 2');
    expect(range.lines.length).toBe(6);
    expect(from.lines.slice(1)).toEqual(['put c=4@5 | 5']);
    expect(plain.lines[2]).toBe('put b=3@4 | 4');
  });

  it('tells of all writes of one transaction together', async () => {
    const { backend, settle } = world();
    const sink = recordingSink();
    backend.watch({ key: 'a', end: 'z' }, sink);
    await settle();
    await backend.execute(both(put('b'), put('a'), put('zz'), del('none')));
    await backend.execute(del('a', 'c'));
    expect(sink.lines.slice(1)).toEqual(['put b=v@2, put a=v@2 | 2', 'delete a@3, delete b@3 | 3']);
  });

  it('begins in the past, goes on with the present, and leaves nothing out between', async () => {
    const { backend, settle } = world();
    for (const value of ['1', '2', '3']) await backend.execute(put('a', value));
    const sink = recordingSink();
    backend.watch({ key: 'a', startRevision: 3n }, sink);
    await backend.execute(put('a', '4'));
    await settle();
    await backend.execute(put('a', '5'));
    expect(sink.lines).toEqual(['created 4', 'put a=2@3, put a=3@4, put a=4@5 | 5', 'put a=5@6 | 6']);
  });

  it('waits for a revision that is still to come', async () => {
    const { backend, settle } = world();
    const sink = recordingSink();
    backend.watch({ key: 'a', startRevision: 4n }, sink);
    await settle();
    for (const value of ['1', '2', '3']) await backend.execute(put('a', value));
    expect(sink.lines).toEqual(['created 1', 'put a=3@4 | 4']);
  });

  it('ends as compacted where its start is no longer kept, but not at the compact revision itself', async () => {
    const { backend, settle } = world();
    await backend.execute(put('a', '1'));
    await backend.execute(del('a'));
    await backend.execute(put('b', '2'));
    await backend.compact(3n);
    const [gone, kept] = [recordingSink(), recordingSink()];
    backend.watch({ key: 'a', startRevision: 2n }, gone);
    backend.watch({ key: 'a', startRevision: 3n }, kept);
    await settle();
    await backend.execute(put('a', '3'));
    expect(gone.lines).toEqual(['created 4', 'compacted 3']);
    expect(kept.lines).toEqual(['created 4', 'delete a@3 | 4', 'put a=3@5 | 5']);
  });

  it('says nothing after it was cancelled, even from within another watch of the same write', async () => {
    const { backend, settle } = world();
    const [first, second] = [recordingSink(), recordingSink()];
    backend.watch({ key: 'a' }, first);
    const watch = backend.watch({ key: 'a' }, second);
    await settle();
    first.afterEvents = () => watch.cancel();
    await backend.execute(put('a'));
    await backend.execute(put('a'));
    expect(second.lines).toEqual(['created 1']);
    expect(backend.describe().watches).toBe(1);
  });

  it('sees writes made from within a sink in their order', async () => {
    const { backend, settle } = world();
    const [writer, reader] = [recordingSink(), recordingSink()];
    backend.watch({ key: 'a' }, writer);
    backend.watch({ key: 'a', end: 'c' }, reader);
    await settle();
    writer.afterEvents = () => void backend.execute(put('b', 'from within'));
    await backend.execute(put('a', '1'));
    await settle();
    expect(reader.lines.slice(1)).toEqual(['put a=1@2 | 2', 'put b=from within@3 | 3']);
  });

  it('keeps the others informed when one sink throws, and logs it', async () => {
    const { backend, runtime, settle } = world();
    const [bad, good] = [recordingSink(), recordingSink()];
    bad.afterEvents = () => {
      throw new Error('broken sink');
    };
    backend.watch({ key: 'a' }, bad);
    backend.watch({ key: 'a' }, good);
    await settle();
    await backend.execute(put('a'));
    expect(good.lines.length).toBe(2);
    expect(runtime.trace.join('\n')).toContain('A watch sink threw');
  });

  it('answers a request for progress when it has caught up, and not before', async () => {
    const { backend, settle } = world();
    const sink = recordingSink();
    const watch = backend.watch({ key: 'a' }, sink);
    watch.requestProgress();
    await settle();
    await backend.execute(put('b'));
    expect(watch.synced).toBe(true);
    expect(watch.nextRevision).toBe(3n);
    watch.requestProgress();
    expect(sink.lines).toEqual(['created 1', 'progress 2']);
  });

  it('reads a long past in turns, so that a live watch is served meanwhile', async () => {
    const { backend, runtime, settle } = world();
    for (let n = 0; n < 5_000; n += 1) await backend.execute(put('a', `${n}`));
    const [past, live] = [recordingSink(), recordingSink()];
    backend.watch({ key: 'b' }, live);
    await settle();
    backend.watch({ key: 'a', startRevision: 2n }, past);
    await Promise.resolve();
    expect(past.lines.length).toBe(2);
    await backend.execute(put('b', 'now'));
    expect(live.lines).toEqual(['created 5001', 'put b=now@5002 | 5002']);
    await runtime.advance(10);
    const values = past.lines.slice(1).flatMap((line) => [...line.matchAll(/a=(\d+)@/g)].map((match) => match[1]));
    expect(values).toEqual(Array.from({ length: 5_000 }, (_, n) => `${n}`));
  });
});

describe('a paused watch', () => {
  it('holds nothing back in memory and catches up from history', async () => {
    const { backend, settle } = world();
    const sink = recordingSink();
    const watch = backend.watch({ key: 'a' }, sink);
    await settle();
    await backend.execute(put('a', '1'));
    watch.pause();
    await backend.execute(put('a', '2'));
    await backend.execute(put('a', '3'));
    await settle();
    expect(sink.lines).toEqual(['created 1', 'put a=1@2 | 2']);
    expect(watch.synced).toBe(false);
    watch.resume();
    await settle();
    expect(sink.lines.slice(2)).toEqual(['put a=2@3, put a=3@4 | 4']);
    await backend.execute(put('a', '4'));
    expect(sink.lines.at(-1)).toBe('put a=4@5 | 5');
  });

  it('may be paused and resumed from within its own events', async () => {
    const { backend, settle } = world();
    const sink = recordingSink();
    const watch = backend.watch({ key: 'a' }, sink);
    await settle();
    sink.afterEvents = () => watch.pause();
    await backend.execute(put('a', '1'));
    await backend.execute(put('a', '2'));
    watch.resume();
    await settle();
    await backend.execute(put('a', '3'));
    expect(sink.lines.slice(1)).toEqual(['put a=1@2 | 2', 'put a=2@3 | 3']);
  });

  it('is told that it was created, and nothing else, where it is paused at once', async () => {
    const { backend, settle } = world();
    await backend.execute(put('a', '1'));
    const sink = recordingSink();
    const watch = backend.watch({ key: 'a', startRevision: 1n }, sink);
    watch.pause();
    await settle();
    expect(sink.lines).toEqual(['created 2']);
    watch.resume();
    await settle();
    expect(sink.lines.at(-1)).toBe('put a=1@2 | 2');
  });

  it('ends as compacted where the history has moved past it', async () => {
    const { backend, settle } = world();
    const sink = recordingSink();
    const watch = backend.watch({ key: 'a' }, sink);
    await settle();
    watch.pause();
    for (const value of ['1', '2', '3']) await backend.execute(put('a', value));
    await backend.compact(4n);
    watch.resume();
    await settle();
    expect(sink.lines).toEqual(['created 1', 'compacted 4']);
  });
});

describe('watches of any kind, over any history', () => {
  const range = fc.constantFrom({ key: 'a' }, { key: 'a', end: 'b' }, { key: 'aa', end: '\0' }, { key: '\xff' });
  const contains = (watched: { key: string; end?: string }, key: string): boolean =>
    watched.end === undefined ? key === watched.key : key >= watched.key && (watched.end === '\0' || key < watched.end);

  async function runStep(backend: MvccBackend, step: Step): Promise<void> {
    // Refused ones write nothing, which is what the watches must show.
    if (step.step === 'operation') await backend.execute(step.operation).catch(() => {});
    else if (step.step === 'revoke') {
      await backend.revokeLease(7n).catch(() => {});
      await backend.grantLease(1_000_000, { id: 7n }).catch(() => {});
    }
  }

  it('deliver each write once, in order, whenever they begin, pause and resume', async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.array(fc.tuple(range, fc.nat(20), fc.nat(20), fc.nat(20), fc.nat(25)), { maxLength: 6 }),
        async (given, plans) => {
          const { backend, settle } = world();
          const all: KvEvent[] = [];
          const nothing = { onCreated: () => {}, onProgress: () => {}, onCompacted: () => {}, onInterrupted: () => {} };
          backend.watch({ key: '\0', end: '\0' }, { ...nothing, onEvents: (events) => all.push(...events) });
          const watches = plans.map(([watched, ...plan]) => ({
            watched,
            plan,
            seen: [] as KvEvent[],
            stop: [] as (() => void)[],
          }));
          for (const [at, step] of [...given, ...given].entries()) {
            for (const { watched, plan, seen, stop } of watches) {
              const [begin, start, pause, resume] = plan;
              if (begin === at) {
                const watch = backend.watch(
                  { ...watched, startRevision: BigInt(start + 1) },
                  { ...nothing, onEvents: (events) => seen.push(...events) },
                );
                stop.push(
                  () => watch.pause(),
                  () => watch.resume(),
                );
              }
              if (begin + pause === at) stop[0]?.();
              if (begin + pause + resume === at) stop[1]?.();
            }
            await runStep(backend, step);
            if (at % 3 === 0) await settle();
          }
          for (const { stop } of watches) stop[1]?.();
          await settle();
          await settle();
          const name = ({ type, kv }: KvEvent): string => `${type} ${kv.key}@${kv.modRevision}`;
          for (const { watched, plan, seen } of watches) {
            if ((plan[0] ?? 0) >= 2 * given.length) continue;
            const expected = all.filter(
              ({ kv }) => contains(watched, kv.key) && kv.modRevision >= BigInt((plan[1] ?? 0) + 1),
            );
            expect(seen.map(name)).toEqual(expected.map(name));
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
