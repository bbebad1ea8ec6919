import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { onAbort } from './abort.ts';
import { KeelsonError } from './error.ts';
import { sleep } from './sleep.ts';
import { virtualRuntime } from './virtual-runtime.ts';
import { withDeadline } from './with-deadline.ts';

const never = (): Promise<never> => new Promise(() => {});

describe('withDeadline', () => {
  it('gives what the work gives, and leaves neither timer nor listener', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const caller = new AbortController();
    const work = withDeadline(runtime, { signal: caller.signal }, 1_000, async () => {
      await sleep(runtime, 10);
      return 'done';
    });
    await expect(runtime.drive(work)).resolves.toBe('done');
    expect(getEventListeners(caller.signal, 'abort')).toHaveLength(0);
    await runtime.advance(10_000);
    expect(runtime.trace.filter((line) => line.includes('timer'))).toHaveLength(1);
  });

  it('ends work that does not heed its signal, by default and by option', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const byDefault = withDeadline(runtime, {}, 1_000, never);
    await expect(runtime.drive(byDefault)).rejects.toMatchObject({ code: 'E_TIMEOUT' });
    expect(runtime.clock.monotonicMs()).toBe(1_000);
    const byOption = withDeadline(runtime, { timeoutMs: 50 }, 1_000, never);
    await expect(runtime.drive(byOption)).rejects.toMatchObject({ code: 'E_TIMEOUT', details: { timeoutMs: 50 } });
    expect(runtime.clock.monotonicMs()).toBe(1_050);
  });

  it('lets the work answer its signal with a better code', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const write = withDeadline(runtime, { timeoutMs: 20 }, 1_000, (signal) => {
      return new Promise<never>((_resolve, reject) => {
        onAbort(signal, () => reject(new KeelsonError('E_OUTCOME_UNKNOWN', 'it was sent', { cause: signal.reason })));
      });
    });
    await expect(runtime.drive(write)).rejects.toMatchObject({
      code: 'E_OUTCOME_UNKNOWN',
      cause: { code: 'E_TIMEOUT' },
    });
  });

  it('rejects with E_ABORTED and the reason as cause, before it starts and while it runs', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    let started = false;
    const early = withDeadline(runtime, { signal: AbortSignal.abort('early') }, 1_000, async () => {
      started = true;
    });
    await expect(early).rejects.toMatchObject({ code: 'E_ABORTED', cause: 'early' });
    expect(started).toBe(false);
    const caller = new AbortController();
    const late = withDeadline(runtime, { signal: caller.signal }, 1_000, never);
    runtime.timers.after(5, () => caller.abort('late'));
    await expect(runtime.drive(late)).rejects.toMatchObject({ code: 'E_ABORTED', cause: 'late' });
    expect(runtime.clock.monotonicMs()).toBe(5);
  });

  it('turns a synchronous throw of the work into a rejection', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const broken = withDeadline(runtime, {}, 1_000, () => {
      throw new Error('at once');
    });
    await expect(runtime.drive(broken)).rejects.toThrow('at once');
  });

  it('refuses a time that is none, and takes forever for an answer', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    for (const timeoutMs of [Number.NaN, -1])
      await expect(withDeadline(runtime, { timeoutMs }, 1_000, never)).rejects.toMatchObject({
        code: 'E_INVALID_ARGUMENT',
      });
    const patient = withDeadline(runtime, { timeoutMs: Number.POSITIVE_INFINITY }, 1_000, () => sleep(runtime, 1e9));
    await expect(runtime.drive(patient, { limitMs: 2e9 })).resolves.toBeUndefined();
  });
});
