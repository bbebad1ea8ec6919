import { clusterPaths, type IdealState, type ResourcePatch as SpecPatch } from '@keelson/cluster';
import { KeelsonError } from '@keelson/runtime';
import type { FastifyReply } from 'fastify';
import type { ClusterCache } from '../../clusters/cluster-cache.ts';
import type { ServerContext } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { entityTag, preconditionOf } from '../../http/etag.ts';
import { resourceView } from '../../views/resource-view.ts';
import { resourceNames } from '../../views/wanted.ts';
import {
  type Resource,
  type ResourceDeclaration,
  type ResourcePatch,
  rebalanceRequestSchema,
  resourceDeclarationSchema,
  resourceListSchema,
  resourcePatchSchema,
  resourceSchema,
} from '../schemas.ts';
import { settle, settled } from '../settle.ts';
import { clusterParameters, resourceParameters } from './parameters.ts';
import { knownResource, noResource } from './views.ts';

const tags = ['resources'];
const at = '/api/v1/clusters/:cluster/resources';

/** `…/resources[/{resource}]` */
export function registerResourceRoutes(app: App, context: ServerContext): void {
  app.get(
    at,
    {
      schema: {
        tags,
        summary: 'What is declared, and how it is',
        params: clusterParameters,
        response: { 200: resourceListSchema },
      },
    },
    async (request) => {
      const picture = (await context.clusters.find(request.params.cluster)).picture();
      return { resources: resourceNames(picture.snapshot).map((name) => resourceView(picture, name)) };
    },
  );
  app.get(
    `${at}/:resource`,
    { schema: { tags, summary: 'One resource', params: resourceParameters, response: { 200: resourceSchema } } },
    async (request, reply) =>
      answer(context, await context.clusters.find(request.params.cluster), request.params.resource, reply),
  );
  registerDeclare(app, context);
  registerPatch(app, context);
  registerDropAndRebalance(app, context);
}

function registerDeclare(app: App, context: ServerContext): void {
  const response = { 200: resourceSchema, 201: resourceSchema };
  app.put(
    `${at}/:resource`,
    {
      schema: {
        tags,
        summary: 'Declare a resource',
        params: resourceParameters,
        body: resourceDeclarationSchema,
        response,
      },
    },
    async (request, reply) => {
      const { cluster, resource } = request.params;
      const cache = await context.clusters.find(cluster);
      assertModeFields(request.body.mode, request.body);
      const current = await context.store.get(clusterPaths(cluster).idealState(resource));
      const { createOnly, expect } = preconditionOf(request.headers, current);
      if (current === undefined || createOnly) {
        await context.admin.addResource(cluster, resource, request.body);
        void reply.code(201);
      } else {
        const { value } = await context.admin.getResource(cluster, resource);
        assertSameModel(value, request.body.stateModel);
        await context.admin.updateResource(cluster, resource, replacement(value, request.body), { expect });
      }
      return answer(context, cache, resource, reply);
    },
  );
}

function registerPatch(app: App, context: ServerContext): void {
  app.patch(
    `${at}/:resource`,
    {
      schema: {
        tags,
        summary: 'Change a resource',
        params: resourceParameters,
        body: resourcePatchSchema,
        response: { 200: resourceSchema },
      },
    },
    async (request, reply) => {
      const { cluster, resource } = request.params;
      const cache = await context.clusters.find(cluster);
      const current = await context.store.get(clusterPaths(cluster).idealState(resource));
      const { expect } = preconditionOf(request.headers, current);
      const { value } = await context.admin.getResource(cluster, resource);
      assertModeFields(request.body.mode ?? value.mode, request.body);
      const { enabled, ...rest } = request.body;
      if (Object.keys(rest).length > 0)
        await context.admin.updateResource(cluster, resource, patchOf(request.body), { expect });
      else if (enabled !== undefined) await context.admin.enableResource(cluster, resource, enabled, { expect });
      return answer(context, cache, resource, reply);
    },
  );
}

