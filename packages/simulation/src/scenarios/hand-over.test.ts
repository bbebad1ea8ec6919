import { describe, expect, test } from 'vitest';
import { type Scenario, type SimulationResult, simulate } from '../simulate.ts';
import type { SimulatedWorld } from '../world.ts';
import { DoneItems } from './done-items.ts';
import { handOverScenario } from './hand-over.ts';

describe('the items done', () => {
  test('may be told late, when successors are further on', () => {
    const done = new DoneItems();
    expect(done.note('worker-2', 2)).toBeUndefined();
    expect(done.note('worker-3', 3)).toBeUndefined();
    expect(done.note('worker-1', 1)).toBeUndefined();
  });

  test('are each done once, by whomever', () => {
    const done = new DoneItems();
    expect(done.note('worker-1', 1)).toBeUndefined();
    expect(done.note('worker-2', 1)).toBe('worker-2 did item 1 again, which worker-1 had done');
    expect(done.note('worker-1', 1)).toBe('worker-1 did item 1 again, which worker-1 had done');
  });
});

/** Longer than the session of a worker lives, so that another has gone on when the reply is read. */
const STOP_MS = 3_600;

/** Stops the worker at work just after each 25th request of all left it, with nothing else in the way. */
async function stoppedInMidStep(): Promise<SimulationResult & { readonly stops: number }> {
  const plain = handOverScenario();
  let world: SimulatedWorld | undefined;
  let [steps, stops] = [0, 0];
  const scenario: Scenario = {
    ...plain,
    begin: (begun) => {
      world = begun;
      return plain.begin(begun);
    },
    world: {
      wrapStore: (store, { name }) => {
        const transact = store.transact.bind(store);
        store.transact = (transaction, call) => {
          const reply = transact(transaction, call);
          steps += 1;
          if (steps % 25 === 0) {
            stops += 1;
            world?.strike({ kind: 'pause', process: name, atMs: world.nowMs, lastsMs: STOP_MS });
          }
          return reply;
        };
        return store;
      },
    },
  };
  return { ...(await simulate(scenario, { seed: 1, schedule: [] })), stops };
}

describe('a worker stopped between request and reply for longer than its session lives', () => {
  test('hears of its item after its successors went on, which is not doing it again', async () => {
    const { violations, stops } = await stoppedInMidStep();
    expect(violations).toEqual([]);
    expect(stops).toBeGreaterThan(3);
  });
});

test('the faults that first showed a late reply taken for a second one', async () => {
  const { violations } = await simulate(handOverScenario(), { seed: 7018 });
  expect(violations).toEqual([]);
});
