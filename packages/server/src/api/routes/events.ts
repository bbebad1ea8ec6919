import { z } from 'zod';
import type { ServerContext } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { eventFrame, openEventStream } from '../../http/event-stream.ts';
import { securityHeaders } from '../../http/security-headers.ts';
import { timelineSchema } from '../schemas.ts';
import { clusterParameters } from './parameters.ts';

const MAX_TIMELINE = 10_000;
const DEFAULT_TIMELINE = 200;

const timelineQuery: z.ZodType<{ limit: number }, { limit?: string | undefined }> = z.object({
  limit: z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .default(String(DEFAULT_TIMELINE))
    .transform(Number)
    .pipe(z.int().min(1).max(MAX_TIMELINE)),
});

/** `…/events` and `…/timeline`. */
export function registerEventRoutes(app: App, context: ServerContext): void {
  app.get(
    '/api/v1/clusters/:cluster/events',
    {
      exposeHeadRoute: false,
      schema: {
        tags: ['events'],
        summary: 'What happens, as server-sent events; resumable by Last-Event-ID',
        params: clusterParameters,
      },
    },
    async (request, reply) => {
      const { hub } = await context.clusters.find(request.params.cluster);
      reply.hijack();
      const stream = openEventStream(reply.raw, {
        runtime: context.runtime,
        headers: securityHeaders,
        // A heartbeat also moves the client's resume point on, so that a quiet stream is resumed without a reset.
        heartbeat: () => `: alive\n${eventFrame({ id: hub.lastId })}`,
      });
      const lastEventId = request.headers['last-event-id'];
      hub.subscribe(stream, typeof lastEventId === 'string' ? lastEventId : undefined);
    },
  );
  app.get(
    '/api/v1/clusters/:cluster/timeline',
    {
      schema: {
        tags: ['events'],
        summary: 'What happened, newest first',
        params: clusterParameters,
        querystring: timelineQuery,
        response: { 200: timelineSchema },
      },
    },
    async (request) => {
      const { hub } = await context.clusters.find(request.params.cluster);
      return { events: hub.newest(request.query.limit) };
    },
  );
}
