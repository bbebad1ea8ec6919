import { startPeerNetwork, startZooKeeper, type ZooKeeperMember } from '@keelson/testing';
import { type FaultEngine, faultMember, type Holdings } from './engine.ts';

const TICK_MS = 500;

/** Ticks after which a server gives up one that it does not hear: soon enough that a fault of some seconds tells. */
const SYNC_LIMIT = 6;

/** Longest pause between two votes of a server that hears nothing, in milliseconds. ZooKeeper's default is a minute, which a lost vote in the middle of an election then costs. */
const LONGEST_VOTE_PAUSE_MS = 2_000;

/** Three servers of ZooKeeper, and the ways between them. */
export async function startZooKeeperEnsemble(): Promise<FaultEngine> {
  const network = await startPeerNetwork(3);
  const settings = [`syncLimit=${SYNC_LIMIT}`];
  const jvmOptions = [`-Dzookeeper.fastleader.maxNotificationInterval=${LONGEST_VOTE_PAUSE_MS}`];
  const ensemble = await startZooKeeper({
    version: '3.9',
    servers: 3,
    tickTimeMs: TICK_MS,
    network,
    settings,
    jvmOptions,
  });
  const modes = (): Promise<readonly (string | undefined)[]> =>
    Promise.all(ensemble.members.map((member) => member.mode()));
  const members = ensemble.members.map((member) => faultMember(member.port, member));
  return {
    name: 'zookeeper',
    members,
    network,
    url: (ports) => `zookeeper://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
    leader: async () => {
      const index = (await modes()).indexOf('leader');
      return index < 0 ? undefined : index;
    },
    whole: async () => (await modes()).every((mode) => mode !== undefined),
    holdings: () => holdingsOf(ensemble.members),
    expiryLagMs: TICK_MS,
    [Symbol.asyncDispose]: async () => {
      await ensemble.stop();
      await network.close();
    },
  };
}

/** Connections and watches of all servers; sessions and ephemeral nodes, which all of them know, of the first. */
async function holdingsOf(members: readonly ZooKeeperMember[]): Promise<Holdings> {
  const all = await Promise.all(members.map((member) => member.monitor()));
  const sum = (name: string): number => all.reduce((total, one) => total + (one.get(name) ?? 0), 0);
  return {
    connections: sum('zk_num_alive_connections'),
    watches: sum('zk_watch_count'),
    sessions: all[0]?.get('zk_global_sessions') ?? 0,
    'ephemeral nodes': all[0]?.get('zk_ephemerals_count') ?? 0,
  };
}
