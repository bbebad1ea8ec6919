import { type Arbitrary, constantFrom, integer, record } from 'fast-check';
import type { ClusterWorld } from './cluster-world.ts';

/** What can befall a member of a `ClusterWorld` on its way to the store. */
export const disturbances = ['cut', 'hold', 'slow', 'lose', 'expire'] as const;
export type DisturbanceKind = (typeof disturbances)[number];

/** Somebody is disturbed, a while after the last time, for a while. */
export interface Disturbance<Kind extends string = DisturbanceKind> {
  readonly who: string;
  readonly what: Kind;
  readonly pauseMs: number;
  readonly lastsMs: number;
}

/** Any disturbance of one of `members`; `others` are kinds that the test itself knows how to make. */
export function anyDisturbance<Other extends string = never>(
  members: readonly string[],
  others: readonly Other[] = [],
): Arbitrary<Disturbance<DisturbanceKind | Other>> {
  return record({
    who: constantFrom(...members),
    what: constantFrom<DisturbanceKind | Other>(...disturbances, ...others),
    pauseMs: integer({ min: 0, max: 2_000 }),
    lastsMs: integer({ min: 10, max: 7_000 }),
  });
}

/** Longer than any disturbance lasts, in milliseconds. */
export const DISTURBANCES_OVER_MS = 8_000;

/** Makes one, and sees to it that it ends in its time; lost replies and ended sessions do so by themselves. */
export async function disturb(world: ClusterWorld, { who, what, lastsMs }: Disturbance): Promise<void> {
  const { faults } = world.store(who);
  const later = (run: () => void): void => void world.runtime.timers.after(lastsMs, run);
  if (what === 'cut') {
    faults.disconnect();
    later(() => faults.reconnect());
  } else if (what === 'hold') {
    faults.holdWatches();
    later(() => faults.releaseWatches());
  } else if (what === 'slow') {
    faults.delay({ minMs: 50, maxMs: 600 });
    later(() => faults.delay({ minMs: 0, maxMs: 6 }));
  } else if (what === 'lose') faults.loseReplies(3);
  else await world.expire(who);
}
