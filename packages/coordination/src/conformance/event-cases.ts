import { type EventItem, eventLog, type SubscribeOptions, type Topic } from '../index.ts';
import { check, present, rejectsWith, same } from './assertions.ts';
import { defineRecipeCase, type RecipeBench, type RecipeCase } from './case.ts';

/** The topic as a process of its own sees it. */
async function topicOf(bench: RecipeBench, publisher: string): Promise<Topic> {
  const store = await bench.store();
  return eventLog({ store, runtime: bench.runtime, root: bench.root, publisher }).topic('t');
}

interface Reading {
  readonly payloads: unknown[];
  readonly items: EventItem[];
  readonly end: () => Promise<void>;
}

/** Reads a topic in the background until `end`. */
function read(topic: Topic, options: SubscribeOptions): Reading {
  const items: EventItem[] = [];
  const payloads: unknown[] = [];
  const subscription = topic.subscribe(options);
  const reading = (async (): Promise<void> => {
    for await (const item of subscription) {
      items.push(item);
      if (item.type === 'event') payloads.push(item.event.payload);
    }
  })();
  reading.catch(() => {}); // awaited by `end`, unless something else fails first
  return {
    items,
    payloads,
    end: async () => {
      await subscription.close();
      await reading;
    },
  };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** What the event log promises on every driver. */
export const eventCases: readonly RecipeCase[] = [
  defineRecipeCase(
    'events',
    'have one order for all readers, without holes, in which each publisher keeps its own',
    async (bench) => {
      const [one, two] = [await topicOf(bench, 'one'), await topicOf(bench, 'two')];
      const readers = [read(await topicOf(bench, ''), { from: 'beginning' }), read(two, { from: 'beginning' })];
      const published = await Promise.all(
        numbers(60).map((index) => (index % 2 === 0 ? one : two).publish({ by: index % 2, n: index })),
      );
      const sequences = published.map(({ sequence }) => sequence).sort((a, b) => a - b);
      same(
        sequences,
        numbers(60).map((index) => index + 1),
        'the sequence numbers',
      );
      for (const reader of readers) await bench.eventually('all is read', () => reader.payloads.length === 60);
      const [first, second] = readers.map(({ payloads }) => payloads as { by: number; n: number }[]);
      same(first, second, 'what two readers read');
      for (const by of [0, 1]) {
        const own = present(first, 'the events')
          .filter((event) => event.by === by)
          .map(({ n }) => n);
        same(
          own,
          [...own].sort((a, b) => a - b),
          `the order of publisher ${by}`,
        );
      }
      const revisions = readers[0]?.items.flatMap((item) => (item.type === 'event' ? [item.event.revision] : [])) ?? [];
      check(
        revisions.every((revision, index) => index === 0 || revision >= (revisions[index - 1] ?? 0n)),
        'revisions go back',
      );
      for (const reader of readers) await reader.end();
    },
  ),

  defineRecipeCase(
    'events',
    'are read from the end, a number, a revision, or where a consumer stopped',
    async (bench) => {
      const topic = await topicOf(bench, 'p');
      const published = [];
      for (const n of numbers(10)) published.push(await topic.publish(n));
      const other = await topicOf(bench, '');
      const middle = present(published[4]?.revision, 'the revision');
      const expected: readonly (readonly [SubscribeOptions, unknown[]])[] = [
        [{ from: 'beginning' }, numbers(11)],
        [{ from: { sequence: 8 } }, [7, 8, 9, 10]],
        [{ from: { afterRevision: middle } }, [5, 6, 7, 8, 9, 10]],
        [{ from: { afterRevision: 1n << 62n } }, [10]],
        [{}, [10]],
      ];
      const reading = expected.map(([options]) => read(other, options));
      const last = present(reading.at(-1), 'the reader of the end');
      // The one that begins at the end must have found the end before more is published.
      const ready = read(other, { from: { sequence: 10 } });
      await bench.eventually('the feed is there', () => ready.payloads.length === 1);
      await ready.end();
      await topic.publish(10);
      for (const [index, [options, payloads]] of expected.entries()) {
        const reader = present(reading[index], 'the reader');
        await bench.eventually('it is read', () => reader.payloads.length >= payloads.length);
        same(
          reader.payloads,
          payloads,
          `what is read from ${JSON.stringify(options.from ?? 'end', (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v))}`,
        );
        await reader.end();
      }
      same(last.payloads, [10], 'what is read from the end');
      const half = other.subscribe({ consumer: 'c' });
      for await (const item of half) {
        if (item.type !== 'event') continue;
        await half.commit(item.event);
        if (item.event.payload === 5) break;
      }
      const rest = read(await topicOf(bench, ''), { consumer: 'c' });
      await bench.eventually('the rest is read', () => rest.payloads.length === 5);
      same(rest.payloads, [6, 7, 8, 9, 10], 'what the consumer reads after its cursor');
      await rest.end();
      const { cursors } = await topic.describe();
      same(
        cursors.map(({ consumer, next, behind }) => [consumer, next, behind]),
        [['c', 7, 5]],
        'the cursors',
      );
    },
  ),

  defineRecipeCase(
    'events',
    'move a cursor for one reader at a time, and under a guard only while that holds',
    async (bench) => {
      const topic = await topicOf(bench, 'p');
      for (const n of numbers(3)) await topic.publish(n);
      const [one, two] = [topic.subscribe({ consumer: 'c' }), topic.subscribe({ consumer: 'c' })];
      await one.commit({ sequence: 1 });
      await two.commit({ sequence: 2 });
      await rejectsWith(() => one.commit({ sequence: 3 }), 'E_VERSION_CONFLICT', 'a cursor that another moved');
      await rejectsWith(() => topic.subscribe().commit({ sequence: 1 }), 'E_INVALID_ARGUMENT', 'no consumer');
      const actor = await bench.actor('a');
      const lock = await actor.recipes.lock('l').acquire();
      const guarded = topic.subscribe({ consumer: 'd', guard: lock.guard });
      await guarded.commit({ sequence: 1 });
      await lock.release();
      await rejectsWith(() => guarded.commit({ sequence: 2 }), 'E_FENCED', 'a cursor whose lock is gone');
      for (const subscription of [one, two, guarded]) await subscription.close();
    },
  ),

  defineRecipeCase(
    'events',
    'are published once under a key, and together with other writes or not at all',
    async (bench) => {
      const [one, two] = [await topicOf(bench, 'one'), await topicOf(bench, 'two')];
      const first = await one.publish('paid', { key: 'order/7 paid €' });
      same([first.sequence, first.duplicate], [1, false], 'the first time');
      const again = await Promise.all([one, two].map((topic) => topic.publish('paid', { key: 'order/7 paid €' })));
      same(
        again.map(({ sequence, duplicate }) => [sequence, duplicate]),
        [
          [1, true],
          [1, true],
        ],
        'the second time',
      );
      const store = await bench.store();
      const path = bench.at('order');
      const value = new TextEncoder().encode('7');
      const absent = { path, version: 0 };
      const put = { type: 'put', path, value } as const;
      await one.publish('stored', { if: [absent], with: [put] });
      same((await store.get(path))?.version, 1, 'the version of what was written with the event');
      const late = two.publish('stored', { if: [absent], with: [put] });
      await rejectsWith(() => late, 'E_VERSION_CONFLICT', 'an event whose condition does not hold');
      const { next } = await one.describe();
      same([next, (await store.get(path))?.version], [3, 1], 'what there is after that');
    },
  ),

  defineRecipeCase(
    'events',
    'are kept as long as retention says, and a reader is told what it missed',
    async (bench) => {
      const topic = await topicOf(bench, 'p');
      await topic.configure({ maxEvents: 5 });
      for (const n of numbers(50)) await topic.publish(n, n < 3 ? { key: `k${n}` } : {});
      same(await topic.trim(), 45, 'events trimmed');
      same(await topic.trim(), 0, 'events trimmed again');
      const { first, next, bytes, retention } = await topic.describe();
      same([first, next, retention.maxEvents], [46, 51, 5], 'what is kept');
      check(bytes > 0 && bytes < 5 * 300, `${bytes} bytes are said to be kept`);
      const reader = read(await topicOf(bench, ''), { from: { sequence: 3 } });
      await bench.eventually('the rest is read', () => reader.payloads.length === 5);
      same([reader.items[0], reader.payloads], [{ type: 'gap', missed: 43 }, [45, 46, 47, 48, 49]], 'what is read');
      await reader.end();
      same((await topic.publish(0, { key: 'k0' })).duplicate, false, 'the key of a trimmed event');
      await topic.configure({ maxBytes: 1 });
      same(await topic.trim(), 6, 'events trimmed by size');
      await rejectsWith(() => topic.configure({ maxAgeMs: 0 }), 'E_INVALID_ARGUMENT', 'no age at all');
      const store = await bench.store();
      const log = await store.list(bench.at('events', 't'), { recursive: true });
      const left = log.entries.filter(({ path, value }) => value.length > 0 && !/\/(head|floor|t)$/.test(path));
      same(
        left.map(({ path }) => path),
        [],
        'entries left',
      );
    },
  ),

  defineRecipeCase(
    'events',
    'are published once though replies are lost',
    async (bench) => {
      const store = await bench.store();
      const topic = eventLog({ store, runtime: bench.runtime, root: bench.root }).topic('t');
      const limits = { timeoutMs: bench.patienceMs };
      await topic.publish(0, limits);
      for (const n of [1, 2, 3]) {
        await bench.fault('loseReply')(store);
        const alone = topic.publish(n, limits);
        await Promise.all([alone, topic.publish(n + 10, limits)]);
      }
      const reader = read(await topicOf(bench, ''), { from: 'beginning' });
      await bench.eventually('all is read', () => reader.payloads.length >= 7);
      same(reader.payloads, [0, 1, 11, 2, 12, 3, 13], 'what is read');
      await reader.end();
    },
    ['loseReply'],
  ),

  defineRecipeCase(
    'events',
    'reach a reader that was cut off, all of them, once',
    async (bench) => {
      const topic = await topicOf(bench, 'p');
      const store = await bench.store();
      const reader = read(eventLog({ store, runtime: bench.runtime, root: bench.root }).topic('t'), {
        from: 'beginning',
      });
      await topic.publish(0);
      await bench.eventually('the first is read', () => reader.payloads.length === 1);
      await bench.fault('disconnect')(store);
      for (const n of [1, 2, 3]) await topic.publish(n);
      await bench.fault('reconnect')(store);
      await topic.publish(4);
      await bench.eventually('all is read', () => reader.payloads.length >= 5);
      same(reader.payloads, [0, 1, 2, 3, 4], 'what is read');
      await reader.end();
    },
    ['disconnect', 'reconnect'],
  ),

  defineRecipeCase('events', 'refuse what is no JSON, no key, no topic, or too large', async (bench) => {
    const topic = await topicOf(bench, 'p');
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    for (const payload of [undefined, circle, 1n])
      await rejectsWith(() => topic.publish(payload), 'E_INVALID_ARGUMENT', 'a payload that is no JSON');
    for (const key of ['', 'x'.repeat(300), '\ud800', '€'.repeat(100)])
      await rejectsWith(() => topic.publish(1, { key }), 'E_INVALID_ARGUMENT', 'a key that is none');
    const large = 'x'.repeat(4 << 20);
    const [tooLarge, fine] = [topic.publish(large), topic.publish('fine')];
    await rejectsWith(() => tooLarge, 'E_TOO_LARGE', 'four megabytes');
    same((await fine).sequence, 1, 'the one beside it');
    const store = await bench.store();
    const log = eventLog({ store, runtime: bench.runtime, root: bench.root });
    for (const name of ['', 'a/b', '..'])
      await rejectsWith(() => log.topic(name), 'E_INVALID_PATH', `the topic ${name}`);
    same(await log.topics(), ['t'], 'the topics');
  }),
];
