import { describe, expect, test } from 'vitest';
import { rest } from './scenarios/persist.ts';
import { bytesOf } from './scenarios/text.ts';
import { type Scenario, simulate } from './simulate.ts';

/** Somebody writes all the time; somebody else begins to watch when the world is already being looked at for the last time. */
function lateWatch(beforeTheEnd: (world: Parameters<Scenario['begin']>[0]) => void): Scenario {
  return {
    name: 'late-watch',
    faults: { processes: ['reader'], count: 0 },
    durationMs: 100,
    restMs: 100,
    begin(world) {
      world.start('writer', async ({ store, runtime }) => {
        for (let index = 0; ; index += 1) {
          await store.put('/items/a', bytesOf(`${index}`));
          await rest(runtime, 1, 5);
        }
      });
      world.start('reader', async ({ store, runtime }) => {
        await rest(runtime, 900, 901);
        for await (const _ of store.watch('/items'));
      });
      return {
        finish: async () => {
          await rest(world.runtime, 950, 951);
          beforeTheEnd(world);
          await rest(world.runtime, 20, 21);
          return [];
        },
      };
    },
  };
}

describe('a watch that began at the very end', () => {
  test('gets its time, and is found to have been told of everything', async () => {
    const { violations, simulatedMs } = await simulate(
      lateWatch(() => {}),
      { seed: 1, schedule: [] },
    );
    expect(violations).toEqual([]);
    expect(simulatedMs).toBeLessThan(10_000);
  });

  test('is found out where what came last never reaches it', async () => {
    const hold = lateWatch((world) =>
      world.strike({ kind: 'hold-watches', process: 'reader', atMs: world.nowMs, lastsMs: 60_000 }),
    );
    const { violations } = await simulate(hold, { seed: 1, schedule: [] });
    expect(violations.map(({ text }) => text).join()).toMatch(/reader's watch of \/items is not reliable/);
  });
});
