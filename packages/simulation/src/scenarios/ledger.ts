import { isKeelsonError } from '@keelson/runtime';
import type { Scenario } from '../simulate.ts';
import type { SimulatedWorld } from '../world.ts';
import { rest } from './persist.ts';
import { bytesOf, textOf } from './text.ts';

const writers = ['writer-1', 'writer-2'];

/** What writers were told of their writes. */
interface Ledger {
  readonly acknowledged: Set<string>;
  readonly refused: Set<string>;
  readonly seen: Set<string>;
}

/** Writers write values of which each is written once. What was acknowledged is there; what was refused never comes, not even later. */
export function ledgerScenario(): Scenario {
  return {
    name: 'ledger',
    faults: { processes: writers, count: 10, longestMs: 5_000 },
    pointlessFaults: ['hold-watches'],
    durationMs: 30_000,
    restMs: 15_000,
    begin(world) {
      const ledger: Ledger = { acknowledged: new Set(), refused: new Set(), seen: new Set() };
      for (const name of writers)
        world.start(name, async ({ store, runtime, incarnation }) => {
          for (let index = 0; ; index += 1) {
            const value = `${name}-${incarnation}-${index}`;
            try {
              await store.put(`/ledger/${name}`, bytesOf(value));
              ledger.acknowledged.add(value);
            } catch (error) {
              if (!isKeelsonError(error)) throw error;
              if (error.code !== 'E_OUTCOME_UNKNOWN') ledger.refused.add(value);
            }
            await rest(runtime, 20, 400);
          }
        });
      watchLedger(world, ledger);
      return {
        finish: async () => {
          for (const name of writers) world.process(name).crash();
          await rest(world.runtime, 1_000, 1_001);
          const missing = [...ledger.acknowledged].filter((value) => !ledger.seen.has(value));
          return missing.map((value) => `${value} was acknowledged, but never came`);
        },
      };
    },
  };
}

function watchLedger(world: SimulatedWorld, { refused, seen }: Ledger): void {
  const store = world.connect('accountant');
  void (async () => {
    // From the first revision on: a snapshot would leave out what was overwritten before it.
    for await (const event of store.watch('/ledger', { afterRevision: 1n })) {
      const entries =
        event.type === 'snapshot'
          ? event.entries
          : event.type === 'changes'
            ? event.changes.flatMap((change) => (change.type === 'put' ? [change.entry] : []))
            : [];
      for (const entry of entries) {
        const value = textOf(entry);
        seen.add(value);
        if (refused.has(value)) world.violate(`${value} was refused, and written all the same`);
      }
    }
  })();
}
