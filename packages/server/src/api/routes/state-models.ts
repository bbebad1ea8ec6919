import { clusterPaths } from '@keelson/cluster';
import { KeelsonError } from '@keelson/runtime';
import type { FastifyReply } from 'fastify';
import type { ClusterCache } from '../../clusters/cluster-cache.ts';
import type { ServerContext } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { entityTag, preconditionOf } from '../../http/etag.ts';
import { stateModelView } from '../../views/state-model-view.ts';
import { byName } from '../../views/wanted.ts';
import { type StateModel, stateModelDeclarationSchema, stateModelListSchema, stateModelSchema } from '../schemas.ts';
import { settle, settled } from '../settle.ts';
import { clusterParameters, modelParameters } from './parameters.ts';

const tags = ['state models'];
const at = '/api/v1/clusters/:cluster/state-models';

/** `…/state-models[/{model}]` */
export function registerStateModelRoutes(app: App, context: ServerContext): void {
  app.get(
    at,
    {
      schema: {
        tags,
        summary: 'The state models of a cluster',
        params: clusterParameters,
        response: { 200: stateModelListSchema },
      },
    },
    async (request) => {
      const { snapshot } = await context.clusters.find(request.params.cluster);
      const models = [...snapshot.stateModels.values()].sort((one, other) => byName(one.name, other.name));
      return { stateModels: models.map(stateModelView) };
    },
  );
  app.get(
    `${at}/:model`,
    { schema: { tags, summary: 'One state model', params: modelParameters, response: { 200: stateModelSchema } } },
    async (request, reply) =>
      answer(context, await context.clusters.find(request.params.cluster), request.params.model, reply),
  );
  const response = { 200: stateModelSchema, 201: stateModelSchema };
  app.put(
    `${at}/:model`,
    {
      schema: {
        tags,
        summary: 'Define a state model',
        params: modelParameters,
        body: stateModelDeclarationSchema,
        response,
      },
    },
    async (request, reply) => {
      const { cluster, model } = request.params;
      const cache = await context.clusters.find(cluster);
      const current = await context.store.get(clusterPaths(cluster).stateModelDefinition(model));
      const { createOnly } = preconditionOf(request.headers, current);
      const expect = current === undefined || createOnly ? undefined : current.version;
      await context.admin.addStateModel(cluster, { name: model, ...request.body }, { expect });
      if (expect === undefined) void reply.code(201);
      return answer(context, cache, model, reply);
    },
  );
  app.delete(
    `${at}/:model`,
    { schema: { tags, summary: 'Drop a state model that no resource uses', params: modelParameters } },
    async (request, reply) => {
      const { cluster, model } = request.params;
      const cache = await context.clusters.find(cluster);
      const current = await context.store.get(clusterPaths(cluster).stateModelDefinition(model));
      const { expect } = preconditionOf(request.headers, current);
      await context.admin.removeStateModel(cluster, model, { expect });
      await settle(context, cache, () => !cache.snapshot.stateModels.has(model));
      return reply.code(204).send();
    },
  );
}

async function answer(
  context: ServerContext,
  cache: ClusterCache,
  model: string,
  reply: FastifyReply,
): Promise<StateModel> {
  const entry = await settled(context, cache, clusterPaths(cache.name).stateModelDefinition(model));
  const definition = cache.snapshot.stateModels.get(model);
  if (entry === undefined || definition === undefined)
    throw new KeelsonError(
      'E_NOT_FOUND',
      `Cluster \`${cache.name}\` has no state model \`${model}\`. \`keelson state-model ls\` lists those there are.`,
    );
  void reply.header('etag', entityTag(entry));
  return stateModelView(definition);
}
