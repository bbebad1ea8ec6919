import { virtualRuntime } from '@keelson/runtime';
import * as schemas from '@keelson/server/schemas';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type * as coordination from '../packages/console/app/api/coordination-types.ts';
import type * as console from '../packages/console/app/api/types.ts';
import { FakeCluster } from '../packages/console/test/fake-cluster.ts';

/** The console is built without the server, so it has its own words for the API. They must stay the server's. */
describe('the console and the server', () => {
  it('mean the same by the bodies of the API', () => {
    expectTypeOf<schemas.ClusterSummary>().toExtend<console.ClusterSummary>();
    expectTypeOf<schemas.Instance>().toExtend<console.Instance>();
    expectTypeOf<schemas.Resource>().toExtend<console.Resource>();
    expectTypeOf<schemas.ResourceMatrix>().toExtend<console.MatrixWire>();
    expectTypeOf<schemas.PartitionExplanation>().toExtend<console.Explanation>();
    expectTypeOf<schemas.ClusterEvent>().toExtend<console.ClusterEvent>();
    expectTypeOf<schemas.StateModel>().toExtend<console.StateModel>();
    expectTypeOf<schemas.LockView>().toExtend<coordination.Lock>();
    expectTypeOf<schemas.ElectionView>().toExtend<coordination.Election>();
    expectTypeOf<schemas.GroupView>().toExtend<coordination.Group>();
    expectTypeOf<schemas.LoggedEventView>().toExtend<coordination.TopicEvent>();
  });

  it("agree on what the console's own tests feed it", () => {
    const { clock } = virtualRuntime({ seed: 1, startWallMs: 1_000_000 });
    const cluster = new FakeCluster({ name: 'demo', instances: 5, partitions: 12, replicas: 3 }, clock);
    cluster.kill('worker-4');
    cluster.setEnabled('worker-5', false, 'new disk', undefined);
    cluster.want(1, 'worker-1', 'SLAVE');
    const answers = [
      [schemas.clusterSummarySchema, cluster.summary()],
      [schemas.instanceListSchema, { instances: cluster.instances() }],
      [schemas.resourceListSchema, { resources: cluster.resources() }],
      [schemas.matrixSchema, cluster.matrix()],
      [schemas.explanationSchema, cluster.explain('kv_1')],
      [schemas.timelineSchema, { events: cluster.events }],
    ] as const;
    for (const [schema, body] of answers) {
      expect(schema.safeParse(body).error).toBeUndefined();
    }
  });
});
