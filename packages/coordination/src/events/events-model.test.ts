import { isKeelsonError, sleep, type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import { type MemoryStore, memoryBackend, memoryStore } from '@keelson/store/memory';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arm, type Fault, faultSchedules } from '../../test-support/fault-schedule.ts';
import { eventLog } from './event-log.ts';
import type { EventItem } from './subscription.ts';

const PROCESSES = 3;

/** What became of one call of `publish`. */
interface Attempt {
  readonly payload: string;
  readonly sequence: number | undefined;
  /** Nobody could tell in time. */
  readonly unknown: boolean;
}

/** One process publishes, some at once and some after a while; all events carry its name and a number. */
async function publishAll(
  runtime: VirtualRuntime,
  store: MemoryStore,
  name: string,
  gapsMs: readonly number[],
): Promise<Attempt[]> {
  const topic = eventLog({ store, runtime, publisher: name }).topic('t');
  const attempts: Promise<Attempt>[] = [];
  for (const [index, gapMs] of gapsMs.entries()) {
    await sleep(runtime, gapMs);
    const payload = `${name}${index}`;
    attempts.push(
      topic.publish(payload, { timeoutMs: 4_000 }).then(
        ({ sequence }) => ({ payload, sequence, unknown: false }),
        (error: unknown) => {
          if (!isKeelsonError(error)) throw error;
          return { payload, sequence: undefined, unknown: error.code === 'E_OUTCOME_UNKNOWN' };
        },
      ),
    );
  }
  return await Promise.all(attempts);
}

/** Reads a topic in the background, over a store of its own that has faults too. */
function readAll(
  runtime: VirtualRuntime,
  store: MemoryStore,
): { readonly items: EventItem[]; readonly end: () => Promise<void> } {
  const items: EventItem[] = [];
  const subscription = eventLog({ store, runtime }).topic('t').subscribe({ from: 'beginning' });
  const reading = (async (): Promise<void> => {
    for await (const item of subscription) items.push(item);
  })();
  reading.catch(() => {}); // awaited by `end`, unless something else fails first
  return {
    items,
    end: async () => {
      await subscription.close();
      await reading;
    },
  };
}

async function play(seed: number, plans: readonly (readonly number[])[], faults: readonly Fault[]): Promise<void> {
  const runtime = virtualRuntime({ seed });
  const backend = memoryBackend(runtime);
  const stores = Array.from({ length: PROCESSES }, () => memoryStore(runtime, { backend }));
  const observer = memoryStore(runtime, { backend });
  const readers = stores.map((store) => readAll(runtime, store));
  arm(runtime, stores, faults);
  const publishing = plans.map((gapsMs, index) => publishAll(runtime, stores[index] ?? observer, `p${index}-`, gapsMs));
  const attempts = (await runtime.drive(Promise.all(publishing), { limitMs: 600_000 })).flat();
  for (const store of stores) store.faults.heal();
  await runtime.advance(60_000);
  const { entries } = await runtime.drive(observer.list('/coordination/events/t/log'));
  const log = entries.map(({ value }) => (JSON.parse(new TextDecoder().decode(value)) as { payload: string }).payload);
  // What was promised is there, at its number, once; what was refused is not; what is unknown is there once or not at all.
  for (const { payload, sequence, unknown } of attempts) {
    const found = log.filter((one) => one === payload).length;
    if (sequence !== undefined) expect(log[sequence - 1]).toBe(payload);
    if (sequence === undefined && !unknown) expect(found, `${payload} was refused`).toBe(0);
    expect(found, payload).toBeLessThanOrEqual(1);
  }
  for (const index of plans.keys()) {
    const own = log
      .filter((payload) => payload.startsWith(`p${index}-`))
      .map((payload) => Number(payload.split('-')[1]));
    expect(own).toEqual([...own].sort((a, b) => a - b));
  }
  // Every reader has read all of it, in order, nothing twice, whatever happened to its store.
  for (const reader of readers) {
    expect(reader.items.map((item) => (item.type === 'event' ? item.event.payload : item))).toEqual(log);
    await runtime.drive(reader.end());
  }
}

const numRuns = Number(process.env.KEELSON_MODEL_RUNS ?? 25);

describe('the event log under faults', () => {
  test('has what was promised, once, in order, and shows it to every reader', async () => {
    const gaps = fc.array(fc.nat({ max: 300 }), { minLength: 1, maxLength: 12 });
    const plans = fc.array(gaps, { minLength: 1, maxLength: PROCESSES });
    await fc.assert(fc.asyncProperty(fc.nat(), plans, faultSchedules(PROCESSES, 3_000), play), { numRuns });
  });
});

describe('a thousand readers in one process', () => {
  test('share one watch, and read each event once', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const store = memoryStore(runtime);
    let watches = 0;
    let reads = 0;
    const counting: MemoryStore = Object.assign(Object.create(store) as MemoryStore, {
      watch: (...given: Parameters<MemoryStore['watch']>) => {
        watches += 1;
        return store.watch(...given);
      },
      transact: (...given: Parameters<MemoryStore['transact']>) => {
        reads += 1;
        return store.transact(...given);
      },
      capabilities: store.capabilities,
    });
    const topic = eventLog({ store: counting, runtime }).topic('t');
    const counts = Array.from({ length: 1_000 }, () => 0);
    const subscriptions = counts.map(() => topic.subscribe());
    const reading = subscriptions.map(async (subscription, index) => {
      for await (const item of subscription) counts[index] = (counts[index] ?? 0) + (item.type === 'event' ? 1 : 0);
    });
    await runtime.advance(10);
    const publisher = eventLog({ store, runtime }).topic('t');
    for (let n = 0; n < 20; n += 1) await runtime.drive(publisher.publish(n));
    await runtime.advance(100);
    expect(new Set(counts)).toEqual(new Set([20]));
    expect(watches).toBe(1);
    expect(reads).toBeLessThanOrEqual(20);
    await runtime.drive(Promise.all(subscriptions.map((subscription) => subscription.close())));
    await runtime.drive(Promise.all(reading));
    await runtime.drive(store.close());
  });
});
