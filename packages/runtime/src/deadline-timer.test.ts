import { describe, expect, it } from 'vitest';
import { deadlineTimer } from './deadline-timer.ts';
import { virtualRuntime } from './virtual-runtime.ts';

describe('deadlineTimer', () => {
  it('passes at its deadline, once, and not before when it was moved', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const passedAt: number[] = [];
    const deadline = deadlineTimer(runtime, 100, () => passedAt.push(runtime.clock.monotonicMs()));
    await runtime.advance(90);
    deadline.moveTo(250.5);
    await runtime.advance(1_000);
    expect(passedAt).toHaveLength(1);
    expect(passedAt[0]).toBeGreaterThanOrEqual(250.5);
    expect(passedAt[0]).toBeLessThan(252);
  });

  it('can be moved closer', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const passedAt: number[] = [];
    const deadline = deadlineTimer(runtime, 1_000, () => passedAt.push(runtime.clock.monotonicMs()));
    deadline.moveTo(10);
    await runtime.advance(2_000);
    expect(passedAt).toEqual([10]);
  });

  it('is told by the clock after a pause, before its own timer has run', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const order: string[] = [];
    runtime.timers.after(50, () => {
      order.push(`work, passed: ${deadline.check()}`);
    });
    const deadline = deadlineTimer(runtime, 100, () => order.push('passed'));
    runtime.pause(10_000);
    await runtime.advance(0);
    expect(order).toEqual(['passed', 'work, passed: true']);
  });

  it('cannot be moved once it has passed, and stays silent once cancelled', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    let passed = 0;
    const deadline = deadlineTimer(runtime, 100, () => {
      passed += 1;
    });
    runtime.pause(150);
    deadline.moveTo(500);
    expect([passed, deadline.check()]).toEqual([1, true]);
    const cancelled = deadlineTimer(runtime, 200, () => {
      passed += 1;
    });
    cancelled.cancel();
    await runtime.advance(1_000);
    expect([passed, cancelled.check()]).toEqual([1, false]);
  });
});
