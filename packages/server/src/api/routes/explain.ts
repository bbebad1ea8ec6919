import { DROPPED_STATE, explain, type ReplicaExplanation } from '@keelson/cluster';
import { z } from 'zod';
import type { ServerContext } from '../../context.ts';
import type { App } from '../../http/app.ts';
import { type ExplainedReplica, explanationSchema, nameSchema, type PartitionExplanation } from '../schemas.ts';
import { clusterParameters } from './parameters.ts';
import { knownResource, noPartition } from './views.ts';

interface ExplainQuery {
  readonly resource: string;
  readonly partition: string;
}

const explainQuery: z.ZodType<ExplainQuery, ExplainQuery> = z.object({ resource: nameSchema, partition: nameSchema });

/** `…/explain?resource=&partition=` */
export function registerExplainRoute(app: App, context: ServerContext): void {
  app.get(
    '/api/v1/clusters/:cluster/explain',
    {
      schema: {
        tags: ['resources'],
        summary: 'Why the replicas of a partition are where they are',
        params: clusterParameters,
        querystring: explainQuery,
        response: { 200: explanationSchema },
      },
    },
    async (request): Promise<PartitionExplanation> => {
      const cache = await context.clusters.find(request.params.cluster);
      const { resource, partition } = request.query;
      knownResource(cache, resource);
      const { snapshot, plan } = cache.picture();
      const explained = explain(snapshot, resource, partition, { nowMs: context.runtime.clock.wallMs(), plan });
      if (explained === undefined) throw noPartition(resource, partition);
      return {
        resource,
        partition,
        topStateMissing: explained.topStateMissing,
        replicas: explained.replicas.map(replicaView),
        notHere: explained.notHere,
      };
    },
  );
}

function replicaView(replica: ReplicaExplanation): ExplainedReplica {
  const { instance, state, wanted, sinceMs, fencingToken, reason, waitingFor, pending } = replica;
  return {
    instance,
    state: state ?? null,
    wanted: wanted === undefined || wanted === DROPPED_STATE ? null : wanted,
    sinceMs: sinceMs ?? null,
    reason,
    ...(fencingToken === undefined ? {} : { fencingToken: String(fencingToken) }),
    ...(waitingFor === undefined ? {} : { waitingFor }),
    ...(pending === undefined ? {} : { pending }),
  };
}
