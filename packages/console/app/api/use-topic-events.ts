import { isKeelsonError, sleep } from '@keelson/runtime';
import { useEffect, useState } from 'react';
import { useServices } from '../ui/services.tsx';
import { apiPath } from './client.ts';
import type { TopicEvent } from './coordination-types.ts';
import { createSseParser } from './sse-parser.ts';

/** Newest events that are kept on the page. */
const KEPT = 200;
/** Pause before a stream that ended is opened again, in milliseconds. */
const AGAIN_MS = 2_000;

/** Follows a topic from its beginning, as far as it is kept: the newest events, newest first. */
export function useTopicEvents(topic: string | undefined): readonly TopicEvent[] {
  const { client, runtime } = useServices();
  const [events, setEvents] = useState<readonly TopicEvent[]>([]);
  useEffect(() => {
    setEvents([]);
    if (topic === undefined) return;
    const closed = new AbortController();
    const { signal } = closed;
    const follow = async (): Promise<void> => {
      let lastEventId: string | undefined;
      while (!signal.aborted) {
        try {
          const path = `${apiPath('topics', topic, 'events')}?from=beginning`;
          const stream = await client.openStream(path, { signal, lastEventId });
          const parser = createSseParser(lastEventId);
          const text = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>);
          for (const reader = text.getReader(); ; ) {
            const { done, value } = await reader.read();
            if (done) break;
            const pushed = parser.push(value);
            lastEventId = pushed.lastEventId;
            const more = pushed.messages.flatMap(({ event, data }) =>
              event === 'event' ? [JSON.parse(data) as TopicEvent] : [],
            );
            if (more.length > 0) setEvents((known) => [...more.toReversed(), ...known].slice(0, KEPT));
          }
        } catch (error) {
          if (!signal.aborted) runtime.logger.debug({ error, topic }, 'a topic cannot be followed for now');
        }
        await sleep(runtime, AGAIN_MS, { signal }).catch((error: unknown) => {
          if (!isKeelsonError(error, 'E_ABORTED')) throw error;
        });
      }
    };
    void follow();
    return () => closed.abort();
  }, [client, runtime, topic]);
  return events;
}
