import {
  checkHistory,
  historyRecorder,
  type RegisterInput,
  type RegisterOutput,
  registerSpecification,
} from '@keelson/linearizability';
import { isKeelsonError } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { faultKinds } from '../fault.ts';
import type { Scenario } from '../simulate.ts';
import { rest } from './persist.ts';
import { bytesOf, textOf } from './text.ts';

const clients = ['client-1', 'client-2', 'client-3', 'client-4'];
const keys = ['a', 'b'];

/** Clients read, write and compare-and-set a few entries; what they were told must be linearizable. */
export function registerScenario(): Scenario {
  return {
    name: 'register',
    faults: { processes: clients, count: 10, kinds: [...faultKinds, 'lose-replies', 'slow'] },
    pointlessFaults: ['hold-watches'],
    durationMs: 15_000,
    restMs: 8_000,
    begin(world) {
      const recorder = historyRecorder<RegisterInput, RegisterOutput>();
      for (const name of clients)
        world.start(name, async ({ store, runtime, incarnation }) => {
          // An attempt that found no store does not count: all of them might fall into one outage.
          for (let [index, told] = [0, 0]; told < 60; index += 1) {
            const key = keys[runtime.random.integer(keys.length)] ?? 'a';
            const value = `${name}-${incarnation}-${index}`;
            const operation = [read, write, compareAndSet][runtime.random.integer(3)] ?? read;
            const { input, run } = await operation(store, key, value);
            const client = `${name}#${incarnation}#${index}`;
            try {
              await recorder.call(client, input, run, (error) =>
                isKeelsonError(error) && error.code !== 'E_OUTCOME_UNKNOWN' ? 'no' : 'unknown',
              );
              told += 1;
            } catch (error) {
              if (!isKeelsonError(error)) throw error;
            }
            await rest(runtime, 1, 200);
          }
          await new Promise(() => {});
        });
      return {
        finish: () => {
          const history = recorder.history();
          const { verdict } = checkHistory(registerSpecification(), history);
          const told = history.filter(({ outcome }) => outcome === 'returned').length;
          return Promise.resolve([
            ...(verdict === 'not-linearizable' ? ['what the clients were told is not linearizable'] : []),
            ...(told === 0 ? ['nobody was told anything'] : []),
          ]);
        },
      };
    },
  };
}

interface Attempt {
  readonly input: RegisterInput;
  readonly run: () => Promise<RegisterOutput>;
}

const pathOf = (key: string): string => `/registers/${key}`;

function read(store: Store, key: string): Attempt {
  const run = async (): Promise<RegisterOutput> => {
    const entry = await store.get(pathOf(key));
    return { value: entry === undefined ? null : textOf(entry) };
  };
  return { input: { op: 'read', key }, run };
}

function write(store: Store, key: string, value: string): Attempt {
  const run = async (): Promise<RegisterOutput> => {
    await store.put(pathOf(key), bytesOf(value));
    return {};
  };
  return { input: { op: 'write', key, value }, run };
}

/** What it expects is what a read found a moment before: it fails where another was quicker. */
async function compareAndSet(store: Store, key: string, value: string): Promise<Attempt> {
  const found = await store.get(pathOf(key), { consistency: 'serializable' }).catch(() => undefined);
  const expected = found === undefined ? null : textOf(found);
  const comparison = {
    path: pathOf(key),
    version: found?.version ?? 0,
    ...(found && { createRevision: found.createRevision }),
  };
  const run = async (): Promise<RegisterOutput> => {
    const { succeeded } = await store.transact({
      if: [comparison],
      then: [{ type: 'put', path: pathOf(key), value: bytesOf(value) }],
    });
    return { swapped: succeeded };
  };
  return { input: { op: 'cas', key, expected, value }, run };
}
