import { abortError, isKeelsonError, KeelsonError, onAbort, virtualRuntime } from '@keelson/runtime';
import { describe, expect, it } from 'vitest';
import { Calls } from './calls.ts';

const never = (): Promise<never> => new Promise(() => {});

/** An engine that knows whether it had sent the request. */
const unsent = (signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => {
    onAbort(signal, () => reject(new KeelsonError('E_TIMEOUT', 'not sent yet', { cause: signal.reason })));
  });

describe('calls', () => {
  it('give a read E_TIMEOUT and a write E_OUTCOME_UNKNOWN at the deadline', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const calls = new Calls(runtime);
    await expect(runtime.drive(calls.read('get', '/a', { timeoutMs: 10 }, never))).rejects.toMatchObject({
      code: 'E_TIMEOUT',
    });
    await expect(runtime.drive(calls.write('put', '/a', { timeoutMs: 10 }, never))).rejects.toMatchObject({
      code: 'E_OUTCOME_UNKNOWN',
      cause: { code: 'E_TIMEOUT' },
      details: { path: '/a' },
    });
    expect(runtime.clock.monotonicMs()).toBe(20);
  });

  it('take five seconds where nothing else is said, and tell the engine', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    let told = 0;
    const call = new Calls(runtime).read('get', '/a', {}, ({ timeoutMs }) => {
      told = timeoutMs;
      return never();
    });
    await expect(runtime.drive(call)).rejects.toMatchObject({ code: 'E_TIMEOUT' });
    expect([told, runtime.clock.monotonicMs()]).toEqual([5_000, 5_000]);
  });

  it('let the engine say that a write was never sent', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const write = new Calls(runtime).write('put', '/a', { timeoutMs: 10 }, ({ signal }) => unsent(signal));
    await expect(runtime.drive(write)).rejects.toMatchObject({ code: 'E_TIMEOUT' });
  });

  it('pass on what the engine answers', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const calls = new Calls(runtime);
    const full = new KeelsonError('E_TOO_LARGE', 'too large');
    await expect(runtime.drive(calls.write('put', '/a', {}, () => Promise.reject(full)))).rejects.toBe(full);
    await expect(runtime.drive(calls.write('put', '/a', {}, async () => 7))).resolves.toBe(7);
  });

  it('end with the caller and with the store', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const calls = new Calls(runtime);
    const caller = new AbortController();
    const aborted = [
      calls.read('get', '/a', { signal: caller.signal }, never),
      calls.write('put', '/a', { signal: caller.signal }, never),
    ].map((call) => call.catch((error: unknown) => (isKeelsonError(error) ? error.code : error)));
    runtime.timers.after(1, () => caller.abort('enough'));
    expect(await runtime.drive(Promise.all(aborted))).toEqual(['E_ABORTED', 'E_OUTCOME_UNKNOWN']);
    expect(abortError(caller.signal).cause).toBe('enough');
    const closed = [calls.read('get', '/a', {}, never), calls.write('put', '/a', {}, never)].map((call) =>
      call.catch((error: unknown) => (isKeelsonError(error) ? error.code : error)),
    );
    runtime.timers.after(1, () => calls.close());
    expect(await runtime.drive(Promise.all(closed))).toEqual(['E_CLOSED', 'E_OUTCOME_UNKNOWN']);
    let asked = false;
    const later = calls.write('put', '/a', {}, async () => {
      asked = true;
    });
    await expect(later).rejects.toMatchObject({ code: 'E_CLOSED' });
    expect(asked).toBe(false);
  });
});
