import {
  ClusterConfig,
  clusterPaths,
  createAdmin,
  emptyRecord,
  encodeRecord,
  joinCluster,
  runController,
  type Spectator,
  type StateModelHandler,
  spectate,
} from '@keelson/cluster';
import { faultKinds } from '../fault.ts';
import type { Scenario } from '../simulate.ts';
import type { SimulatedWorld } from '../world.ts';
import { Owners } from './owners.ts';
import { persist } from './persist.ts';

const CLUSTER = 'shop';
const RESOURCE = 'db';
const PARTITIONS = 6;
const REPLICAS = 2;
const TTL_MS = 3_000;
const workers = ['worker-1', 'worker-2', 'worker-3'];
const controllers = ['controller-1', 'controller-2'];
const partitions = Array.from({ length: PARTITIONS }, (_, index) => `${RESOURCE}_${index}`);

/** A whole cluster: controllers, participants and a spectator. Nobody is MASTER of a partition beside another, and in the end all replicas are placed. */
export function clusterScenario(): Scenario {
  return {
    name: 'cluster',
    // What everybody knows comes by watches, and they are quiet most of the time: held ones have to be drawn often to be felt.
    faults: {
      processes: [...workers, ...controllers],
      count: 8,
      kinds: [...faultKinds, 'hold-watches', 'hold-watches', 'hold-watches'],
    },
    durationMs: 40_000,
    restMs: 40_000,
    async begin(world) {
      const owners = new Owners(world);
      const operator = world.connect('operator');
      await declare(operator, world);
      for (const name of controllers)
        world.start(name, async ({ store, runtime }) => {
          const options = { store, cluster: CLUSTER, name, runtime, sessionTtlMs: TTL_MS };
          await persist(runtime, () => runController(options));
          await new Promise(() => {});
        });
      for (const instance of workers)
        world.start(instance, async ({ store, runtime }) => {
          const stateModels = { MasterSlave: handler(world, owners, instance) };
          const options = { store, cluster: CLUSTER, instance, runtime, sessionTtlMs: TTL_MS, stateModels };
          await persist(runtime, () => joinCluster(options));
          await new Promise(() => {});
        });
      return {
        finish: async () => {
          const spectator = await spectate({ store: operator, cluster: CLUSTER, runtime: world.runtime });
          return misplaced(spectator);
        },
      };
    },
  };
}

async function declare(store: Parameters<typeof createAdmin>[0]['store'], world: SimulatedWorld): Promise<void> {
  const admin = createAdmin({ store, runtime: world.runtime });
  await admin.createCluster(CLUSTER);
  const config = new ClusterConfig(emptyRecord(CLUSTER)).withSimple({ allowParticipantAutoJoin: 'true' });
  await store.put(clusterPaths(CLUSTER).clusterConfig, encodeRecord(config.record));
  await admin.addResource(CLUSTER, RESOURCE, {
    partitions: PARTITIONS,
    replicas: REPLICAS,
    stateModel: 'MasterSlave',
    mode: 'FULL_AUTO',
  });
}

function handler(world: SimulatedWorld, owners: Owners, instance: string): StateModelHandler {
  const process = world.process(instance);
  return {
    transition: ({ partition, to, fencingToken, signal }) => {
      const holds = (): boolean => !signal.aborted;
      if (to === 'MASTER') owners.begin(partition, { owner: instance, token: fencingToken, process, holds });
      return Promise.resolve();
    },
  };
}

function misplaced(spectator: Spectator): readonly string[] {
  return partitions.flatMap((name) => {
    const masters = spectator.instancesFor(RESOURCE, name, 'MASTER');
    const slaves = spectator.instancesFor(RESOURCE, name, 'SLAVE');
    if (masters.length === 1 && slaves.length === REPLICAS - 1) return [];
    return [`${name} has ${masters.length} MASTER and ${slaves.length} SLAVE once all is calm`];
  });
}
