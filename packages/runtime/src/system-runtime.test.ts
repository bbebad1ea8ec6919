import { describe, expect, it } from 'vitest';
import { sleep } from './sleep.ts';
import { systemRuntime } from './system-runtime.ts';

describe('system runtime', () => {
  const runtime = systemRuntime();

  it('runs timers in order, repeats them, and takes them back', async () => {
    const order: string[] = [];
    runtime.timers.after(1, () => order.push('cancelled')).cancel();
    await new Promise<void>((resolve) => {
      const ticker = runtime.timers.every(1, () => {
        order.push('tick');
        if (order.length === 3) {
          ticker.cancel();
          resolve();
        }
      });
    });
    expect(order).toEqual(['tick', 'tick', 'tick']);
  });

  it('does not fire a timer of a month at once, nor keep the process alive for a background one', async () => {
    let fired = false;
    const month = runtime.timers.after(
      31 * 86_400_000,
      () => {
        fired = true;
      },
      { background: true },
    );
    await sleep(runtime, 5);
    expect(fired).toBe(false);
    month.cancel();
  });

  it('rejects a sleep whose signal trips', async () => {
    const caller = new AbortController();
    const sleeping = sleep(runtime, 60_000, { signal: caller.signal, background: true });
    caller.abort('woken');
    await expect(sleeping).rejects.toMatchObject({ code: 'E_ABORTED', cause: 'woken' });
    await expect(sleep(runtime, 1, { signal: caller.signal })).rejects.toMatchObject({ code: 'E_ABORTED' });
  });

  it('has a monotonic clock, and chance in the promised ranges', () => {
    const before = runtime.clock.monotonicMs();
    expect(runtime.clock.monotonicMs()).toBeGreaterThanOrEqual(before);
    expect(runtime.random.bytes(70_000)).toHaveLength(70_000);
    expect(runtime.random.integer(1)).toBe(0);
    expect(runtime.random.next()).toBeLessThan(1);
    expect(runtime.random.uuid()).toMatch(/^[0-9a-f-]{14}4/);
  });
});
