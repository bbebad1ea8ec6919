import { clusterPaths } from '@keelson/cluster';
import { KeelsonError } from '@keelson/runtime';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { ClusterCache } from '../../clusters/cluster-cache.ts';
import type { ServerContext } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { entityTag, preconditionOf } from '../../http/etag.ts';
import { type InstanceLoad, instanceLoads, instanceNames, instanceView } from '../../views/instance-view.ts';
import {
  type Instance,
  instanceDeclarationSchema,
  instanceListSchema,
  instancePatchSchema,
  instanceSchema,
  partitionResetSchema,
} from '../schemas.ts';
import { settle, settled } from '../settle.ts';
import { clusterParameters, instanceParameters } from './parameters.ts';
import { noPartition } from './views.ts';

const tags = ['instances'];
const at = '/api/v1/clusters/:cluster/instances';

/** `…/instances[/{instance}]` */
export function registerInstanceRoutes(app: App, context: ServerContext): void {
  app.get(
    at,
    {
      schema: {
        tags,
        summary: 'Declared and live instances',
        params: clusterParameters,
        response: { 200: instanceListSchema },
      },
    },
    async (request) => {
      const cache = await context.clusters.find(request.params.cluster);
      const loads = instanceLoads(cache.snapshot);
      return { instances: instanceNames(cache.snapshot).map((name) => view(cache, name, loads)) };
    },
  );
  app.get(
    `${at}/:instance`,
    { schema: { tags, summary: 'One instance', params: instanceParameters, response: { 200: instanceSchema } } },
    async (request, reply) =>
      answer(context, await context.clusters.find(request.params.cluster), request.params.instance, reply),
  );
  registerDeclare(app, context);
  registerPatch(app, context);
  registerRemoveAndReset(app, context);
}

function registerDeclare(app: App, context: ServerContext): void {
  const response = { 200: instanceSchema, 201: instanceSchema };
  app.put(
    `${at}/:instance`,
    {
      schema: {
        tags,
        summary: 'Declare an instance',
        params: instanceParameters,
        body: instanceDeclarationSchema,
        response,
      },
    },
    async (request, reply) => {
      const { cluster, instance } = request.params;
      const cache = await context.clusters.find(cluster);
      const current = await context.store.get(clusterPaths(cluster).participantConfig(instance));
      const { createOnly, expect } = preconditionOf(request.headers, current);
      if (current === undefined || createOnly) {
        await context.admin.addInstance(cluster, instance, request.body);
        void reply.code(201);
      } else {
        const { tags: declared = [], domain = '', ...rest } = request.body;
        await context.admin.updateInstance(cluster, instance, { ...rest, tags: declared, domain }, { expect });
      }
      return answer(context, cache, instance, reply);
    },
  );
}

function registerPatch(app: App, context: ServerContext): void {
  app.patch(
    `${at}/:instance`,
    {
      schema: {
        tags,
        summary: 'Change an instance: enable, disable, tag',
        params: instanceParameters,
        body: instancePatchSchema,
        response: { 200: instanceSchema },
      },
    },
    async (request, reply) => {
      const { cluster, instance } = request.params;
      const cache = await context.clusters.find(cluster);
      const current = await context.store.get(clusterPaths(cluster).participantConfig(instance));
      const { expect } = preconditionOf(request.headers, current);
      if (current !== undefined)
        await assertPartitions(context, cache, instance, request.body.disabledPartitions ?? {});
      await context.admin.updateInstance(cluster, instance, request.body, { expect });
      return answer(context, cache, instance, reply);
    },
  );
}

/** That each partition exists, so that a slip of the pen is not taken for done. What is disabled already may stay, or go, in any case. */
async function assertPartitions(
  { admin }: ServerContext,
  cache: ClusterCache,
  instance: string,
  disabled: Readonly<Record<string, readonly string[]>>,
): Promise<void> {
  const before = cache.snapshot.instances.get(instance)?.allDisabledPartitions ?? {};
  for (const [resource, partitions] of Object.entries(disabled)) {
    const known = new Set(before[resource]);
    const fresh = partitions.filter((partition) => !known.has(partition));
    if (fresh.length === 0) continue;
    const declared = new Set((await admin.getResource(cache.name, resource)).value.partitions);
    const unknown = fresh.find((partition) => !declared.has(partition));
    if (unknown !== undefined) throw noPartition(resource, unknown);
  }
}

function registerRemoveAndReset(app: App, context: ServerContext): void {
  app.delete(
    `${at}/:instance`,
    { schema: { tags, summary: 'Remove an instance that is not live', params: instanceParameters } },
    async (request, reply) => {
      const { cluster, instance } = request.params;
      const cache = await context.clusters.find(cluster);
      const current = await context.store.get(clusterPaths(cluster).participantConfig(instance));
      const { expect } = preconditionOf(request.headers, current);
      await context.admin.removeInstance(cluster, instance, { expect });
      await settle(context, cache, () => !cache.snapshot.instances.has(instance));
      return reply.code(204).send();
    },
  );
  const accepted = z.object({}).meta({ description: 'Asked for; the participant does it.' });
  app.post(
    `${at}/:instance/reset`,
    {
      schema: {
        tags,
        summary: 'Take partitions out of ERROR',
        params: instanceParameters,
        body: partitionResetSchema,
        response: { 202: accepted },
      },
    },
    async (request, reply) => {
      const { cluster, instance } = request.params;
      await context.clusters.find(cluster);
      await context.admin.resetPartition(cluster, { instance, ...request.body });
      return reply.code(202).send({});
    },
  );
}

function view(cache: ClusterCache, name: string, loads: ReadonlyMap<string, InstanceLoad>): Instance {
  return instanceView(cache.snapshot, name, loads.get(name), cache.seenJoiningMs(name));
}

async function answer(
  context: ServerContext,
  cache: ClusterCache,
  instance: string,
  reply: FastifyReply,
): Promise<Instance> {
  const entry = await settled(context, cache, clusterPaths(cache.name).participantConfig(instance));
  if (entry === undefined && !cache.snapshot.live.has(instance))
    throw new KeelsonError(
      'E_NOT_FOUND',
      `Cluster \`${cache.name}\` has no instance \`${instance}\`. \`keelson instance ls\` lists those there are.`,
    );
  if (entry !== undefined) void reply.header('etag', entityTag(entry));
  return view(cache, instance, instanceLoads(cache.snapshot));
}
