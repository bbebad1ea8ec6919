import { clusterPaths, type RoutingTable, type Spectator } from '@keelson/cluster';
import type { Store, StorePath } from '@keelson/store';
import type { Routes } from './kv-client.ts';
import { partitionNames } from './partition-of.ts';
import type { Directory, LiveSessions } from './peers.ts';

/** Field of a worker's live instance record that says where it listens, e.g. `http://127.0.0.1:4711`. */
export const ADDRESS_FIELD = 'KV_ADDRESS';

/** What is asked of a spectator here. */
type RoutingView = Pick<Spectator, 'snapshot' | 'partitionCount' | 'instancesFor' | 'liveInstance'>;

/** The routing table, and the store where only the newest counts, as the replicas' directory. */
export function spectatorDirectory(
  spectator: RoutingView,
  store: Pick<Store, 'get' | 'list'>,
  cluster: string,
  resource: string,
): Directory {
  const paths = clusterPaths(cluster);
  // Asked by every replica that waits, many times for one table.
  let seen: { readonly table: RoutingTable; readonly takingOver: boolean } | undefined;
  let listing: Promise<LiveSessions> | undefined;
  return {
    masterOf: (partition) => spectator.instancesFor(resource, partition, 'MASTER')[0],
    // All partitions that a worker takes over ask in one turn; one answer, asked for after the last of them, is for all.
    liveSessions: () => {
      listing ??= Promise.resolve().then(() => {
        listing = undefined;
        return listLiveSessions(store, paths.liveInstances);
      });
      return listing;
    },
    takingOver: () => {
      const table = spectator.snapshot;
      if (seen?.table !== table) seen = { table, takingOver: lacksMaster(table, resource) };
      return seen.takingOver;
    },
    liveSession: async (instance) => (await store.get(paths.liveInstance(instance)))?.owner,
    addressOf: (instance) => spectator.liveInstance(instance)?.info[ADDRESS_FIELD],
  };
}

async function listLiveSessions(store: Pick<Store, 'list'>, path: StorePath): Promise<LiveSessions> {
  const { entries, revision } = await store.list(path);
  const sessions = entries.flatMap((entry): [string, string][] =>
    entry.owner === undefined ? [] : [[entry.path.slice(path.length + 1), entry.owner]],
  );
  return { sessions: new Map(sessions), revision };
}

function lacksMaster(table: RoutingTable, resource: string): boolean {
  const names = partitionNames(resource, table.partitionCount(resource));
  return names.some((partition) => table.instancesFor(resource, partition, 'MASTER').length === 0);
}

/** The routing table as clients use it. */
export function spectatorRoutes(spectator: RoutingView, resource: string): Routes {
  return {
    partitions: () => spectator.partitionCount(resource),
    masterAddress: (partition) => {
      const master = spectator.instancesFor(resource, partition, 'MASTER')[0];
      return master === undefined ? undefined : spectator.liveInstance(master)?.info[ADDRESS_FIELD];
    },
  };
}
