import type { Runtime } from '@keelson/runtime';
import type { EventLog, Topic } from '../events/event-log.ts';
import type { EventItem, Subscription } from '../events/subscription.ts';
import { type Measures, measuresOn } from './instruments.ts';
import type { MeteringOptions } from './metered-coordination.ts';
import { observed } from './observed-call.ts';

type Clocked = Pick<Runtime, 'clock'>;

/**
 * The same event log, measured: what is published and how long that takes, what is delivered, how late, and what was trimmed before it was read.
 *
 * @example
 * const log = meteredEventLog(eventLog({ store, runtime }), { runtime, meter: metrics.getMeter('keelson') });
 */
export function meteredEventLog(inner: EventLog, { runtime, meter }: MeteringOptions): EventLog {
  const measures = measuresOn(meter);
  return {
    topic: (name) => meteredTopic(inner.topic(name), runtime, measures),
    topics: (options) => inner.topics(options),
  };
}

function meteredTopic(inner: Topic, runtime: Clocked, measures: Measures): Topic {
  return {
    name: inner.name,
    path: inner.path,
    publish: (payload, options) =>
      observed(
        runtime,
        () => inner.publish(payload, options),
        (outcome, tookMs) => {
          measures.count('keelson.event.publishes', { outcome });
          if (outcome === 'ok') measures.time('keelson.event.publish.duration', tookMs);
        },
      ),
    subscribe: (options) => meteredSubscription(inner.subscribe(options), runtime, measures),
    configure: (retention, options) => inner.configure(retention, options),
    describe: (options) => inner.describe(options),
    trim: (options) => inner.trim(options),
  };
}

function meteredSubscription(inner: Subscription, runtime: Clocked, measures: Measures): Subscription {
  return {
    commit: (event, options) => inner.commit(event, options),
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    [Symbol.asyncIterator]: () => counted(inner, runtime, measures),
  };
}

async function* counted(inner: Subscription, runtime: Clocked, measures: Measures): AsyncGenerator<EventItem> {
  for await (const item of inner) {
    if (item.type === 'gap') measures.count('keelson.event.missed', {}, item.missed);
    else {
      measures.count('keelson.event.deliveries');
      measures.time('keelson.event.delivery.lag', Math.max(0, runtime.clock.wallMs() - item.event.atMs));
    }
    yield item;
  }
}
