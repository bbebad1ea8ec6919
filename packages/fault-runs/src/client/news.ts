import { eventLog, type Subscription, type Topic } from '@keelson/coordination';
import { isKeelsonError, sleep } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { type ClientContext, everySoOften } from './context.ts';

/** How often a client publishes, in milliseconds. */
const PUBLISH_MS = 1_500;

/** A consumer notes how far it is after so many events. */
const COMMIT_EVERY = 5;

/** Publishes event after event; one that nobody knows the fate of is published again under its key until somebody does. */
export async function publishNews(context: ClientContext, store: Store, topicName: string): Promise<void> {
  const { client, resource, runtime, stopping, say } = context;
  const topic = eventLog({ store, runtime, publisher: client }).topic(topicName);
  let number = 0;
  await everySoOften(context, PUBLISH_MS, async () => {
    number += 1;
    const key = `${client}:${number}`;
    say({ say: 'publishes', client, at: resource.nowMs(), key });
    for (let doubt = false; !stopping.aborted; ) {
      try {
        const { sequence } = await topic.publish(number, { key });
        say({ say: 'published', client, at: resource.nowMs(), key, sequence });
        return;
      } catch (error) {
        if (!isKeelsonError(error)) throw error;
        doubt ||= error.code === 'E_OUTCOME_UNKNOWN';
        if (!doubt) {
          say({ say: 'not-published', client, at: resource.nowMs(), key });
          return;
        }
        await sleep(runtime, 200, { signal: stopping }).catch(() => {});
      }
    }
  });
}

/** Reads the topic as a consumer with a durable cursor until `ended` trips. */
export async function readNews(
  context: ClientContext,
  store: Store,
  topicName: string,
  { consumer, ended }: { readonly consumer: string; readonly ended: AbortSignal },
): Promise<void> {
  const { client, resource, runtime, say } = context;
  const topic = eventLog({ store, runtime }).topic(topicName);
  while (!ended.aborted) {
    say({ say: 'subscribes', client, at: resource.nowMs(), consumer });
    try {
      await readOnce(context, topic, consumer, ended);
    } catch (error) {
      if (!isKeelsonError(error)) throw error;
      await sleep(runtime, 200, { signal: ended }).catch(() => {});
    }
  }
}

async function readOnce(context: ClientContext, topic: Topic, consumer: string, ended: AbortSignal): Promise<void> {
  const { client, resource, say } = context;
  await using subscription = topic.subscribe({ consumer, signal: ended });
  let since = 0;
  for await (const item of subscription) {
    const at = resource.nowMs();
    if (item.type === 'gap') {
      say({ say: 'misses', client, at, consumer, events: item.missed });
      continue;
    }
    const { sequence, id } = item.event;
    say({ say: 'reads', client, at, consumer, sequence, key: id });
    since += 1;
    if (since % COMMIT_EVERY === 0) await commit(context, subscription, consumer, sequence);
  }
}

async function commit(
  { client, resource, say }: ClientContext,
  subscription: Subscription,
  consumer: string,
  sequence: number,
): Promise<void> {
  say({ say: 'commits', client, at: resource.nowMs(), consumer, sequence });
  await subscription.commit({ sequence });
  say({ say: 'committed', client, at: resource.nowMs(), consumer, sequence });
}
