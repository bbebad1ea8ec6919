import {
  type EventItem,
  type EventLog,
  type EventStart,
  eventLog,
  type LoggedEvent,
  meteredEventLog,
  type Topic,
} from '@keelson/coordination';
import { z } from 'zod';
import type { ServerContext } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { type EventStream, eventFrame, openEventStream } from '../../http/event-stream.ts';
import { securityHeaders } from '../../http/security-headers.ts';
import {
  type LoggedEventView,
  publishedSchema,
  publishRequestSchema,
  topicListSchema,
  topicSchema,
} from '../schemas.ts';
import { nameParameters, rootOf, rootQuery } from './coordination.ts';

interface StreamQuery {
  readonly root?: string | undefined;
  readonly from?: string | undefined;
}

const streamQuery: z.ZodType<StreamQuery, StreamQuery> = z.object({
  root: z.string().min(1).max(4_096).optional(),
  from: z
    .string()
    .regex(/^(beginning|end|\d{1,15})$/, 'must be `beginning`, `end` or the number of an event')
    .optional(),
});

const tags = ['topics'];

/** `/api/v1/topics…`: the event log. */
export function registerTopicRoutes(app: App, context: ServerContext): void {
  const { store, runtime } = context;
  const { meter } = context.metrics;
  const logAt = (query: { readonly root?: string | undefined }): EventLog =>
    meteredEventLog(eventLog({ store, runtime, publisher: 'http', ...rootOf(query) }), { runtime, meter });
  const topicNamed = (name: string, query: { readonly root?: string | undefined }): Topic => logAt(query).topic(name);
  app.get(
    '/api/v1/topics',
    { schema: { tags, summary: 'Topics', querystring: rootQuery, response: { 200: topicListSchema } } },
    async ({ query }) => ({ topics: await logAt(query).topics() }),
  );
  app.get(
    '/api/v1/topics/:name',
    {
      schema: {
        tags,
        summary: 'One topic: what it keeps, and how far its consumers are',
        params: nameParameters,
        querystring: rootQuery,
        response: { 200: topicSchema },
      },
    },
    async ({ params, query }) => await topicNamed(params.name, query).describe(),
  );
  app.post(
    '/api/v1/topics/:name/events',
    {
      schema: {
        tags,
        summary: 'Publish an event',
        params: nameParameters,
        querystring: rootQuery,
        body: publishRequestSchema,
        response: { 200: publishedSchema, 201: publishedSchema },
      },
    },
    async ({ params, query, body }, reply) => {
      const { payload, key } = body;
      const published = await topicNamed(params.name, query).publish(payload, key === undefined ? {} : { key });
      const { sequence, revision, duplicate } = published;
      void reply.code(duplicate ? 200 : 201);
      return { sequence, revision: revision === undefined ? null : String(revision), duplicate };
    },
  );
  app.get(
    '/api/v1/topics/:name/events',
    {
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: 'Events of a topic, as server-sent events; resumable by Last-Event-ID',
        params: nameParameters,
        querystring: streamQuery,
      },
    },
    async (request, reply) => {
      const topic = topicNamed(request.params.name, request.query);
      const from = startOf(request.headers['last-event-id'], request.query.from);
      reply.hijack();
      const stream = openEventStream(reply.raw, { runtime, headers: securityHeaders, heartbeat: () => ': alive\n\n' });
      await sendEvents(context, topic, from, stream);
    },
  );
}

function startOf(lastEventId: string | string[] | undefined, from: string | undefined): EventStart {
  if (typeof lastEventId === 'string' && /^\d{1,15}$/.test(lastEventId)) return { sequence: Number(lastEventId) + 1 };
  if (from === undefined || from === 'end') return 'end';
  return from === 'beginning' ? 'beginning' : { sequence: Number(from) };
}

async function sendEvents(
  { runtime, stopping }: ServerContext,
  topic: Topic,
  from: EventStart,
  stream: EventStream,
): Promise<void> {
  const subscription = topic.subscribe({ from, signal: stream.closed });
  const end = (): void => stream.end();
  stopping.addEventListener('abort', end, { once: true });
  if (stopping.aborted) end();
  try {
    for await (const item of subscription) {
      // The reader sets the pace: what it has not taken stays in the log, which tells it what it missed there.
      if (!stream.send(frameOf(item))) break;
      await drained(stream);
    }
  } catch (error) {
    runtime.logger.warn({ error, topic: topic.name }, 'a stream of events ended');
  } finally {
    stopping.removeEventListener('abort', end);
    end();
  }
}

function frameOf(item: EventItem): string {
  if (item.type === 'gap') return eventFrame({ event: 'gap', data: { missed: item.missed } });
  return eventFrame({ id: String(item.event.sequence), event: 'event', data: eventView(item.event) });
}

function eventView({ topic, sequence, revision, id, payload, publisher, atMs }: LoggedEvent): LoggedEventView {
  return { topic, sequence, revision: String(revision), id, payload, publisher, atMs };
}

function drained(stream: EventStream): Promise<void> {
  return new Promise((resolve) => {
    stream.onceDrained(resolve);
    stream.closed.addEventListener('abort', () => resolve(), { once: true });
  });
}
