import { virtualRuntime } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';
import { createThrottle } from './throttle.ts';

describe('createThrottle', () => {
  it('runs once for many asks, and again only after the interval', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const ranAt: number[] = [];
    const startMs = runtime.clock.monotonicMs();
    const throttle = createThrottle(
      runtime,
      100,
      () => 1_000,
      () => ranAt.push(runtime.clock.monotonicMs() - startMs),
    );
    throttle.ask();
    throttle.ask();
    await runtime.advance(150);
    throttle.ask();
    await runtime.advance(5_000);
    throttle.ask();
    throttle.cancel();
    await runtime.advance(5_000);
    expect(ranAt).toEqual([100, 1_100]);
  });
});
