import { eventLog, type Topic } from '@keelson/coordination';
import { isKeelsonError } from '@keelson/runtime';
import type { Scenario } from '../simulate.ts';
import type { ProcessContext, SimulatedWorld } from '../world.ts';
import { attempt, forever, persist, rest } from './persist.ts';

const publishers = ['publisher-1', 'publisher-2'];
const consumers = ['consumer-1', 'consumer-2'];
/** One topic keeps everything, the other little, so that a consumer that was away misses some and has to be told. */
const topics = ['kept', 'short'];

/** What was published and what was read. */
interface Ledger {
  readonly acknowledged: Map<string, Set<string>>;
  /** By topic: which event has which number. All readers must agree. */
  readonly numbers: Map<string, Map<number, string>>;
  /** By topic and consumer: what it has dealt with. */
  readonly dealtWith: Map<string, Set<string>>;
}

/**
 * Publishers write to topics, consumers read them and note how far they came, die and go on. All readers see one order, without a hole that they were not told of; that
 * order keeps each publisher's; and what was acknowledged reaches everybody, also those who were away, as long as it was kept.
 */
export function eventsScenario(): Scenario {
  return {
    name: 'events',
    faults: { processes: [...publishers, ...consumers], count: 10 },
    durationMs: 40_000,
    restMs: 25_000,
    async begin(world) {
      const ledger: Ledger = { acknowledged: new Map(), numbers: new Map(), dealtWith: new Map() };
      for (const topic of topics) {
        ledger.acknowledged.set(topic, new Set());
        ledger.numbers.set(topic, new Map());
      }
      const operator = eventLog({ store: world.connect('operator'), runtime: world.runtime });
      await operator.topic('short').configure({ maxEvents: 20 });
      const stopping = new AbortController();
      for (const name of publishers) world.start(name, (context) => publish(context, ledger, stopping.signal));
      for (const name of consumers)
        world.start(name, async (context) => {
          const log = eventLog({ store: context.store, runtime: context.runtime });
          await Promise.all(topics.map((topic) => consume(world, context, log.topic(topic), ledger)));
        });
      return {
        finish: async () => {
          stopping.abort();
          await rest(world.runtime, 12_000, 12_001);
          return missing(ledger);
        },
      };
    },
  };
}

async function publish(
  { name, store, runtime, incarnation }: ProcessContext,
  ledger: Ledger,
  stop: AbortSignal,
): Promise<void> {
  const log = eventLog({ store, runtime, publisher: name });
  for (let index = 0; !stop.aborted; index += 1) {
    const topic = topics[runtime.random.integer(topics.length)] ?? 'kept';
    const key = `${name}#${incarnation}#${index}`;
    while (!stop.aborted) {
      try {
        await log.topic(topic).publish({ name, incarnation, index }, { key });
        ledger.acknowledged.get(topic)?.add(key);
        break;
      } catch (error) {
        // With a key it may simply be said again.
        if (!isKeelsonError(error) || !(error.retryable || error.code === 'E_OUTCOME_UNKNOWN')) throw error;
        await rest(runtime, 50, 250);
      }
    }
    await rest(runtime, 20, 500);
  }
  await forever();
}

async function consume(world: SimulatedWorld, context: ProcessContext, topic: Topic, ledger: Ledger): Promise<void> {
  const { name, runtime } = context;
  for (;;) {
    await attempt(runtime, () => persist(runtime, () => readOn(world, context, topic, ledger)));
    runtime.logger.debug({ name }, 'reads again from its cursor');
    await rest(runtime, 50, 200);
  }
}

/** Reads from the consumer's cursor on, and moves it now and then: what was read since comes again after a crash. */
async function readOn(
  world: SimulatedWorld,
  { name, runtime }: ProcessContext,
  topic: Topic,
  ledger: Ledger,
): Promise<void> {
  const numbers = ledger.numbers.get(topic.name) ?? new Map<number, string>();
  const dealtWith = dealtWithBy(ledger, topic.name, name);
  const newest = new Map<string, number>();
  await using subscription = topic.subscribe({ consumer: name });
  let expected: number | undefined;
  for await (const item of subscription) {
    if (item.type === 'gap') {
      if (topic.name === 'kept') world.violate(`${name} missed ${item.missed} events of a topic that keeps all`);
      expected = expected === undefined ? undefined : expected + item.missed;
      continue;
    }
    const { sequence, id, payload } = item.event;
    if (expected !== undefined && sequence !== expected)
      world.violate(`${name} read event ${sequence} of ${topic.name} where ${expected} was next`);
    expected = sequence + 1;
    if ((numbers.get(sequence) ?? id) !== id)
      world.violate(`event ${sequence} of ${topic.name} is ${id} to ${name}, and ${numbers.get(sequence)} to another`);
    numbers.set(sequence, id);
    // Where little is kept, a key may be forgotten before its event is said again: then it comes twice.
    const wrong = topic.name === 'kept' ? outOfTurn(newest, payload) : undefined;
    if (wrong !== undefined) world.violate(`${name} read ${wrong} of ${topic.name} out of turn`);
    dealtWith.add(id);
    if (runtime.random.integer(4) === 0) await subscription.commit(item.event);
  }
}

/** Each publisher waits for one before it publishes the next, so its events come in their order. */
function outOfTurn(newest: Map<string, number>, payload: unknown): string | undefined {
  const { name, incarnation, index } = payload as { name: string; incarnation: number; index: number };
  const life = `${name}#${incarnation}`;
  if (index <= (newest.get(life) ?? -1)) return `${life}#${index} after ${newest.get(life)}`;
  newest.set(life, index);
  return undefined;
}

function dealtWithBy(ledger: Ledger, topic: string, consumer: string): Set<string> {
  const key = `${topic} ${consumer}`;
  const known = ledger.dealtWith.get(key) ?? new Set<string>();
  ledger.dealtWith.set(key, known);
  return known;
}

function missing(ledger: Ledger): string[] {
  const acknowledged = ledger.acknowledged.get('kept') ?? new Set<string>();
  if (acknowledged.size === 0) return ['nothing was published'];
  return consumers.flatMap((consumer) => {
    const dealtWith = dealtWithBy(ledger, 'kept', consumer);
    return [...acknowledged].filter((id) => !dealtWith.has(id)).map((id) => `${consumer} was never told of ${id}`);
  });
}
