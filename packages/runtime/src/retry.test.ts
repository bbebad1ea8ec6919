import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeelsonError } from './error.ts';
import { fullJitterMs, retry } from './retry.ts';
import { virtualRuntime } from './virtual-runtime.ts';

const unavailable = (): KeelsonError => new KeelsonError('E_UNAVAILABLE', 'out of reach');

describe('retry', () => {
  it('tries again until it succeeds', async () => {
    const runtime = virtualRuntime({ seed: 3 });
    const waits: number[] = [];
    const work = retry(
      runtime,
      { attempts: 4, baseMs: 100, onRetry: (_error, _attempt, waitMs) => waits.push(waitMs) },
      async (attempt) => {
        if (attempt < 3) throw unavailable();
        return attempt;
      },
    );
    await expect(runtime.drive(work)).resolves.toBe(3);
    expect(waits).toHaveLength(2);
    expect(runtime.clock.monotonicMs()).toBeCloseTo((waits[0] ?? 0) + (waits[1] ?? 0), 6);
  });

  it('gives the last error when attempts are used up, and the first one that is not worth it', async () => {
    const runtime = virtualRuntime({ seed: 3 });
    let calls = 0;
    const exhausted = retry(runtime, { attempts: 3 }, async () => {
      calls += 1;
      throw unavailable();
    });
    await expect(runtime.drive(exhausted)).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    expect(calls).toBe(3);
    const final = retry(runtime, {}, async () => {
      calls += 1;
      throw new KeelsonError('E_VERSION_CONFLICT', 'changed');
    });
    await expect(runtime.drive(final)).rejects.toMatchObject({ code: 'E_VERSION_CONFLICT' });
    expect(calls).toBe(4);
  });

  it('stops waiting when its signal trips', async () => {
    const runtime = virtualRuntime({ seed: 3 });
    const caller = new AbortController();
    const work = retry(runtime, { baseMs: 1e6, capMs: 1e6, signal: caller.signal }, async () => {
      throw unavailable();
    });
    runtime.timers.after(1, () => caller.abort('stop'));
    await expect(runtime.drive(work)).rejects.toMatchObject({ code: 'E_ABORTED', cause: 'stop' });
    expect(runtime.clock.monotonicMs()).toBe(1);
  });
});

describe('fullJitterMs', () => {
  it('uses the whole range and never leaves it', () => {
    expect(fullJitterMs(1, 0, { baseMs: 100 })).toBe(0);
    expect(fullJitterMs(3, 0.5, { baseMs: 100 })).toBe(200);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, chance) => {
          const waitMs = fullJitterMs(attempt, chance, { baseMs: 10, capMs: 3_000 });
          expect(waitMs).toBeGreaterThanOrEqual(0);
          expect(waitMs).toBeLessThanOrEqual(Math.min(3_000, 10 * 2 ** (attempt - 1)));
        },
      ),
    );
  });
});
