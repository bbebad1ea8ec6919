import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { abortError, anySignal, onAbort } from './abort.ts';
import { KeelsonError } from './error.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('anySignal', () => {
  it('trips with the first and takes over its reason, leaving no listener', () => {
    const [a, b] = [new AbortController(), new AbortController()];
    const linked = anySignal(a.signal, undefined, b.signal);
    expect([listeners(a.signal), listeners(b.signal)]).toEqual([1, 1]);
    b.abort('because');
    expect(linked.aborted).toBe(true);
    expect(linked.reason).toBe('because');
    expect([listeners(a.signal), listeners(b.signal)]).toEqual([0, 0]);
  });

  it('is tripped from the start where one has tripped already', () => {
    const before = new AbortController();
    const linked = anySignal(before.signal, AbortSignal.abort('early'));
    expect(linked.reason).toBe('early');
    expect(listeners(before.signal)).toBe(0);
  });

  it('lets go of its sources when disposed of', () => {
    const source = new AbortController();
    {
      using linked = anySignal(source.signal);
      expect(linked.aborted).toBe(false);
      expect(listeners(source.signal)).toBe(1);
    }
    expect(listeners(source.signal)).toBe(0);
  });
});

describe('onAbort', () => {
  it('calls at once for a tripped signal, once for a later one, never after removal', () => {
    const calls: string[] = [];
    onAbort(AbortSignal.abort(), () => calls.push('at once'));
    const [later, removed] = [new AbortController(), new AbortController()];
    onAbort(later.signal, () => calls.push('later'));
    onAbort(removed.signal, () => calls.push('removed'))();
    later.abort();
    removed.abort();
    expect(calls).toEqual(['at once', 'later']);
  });

  it('puts one listener on a signal, however many wait for it, and tells them in order', () => {
    const controller = new AbortController();
    const calls: number[] = [];
    const removers = Array.from({ length: 50 }, (_, index) => onAbort(controller.signal, () => calls.push(index)));
    expect(listeners(controller.signal)).toBe(1);
    for (const remove of removers.slice(3)) remove();
    controller.abort();
    expect(calls).toEqual([0, 1, 2]);
    expect(listeners(controller.signal)).toBe(0);
  });

  it('takes its listener away with the last that waits, and can be waited for again', () => {
    const controller = new AbortController();
    const calls: string[] = [];
    const run = (): number => calls.push('run');
    const removers = [onAbort(controller.signal, run), onAbort(controller.signal, run)];
    for (const remove of removers) remove();
    expect(listeners(controller.signal)).toBe(0);
    onAbort(controller.signal, run);
    for (const remove of removers) remove();
    controller.abort();
    expect(calls).toEqual(['run']);
  });
});

describe('abortError', () => {
  it('wraps a foreign reason and passes a Keelson error on', () => {
    const wrapped = abortError(AbortSignal.abort('reason'));
    expect([wrapped.code, wrapped.cause]).toEqual(['E_ABORTED', 'reason']);
    const own = new KeelsonError('E_CLOSED', 'closed');
    expect(abortError(AbortSignal.abort(own))).toBe(own);
  });
});
