import { breakLock, describeLock, listElections, listGroups, listLocks, listMembers } from '@keelson/coordination';
import { z } from 'zod';
import type { ServerContext } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { electionView, lockView, memberView, placeView } from '../../views/coordination-views.ts';
import {
  electionListSchema,
  groupListSchema,
  lockBreakRequestSchema,
  lockBrokenSchema,
  lockListSchema,
  lockSchema,
} from '../schemas.ts';

interface RootQuery {
  readonly root?: string | undefined;
}

interface KindQuery extends RootQuery {
  readonly kind: 'lock' | 'semaphore';
}

interface NameParameters {
  readonly name: string;
}

/** Where the recipes live, for programs that chose another place than the usual one. */
export const rootQuery: z.ZodType<RootQuery, RootQuery> = z.object({ root: z.string().min(1).max(4_096).optional() });

const kindQuery: z.ZodType<KindQuery, RootQuery & { readonly kind?: 'lock' | 'semaphore' | undefined }> = z.object({
  root: z.string().min(1).max(4_096).optional(),
  kind: z.enum(['lock', 'semaphore']).default('lock'),
});

/** Path parameters of one lock or topic; whether the name is one of the store is the store's to say. */
export const nameParameters: z.ZodType<NameParameters, NameParameters> = z.object({ name: z.string().min(1).max(255) });

const tags = ['coordination'];

/** `root` where it is given. */
export const rootOf = ({ root }: RootQuery): { readonly root?: string } => (root === undefined ? {} : { root });

/** `/api/v1/locks`, `/api/v1/elections` and `/api/v1/groups`: who holds, leads and is there. */
export function registerCoordinationRoutes(app: App, context: ServerContext): void {
  registerLocks(app, context);
  const { store } = context;
  app.get(
    '/api/v1/elections',
    {
      schema: {
        tags,
        summary: 'Elections that somebody stands in',
        querystring: rootQuery,
        response: { 200: electionListSchema },
      },
    },
    async ({ query }) => ({ elections: (await listElections({ store, ...rootOf(query) })).map(electionView) }),
  );
  app.get(
    '/api/v1/groups',
    {
      schema: {
        tags,
        summary: 'Groups and who is in them',
        querystring: rootQuery,
        response: { 200: groupListSchema },
      },
    },
    async ({ query }) => {
      const where = { store, ...rootOf(query) };
      const names = await listGroups(where);
      const groups = await Promise.all(
        names.map(async (name) => ({ name, members: (await listMembers(name, where)).map(memberView) })),
      );
      return { groups: groups.filter(({ members }) => members.length > 0) };
    },
  );
}

function registerLocks(app: App, context: ServerContext): void {
  const { store, runtime } = context;
  app.get(
    '/api/v1/locks',
    {
      schema: {
        tags,
        summary: 'Locks that are held or waited for',
        querystring: kindQuery,
        response: { 200: lockListSchema },
      },
    },
    async ({ query }) => ({
      locks: (await listLocks({ store, kind: query.kind, ...rootOf(query) })).map(lockView),
    }),
  );
  app.get(
    '/api/v1/locks/:name',
    {
      schema: {
        tags,
        summary: 'One lock: who holds it, who waits, who broke it last',
        params: nameParameters,
        querystring: kindQuery,
        response: { 200: lockSchema },
      },
    },
    async ({ params, query }) =>
      lockView(await describeLock(params.name, { store, kind: query.kind, ...rootOf(query) })),
  );
  app.post(
    '/api/v1/locks/:name/break',
    {
      schema: {
        tags,
        summary: 'Take a lock away from whoever holds it',
        params: nameParameters,
        querystring: kindQuery,
        body: lockBreakRequestSchema,
        response: { 200: lockBrokenSchema },
      },
    },
    async ({ params, query, body }) => {
      const { by, reason, id } = body;
      const where = { store, runtime, kind: query.kind, ...rootOf(query) };
      const broken = await breakLock(params.name, { ...where, by, reason, ...(id === undefined ? {} : { id }) });
      runtime.logger.warn({ lock: params.name, by, reason, places: broken.map((place) => place.id) }, 'lock broken');
      return { broken: broken.map(placeView) };
    },
  );
}
