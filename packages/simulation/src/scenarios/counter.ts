import { isKeelsonError } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { faultKinds } from '../fault.ts';
import type { Scenario } from '../simulate.ts';
import { persist, rest } from './persist.ts';
import { bytesOf, textOf } from './text.ts';

/** How counters of the scenario meet a lost reply. */
export interface CounterScenarioOptions {
  /** Whether a counter finds out what became of a transaction whose reply was lost. Default true; otherwise it does it again. */
  readonly resolvesUnknown?: boolean;
}

const counters = ['counter-1', 'counter-2', 'counter-3'];
const total = '/count/total';

/** Several processes add one to a number, as often as they can; each addition leaves a mark, so that none can be done twice. */
export function counterScenario(options: CounterScenarioOptions = {}): Scenario {
  const { resolvesUnknown = true } = options;
  return {
    name: 'counter',
    faults: { processes: counters, count: 12, kinds: [...faultKinds, 'lose-replies', 'lose-replies', 'partition'] },
    pointlessFaults: ['hold-watches'],
    durationMs: 30_000,
    restMs: 15_000,
    begin(world) {
      let wanted = 0;
      let crashes = 0;
      for (const name of counters)
        world.start(name, async ({ store, runtime, incarnation }) => {
          if (incarnation > 0) crashes += 1;
          for (let index = 0; index < 40; index += 1) {
            const mark = `/count/marks/${name}-${incarnation}-${index}`;
            wanted += 1;
            await addOne(store, mark, resolvesUnknown, (work) => persist(runtime, work));
            await rest(runtime, 50, 400);
          }
          await new Promise(() => {});
        });
      return {
        finish: async () => {
          const store = world.connect('looker');
          const count = Number(textOf(await store.get(total)) || '0');
          const marks = (await store.children('/count/marks')).length;
          // Whoever crashed may have had one addition under way.
          const least = wanted - crashes;
          return [
            ...(count === marks ? [] : [`the total is ${count}, but ${marks} additions were made`]),
            ...(count >= least && count <= wanted ? [] : [`the total is ${count} of ${wanted} additions wanted`]),
          ];
        },
      };
    },
  };
}

async function addOne(
  store: Store,
  mark: string,
  resolvesUnknown: boolean,
  trying: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<void> {
  for (;;) {
    const entry = await trying(() => store.get(total));
    const next = bytesOf(String(Number(textOf(entry) || '0') + 1));
    const transaction = {
      if: [{ path: total, version: entry?.version ?? 0 }, ...(resolvesUnknown ? [{ path: mark, version: 0 }] : [])],
      then: [
        { type: 'put', path: total, value: next },
        { type: 'put', path: mark, value: next },
      ],
    } as const;
    try {
      const { succeeded } = await trying(() => store.transact(transaction));
      if (succeeded) return;
    } catch (error) {
      if (!isKeelsonError(error, 'E_OUTCOME_UNKNOWN')) throw error;
    }
    if (resolvesUnknown && (await trying(() => store.get(mark))) !== undefined) return;
  }
}
