import { expect, test } from 'vitest';
import { deadlineTimer } from './deadline-timer.ts';
import { lookFirst } from './look-first.ts';
import { virtualRuntime } from './virtual-runtime.ts';

test('a signal that looks first is tripped for whoever asks, before the late timer has had its turn', () => {
  const runtime = virtualRuntime({ seed: 1 });
  const lost = new AbortController();
  const deadline = deadlineTimer(runtime, runtime.clock.monotonicMs() + 1_000, () => lost.abort(new Error('over')));
  const signal = lookFirst(lost.signal, () => deadline.check());
  expect(signal).toBe(lost.signal);
  let heard = 0;
  signal.addEventListener('abort', () => {
    heard += Number(signal.aborted);
  });
  expect(signal.aborted).toBe(false);
  signal.throwIfAborted();
  runtime.pause(2_000);
  expect(signal.aborted).toBe(true);
  expect(heard).toBe(1);
  expect(signal.reason).toMatchObject({ message: 'over' });
  expect(() => signal.throwIfAborted()).toThrow('over');
  expect(AbortSignal.any([signal]).aborted).toBe(true);
});
