import { KeelsonError } from '@keelson/runtime';
import type { ClusterCache } from '../../clusters/cluster-cache.ts';
import type { ServerContext } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { resourceMatrix } from '../../views/matrix-view.ts';
import { externalViewDocument, idealStateView } from '../../views/resource-view.ts';
import { externalViewSchema, idealStateViewSchema, matrixSchema } from '../schemas.ts';
import { resourceParameters } from './parameters.ts';

/** What is derived of a resource: `ideal-state`, `external-view`, `matrix`. */
export function registerViewRoutes(app: App, context: ServerContext): void {
  const at = '/api/v1/clusters/:cluster/resources/:resource';
  const tags = ['resources'];
  app.get(
    `${at}/ideal-state`,
    {
      schema: {
        tags,
        summary: 'The declared placement',
        params: resourceParameters,
        response: { 200: idealStateViewSchema },
      },
    },
    async (request) => {
      const cache = await context.clusters.find(request.params.cluster);
      const ideal = cache.snapshot.idealStates.get(request.params.resource);
      if (ideal === undefined) throw noResource(request.params.resource);
      return idealStateView(ideal);
    },
  );
  app.get(
    `${at}/external-view`,
    {
      schema: {
        tags,
        summary: 'Where the replicas are',
        params: resourceParameters,
        response: { 200: externalViewSchema },
      },
    },
    async (request) => {
      const cache = await context.clusters.find(request.params.cluster);
      return externalViewDocument(cache.snapshot, knownResource(cache, request.params.resource));
    },
  );
  app.get(
    `${at}/matrix`,
    {
      schema: {
        tags,
        summary: 'Partitions by instances, for drawing',
        params: resourceParameters,
        response: { 200: matrixSchema },
      },
    },
    async (request) => {
      const cache = await context.clusters.find(request.params.cluster);
      return resourceMatrix(cache.picture(), knownResource(cache, request.params.resource));
    },
  );
}

/** The name, where there is such a resource: declared, dropped but not yet gone, or still published. */
export function knownResource(cache: ClusterCache, resource: string): string {
  const { idealStates, replicas, externalViews } = cache.snapshot;
  if (idealStates.has(resource) || replicas.has(resource) || externalViews.has(resource)) return resource;
  throw noResource(resource);
}

/** There is no resource of that name. */
export function noResource(resource: string): KeelsonError {
  return new KeelsonError(
    'E_NOT_FOUND',
    `There is no resource \`${resource}\` in this cluster. \`keelson resource ls\` lists those there are.`,
  );
}

/** The resource has no partition of that name. */
export function noPartition(resource: string, partition: string): KeelsonError {
  return new KeelsonError(
    'E_NOT_FOUND',
    `Resource \`${resource}\` has no partition \`${partition}\`. They are called \`${resource}_0\` and so on.`,
  );
}
