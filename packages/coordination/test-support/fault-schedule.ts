import type { VirtualRuntime } from '@keelson/runtime';
import type { MemoryStore } from '@keelson/store/memory';
import fc from 'fast-check';

/** One thing that goes wrong, for one process, at some time. */
export interface Fault {
  readonly atMs: number;
  readonly process: number;
  readonly kind: 'disconnect' | 'loseReplies' | 'dropRequests' | 'delay' | 'holdWatches' | 'pause';
  /** How long it lasts, or how many requests it hits. */
  readonly size: number;
}

/** Schedules of faults for so many processes within so many milliseconds. */
export const faultSchedules = (processes: number, withinMs: number): fc.Arbitrary<Fault[]> =>
  fc.array(
    fc.record({
      atMs: fc.nat({ max: withinMs }),
      process: fc.nat({ max: processes - 1 }),
      kind: fc.constantFrom('disconnect', 'loseReplies', 'dropRequests', 'delay', 'holdWatches', 'pause'),
      size: fc.integer({ min: 1, max: 6_000 }),
    }),
    { maxLength: 8 },
  );

/** Sets the faults to happen; each that lasts ends by itself. */
export function arm(runtime: VirtualRuntime, stores: readonly MemoryStore[], faults: readonly Fault[]): void {
  for (const { atMs, process, kind, size } of faults) {
    const store = stores[process];
    if (store === undefined) continue;
    const later = (end: () => void): void => void runtime.timers.after(size, end);
    runtime.timers.after(atMs, () => {
      const { faults: hooks } = store;
      if (kind === 'disconnect') {
        hooks.disconnect();
        later(() => hooks.reconnect());
      } else if (kind === 'holdWatches') {
        hooks.holdWatches();
        later(() => hooks.releaseWatches());
      } else if (kind === 'delay') {
        hooks.delay({ minMs: 0, maxMs: size / 3 });
        later(() => hooks.delay(0));
      } else if (kind === 'pause') runtime.pause(size);
      else hooks[kind](1 + (size % 3));
    });
  }
}
