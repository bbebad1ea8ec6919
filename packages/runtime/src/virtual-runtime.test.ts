import { describe, expect, it } from 'vitest';
import { KeelsonError } from './error.ts';
import { sleep } from './sleep.ts';
import { type VirtualRuntime, virtualRuntime } from './virtual-runtime.ts';

/** A thousand timers that set, cancel and await one another at random, all from the seed. */
async function thousandTimers(seed: number): Promise<VirtualRuntime> {
  const runtime = virtualRuntime({ seed });
  const { random, timers } = runtime;
  const handles: { cancel(): void }[] = [];
  for (let index = 0; index < 1_000; index += 1) {
    const handle = timers.after(random.integer(5_000), () => {
      runtime.note(`first ${index}`);
      if (random.next() < 0.3) handles[random.integer(handles.length)]?.cancel();
      void sleep(runtime, random.integer(100)).then(() =>
        runtime.logger.info({ index, draw: random.integer(1_000_000), big: 7n }, 'second'),
      );
    });
    handles.push(handle);
  }
  const ticker = timers.every(250, () => runtime.note(`tick ${random.uuid()}`));
  await runtime.advance(6_000);
  ticker.cancel();
  return runtime;
}

describe('virtual runtime', () => {
  it('gives the same trace, byte for byte, for the same seed', async () => {
    const [first, second, other] = [await thousandTimers(42), await thousandTimers(42), await thousandTimers(43)];
    expect(first.trace.length).toBeGreaterThan(2_000);
    expect(first.trace.join('\n')).toBe(second.trace.join('\n'));
    expect(first.traceSummary).toBe(second.traceSummary);
    expect(other.traceSummary).not.toBe(first.traceSummary);
  });

  it('fires every timer of a thousand that is not cancelled, by due time, then by order of arming', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const fired: { dueMs: number; index: number }[] = [];
    const expected: { dueMs: number; index: number }[] = [];
    for (let index = 0; index < 1_000; index += 1) {
      const dueMs = runtime.random.integer(200);
      const handle = runtime.timers.after(dueMs, () => {
        expect(runtime.clock.monotonicMs()).toBe(dueMs);
        fired.push({ dueMs, index });
      });
      if (index % 3 === 0) handle.cancel();
      else expected.push({ dueMs, index });
    }
    await runtime.advance(200);
    expected.sort((a, b) => a.dueMs - b.dueMs || a.index - b.index);
    expect(fired).toEqual(expected);
  });

  it('lets long promise chains settle before the next timer runs', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const order: string[] = [];
    runtime.timers.after(10, () => {
      void (async () => {
        for (let turn = 0; turn < 500; turn += 1) await Promise.resolve();
        order.push('chain');
      })();
    });
    runtime.timers.after(10, () => order.push('timer'));
    await runtime.advance(10);
    expect(order).toEqual(['chain', 'timer']);
  });

  it('keeps wall and monotonic time in step and moves neither by itself', async () => {
    const runtime = virtualRuntime({ seed: 1, startWallMs: 1_000 });
    await runtime.advance(250);
    expect([runtime.clock.wallMs(), runtime.clock.monotonicMs()]).toEqual([1_250, 250]);
    expect([runtime.clock.wallMs(), runtime.clock.monotonicMs()]).toEqual([1_250, 250]);
  });

  it('runs a repeating timer once after a pause and lets it cancel itself', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const at: number[] = [];
    const ticker = runtime.timers.every(100, () => {
      at.push(runtime.clock.monotonicMs());
      if (at.length === 4) ticker.cancel();
    });
    await runtime.advance(200);
    runtime.pause(1_000);
    await runtime.advance(1_000);
    expect(at).toEqual([100, 200, 1_200, 1_300]);
  });

  it('stops at the instant a condition holds, and gives up in virtual time', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    let ready = false;
    runtime.timers.after(30, () => {
      ready = true;
    });
    await runtime.runUntil(() => ready, { limitMs: 1_000 });
    expect(runtime.clock.monotonicMs()).toBe(30);
    await expect(runtime.runUntil(() => false, { limitMs: 500 })).rejects.toMatchObject({ code: 'E_TIMEOUT' });
    expect(runtime.clock.monotonicMs()).toBe(530);
  });

  it('drives work to its outcome, good or bad', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    await expect(runtime.drive(sleep(runtime, 5_000).then(() => 'woke'))).resolves.toBe('woke');
    const failing = sleep(runtime, 10).then(() => {
      throw new KeelsonError('E_NOT_FOUND', 'no such thing');
    });
    await expect(runtime.drive(failing)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await expect(runtime.drive(new Promise(() => {}), { limitMs: 10 })).rejects.toMatchObject({ code: 'E_TIMEOUT' });
  });

  it('refuses to move time from two places at once and passes on what a timer throws', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const first = runtime.advance(10);
    await expect(runtime.advance(10)).rejects.toMatchObject({ code: 'E_INVALID_ARGUMENT' });
    await first;
    runtime.timers.after(1, () => {
      throw new Error('timer broke');
    });
    await expect(runtime.advance(5)).rejects.toThrow('timer broke');
    await expect(runtime.advance(5)).resolves.toBeUndefined();
  });

  it('keeps only the newest lines in full, and the digest of all', async () => {
    const long = virtualRuntime({ seed: 1, traceLimit: 10 });
    for (let line = 0; line < 25; line += 1) long.note(`line ${line}`);
    expect(long.trace).toHaveLength(10);
    expect(long.trace.at(-1)).toBe('0 line 24');
    expect(long.traceSummary).toMatch(/^25:[0-9a-f]{8}$/);
  });
});