function registerDropAndRebalance(app: App, context: ServerContext): void {
  app.delete(
    `${at}/:resource`,
    { schema: { tags, summary: 'Drop a resource', params: resourceParameters } },
    async (request, reply) => {
      const { cluster, resource } = request.params;
      const cache = await context.clusters.find(cluster);
      const current = await context.store.get(clusterPaths(cluster).idealState(resource));
      const { expect } = preconditionOf(request.headers, current);
      await context.admin.dropResource(cluster, resource, { expect });
      await settle(context, cache, () => !cache.snapshot.idealStates.has(resource));
      return reply.code(204).send();
    },
  );
  app.post(
    `${at}/:resource/rebalance`,
    {
      schema: {
        tags,
        summary: 'Compute the declared placement anew',
        params: resourceParameters,
        body: rebalanceRequestSchema,
        response: { 200: resourceSchema },
      },
    },
    async (request, reply) => {
      const { cluster, resource } = request.params;
      const cache = await context.clusters.find(cluster);
      const current = await context.store.get(clusterPaths(cluster).idealState(resource));
      const { expect } = preconditionOf(request.headers, current);
      const { value } = await context.admin.getResource(cluster, resource);
      if (value.mode === 'CUSTOMIZED')
        throw new KeelsonError(
          'E_INVALID_ARGUMENT',
          `\`${resource}\` is CUSTOMIZED: its placement is yours to declare, with \`instanceStates\`.`,
        );
      // Lists taken back are spread anew.
      const lists = value.mode === 'SEMI_AUTO' ? { preferenceLists: undefined } : {};
      await context.admin.updateResource(cluster, resource, { ...request.body, ...lists }, { expect });
      return answer(context, cache, resource, reply);
    },
  );
}

function assertModeFields(mode: string, body: Pick<ResourcePatch, 'preferenceLists' | 'instanceStates'>): void {
  if (body.preferenceLists !== undefined && mode !== 'SEMI_AUTO')
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      `\`preferenceLists\` belong to SEMI_AUTO; with ${mode} leave them out.`,
    );
  if (body.instanceStates !== undefined && mode !== 'CUSTOMIZED')
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      `\`instanceStates\` belong to CUSTOMIZED; with ${mode} leave them out.`,
    );
}

function assertSameModel(ideal: IdealState, stateModel: string): void {
  if (ideal.stateModel === stateModel) return;
  throw new KeelsonError(
    'E_INVALID_ARGUMENT',
    `\`${ideal.resource}\` has the state model ${ideal.stateModel}, and replicas in its states. Drop the resource to declare it with ${stateModel}.`,
  );
}

/** A declaration in place of another: what it leaves out is taken back, but for being enabled, which is the operator's from day to day. */
function replacement(before: IdealState, declared: ResourceDeclaration): SpecPatch {
  return {
    tag: undefined,
    minActiveReplicas: undefined,
    preferenceLists: undefined,
    instanceStates: undefined,
    enabled: before.enabled,
    ...declared,
  };
}

function patchOf({ tag, minActiveReplicas, ...rest }: ResourcePatch): SpecPatch {
  return {
    ...rest,
    ...(tag === undefined ? {} : { tag: tag ?? undefined }),
    ...(minActiveReplicas === undefined ? {} : { minActiveReplicas: minActiveReplicas ?? undefined }),
  };
}

async function answer(
  context: ServerContext,
  cache: ClusterCache,
  resource: string,
  reply: FastifyReply,
): Promise<Resource> {
  const entry = await settled(context, cache, clusterPaths(cache.name).idealState(resource));
  if (entry !== undefined) void reply.header('etag', entityTag(entry));
  else if (!cache.snapshot.replicas.has(resource)) throw noResource(resource);
  return resourceView(cache.picture(), knownResource(cache, resource));
}
