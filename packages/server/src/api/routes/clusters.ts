import { clusterPaths } from '@keelson/cluster';
import { KeelsonError } from '@keelson/runtime';
import type { FastifyReply } from 'fastify';
import type { ClusterCache } from '../../clusters/cluster-cache.ts';
import type { ServerContext } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { entityTag, preconditionOf } from '../../http/etag.ts';
import { clusterDetail, clusterSummary } from '../../views/cluster-view.ts';
import {
  type ClusterDetail,
  clusterDeclarationSchema,
  clusterDetailSchema,
  clusterListSchema,
  clusterPatchSchema,
} from '../schemas.ts';
import { settle, settled } from '../settle.ts';
import { clusterParameters } from './parameters.ts';

const tags = ['clusters'];

/** `/api/v1/clusters[/{cluster}]` */
export function registerClusterRoutes(app: App, context: ServerContext): void {
  app.get(
    '/api/v1/clusters',
    { schema: { tags, summary: 'Every cluster at a glance', response: { 200: clusterListSchema } } },
    async () => ({ clusters: (await context.clusters.list()).map((cache) => clusterSummary(cache.picture())) }),
  );
  app.get(
    '/api/v1/clusters/:cluster',
    { schema: { tags, summary: 'One cluster', params: clusterParameters, response: { 200: clusterDetailSchema } } },
    async (request, reply) => answer(context, await context.clusters.find(request.params.cluster), reply),
  );
  registerDeclare(app, context);
  registerPatch(app, context);
  app.delete(
    '/api/v1/clusters/:cluster',
    { schema: { tags, summary: 'Drop a cluster with all it holds', params: clusterParameters } },
    async (request, reply) => {
      const { cluster } = request.params;
      const cache = await context.clusters.find(cluster);
      const current = await context.store.get(clusterPaths(cluster).clusterConfig);
      preconditionOf(request.headers, current);
      await dropCluster(context, cache);
      return reply.code(204).send();
    },
  );
}

function registerDeclare(app: App, context: ServerContext): void {
  const response = { 200: clusterDetailSchema, 201: clusterDetailSchema };
  app.put(
    '/api/v1/clusters/:cluster',
    {
      schema: {
        tags,
        summary: 'Create a cluster, or set configuration of it',
        params: clusterParameters,
        body: clusterDeclarationSchema,
        response,
      },
    },
    async (request, reply) => {
      const { cluster } = request.params;
      const settings = request.body.config ?? {};
      const current = await context.store.get(clusterPaths(cluster).clusterConfig);
      const { createOnly, expect } = preconditionOf(request.headers, current);
      if (current === undefined || createOnly) {
        await context.admin.createCluster(cluster, { settings });
        void reply.code(201);
      } else if (Object.keys(settings).length > 0) {
        await context.admin.updateClusterConfig(cluster, settings, { expect });
      }
      return answer(context, await context.clusters.find(cluster), reply);
    },
  );
}

function registerPatch(app: App, context: ServerContext): void {
  app.patch(
    '/api/v1/clusters/:cluster',
    {
      schema: {
        tags,
        summary: 'Pause, resume or configure a cluster',
        params: clusterParameters,
        body: clusterPatchSchema,
        response: { 200: clusterDetailSchema },
      },
    },
    async (request, reply) => {
      const { cluster } = request.params;
      const { paused, reason, config } = request.body;
      if (paused !== undefined && config !== undefined)
        throw new KeelsonError('E_INVALID_ARGUMENT', 'Pausing and configuring are two changes. Send two requests.');
      if (reason !== undefined && paused !== true)
        throw new KeelsonError(
          'E_INVALID_ARGUMENT',
          '`reason` says why a cluster is paused. Send it with `paused: true`.',
        );
      const cache = await context.clusters.find(cluster);
      const current = await context.store.get(clusterPaths(cluster).clusterConfig);
      const { expect } = preconditionOf(request.headers, current);
      if (config !== undefined) {
        const settings = Object.fromEntries(
          Object.entries(config).map(([field, value]) => [field, value ?? undefined]),
        );
        await context.admin.updateClusterConfig(cluster, settings, { expect });
      }
      if (paused !== undefined) {
        await context.admin.pauseCluster(cluster, paused, reason === undefined ? {} : { reason });
        await settle(context, cache, () => (cache.snapshot.pause !== undefined) === paused);
      }
      return answer(context, cache, reply);
    },
  );
}

/**
 * Drops a cluster. A controller of this server's own must not stand in the way: it resigns first, and comes back where the drop is
 * refused.
 */
async function dropCluster(context: ServerContext, cache: ClusterCache): Promise<void> {
  const { admin, controllers } = context;
  const idle = cache.snapshot.live.size === 0;
  if (idle) await controllers?.suspend(cache.name);
  try {
    await admin.dropCluster(cache.name);
  } catch (error) {
    if (idle) controllers?.add(cache.name);
    throw error;
  }
  await settle(context, cache, () => !cache.exists);
}

async function answer(context: ServerContext, cache: ClusterCache, reply: FastifyReply): Promise<ClusterDetail> {
  const entry = await settled(context, cache, clusterPaths(cache.name).clusterConfig);
  if (entry !== undefined) void reply.header('etag', entityTag(entry));
  return clusterDetail(cache.picture());
}
