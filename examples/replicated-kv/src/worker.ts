import { clusterPaths, joinCluster, spectate } from '@keelson/cluster';
import type { Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { httpPeers, JsonHttpClient } from './http-peers.ts';
import { InSyncStore } from './in-sync-store.ts';
import { type NodeContext, ReplicaHandler } from './replica-handler.ts';
import { Replicas } from './replicas.ts';
import { ADDRESS_FIELD, spectatorDirectory } from './spectator-directory.ts';
import { serveWorker } from './worker-server.ts';

/** How a worker is started. */
export interface WorkerOptions {
  readonly store: Store;
  readonly cluster: string;
  readonly resource: string;
  readonly instance: string;
  /** Folder of its own, for its replicas. */
  readonly dataDirectory: string;
  /** Port of its HTTP server on 127.0.0.1; 0 for any. */
  readonly port: number;
  /** How long its session outlives silence, in milliseconds. */
  readonly sessionTtlMs: number;
  readonly runtime: Runtime;
}

/** A running worker. */
export interface Worker {
  readonly address: string;
  /** Leaves the cluster in order, then stops serving. */
  close(): Promise<void>;
}

/** A call between workers is given up after this long and tried again. */
const PEER_TIMEOUT_MS = 1_000;

/** Starts one node of the key-value store: opens its data, serves HTTP, then joins the cluster. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { store, cluster, resource, instance, runtime } = options;
  const replicas = await Replicas.open(options.dataDirectory);
  const spectator = await spectate({ store, cluster, runtime });
  const http = new JsonHttpClient(runtime, PEER_TIMEOUT_MS);
  const node: NodeContext = {
    instance,
    replicas,
    peers: httpPeers(http),
    directory: spectatorDirectory(spectator, store, cluster, resource),
    inSync: new InSyncStore(store, runtime, cluster, resource),
    runtime,
    masters: new Map(),
    resourceExists: async () => (await store.get(clusterPaths(cluster).idealState(resource))) !== undefined,
  };
  const partitions = (): number | undefined => spectator.partitionCount(resource) || undefined;
  const { server, address } = await serveWorker({ node, resource, partitions, port: options.port });
  const participant = await joinCluster({
    store,
    cluster,
    instance,
    runtime,
    sessionTtlMs: options.sessionTtlMs,
    autoJoin: true,
    info: { [ADDRESS_FIELD]: address },
    stateModels: { MasterSlave: (_resource, partition) => new ReplicaHandler(node, partition) },
  });
  return {
    address,
    async close() {
      await participant.close();
      server.close();
      server.closeAllConnections();
      http.close();
      await spectator.close();
      await replicas.close();
    },
  };
}
