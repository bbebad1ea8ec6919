import { describe, expect, test } from 'vitest';
import {
  type EtcdServer,
  eventually,
  type PeerNetwork,
  requireServer,
  startEtcd,
  startPeerNetwork,
  startZooKeeper,
  type ZooKeeperServer,
} from './index.ts';

/** Which member says that it leads, of those in `among`. */
async function etcdLeader(etcd: EtcdServer, among: readonly number[]): Promise<number | undefined> {
  const { stdout } = await etcd.etcdctl(['endpoint', 'status', '-w=json', '--command-timeout=2s']);
  const statuses = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as readonly {
    readonly Endpoint: string;
    readonly Status: { readonly leader: number; readonly header: { readonly member_id: number } };
  }[];
  const leading = statuses.filter(({ Status }) => Status.leader === Status.header.member_id);
  return among.find((index) => leading.some(({ Endpoint }) => Endpoint === etcd.endpoints[index]));
}

async function zooKeeperLeader(ensemble: ZooKeeperServer, among: readonly number[]): Promise<number | undefined> {
  for (const index of among) if ((await ensemble.members[index]?.mode()) === 'leader') return index;
  return undefined;
}

const others = (index: number): readonly number[] => [0, 1, 2].filter((one) => one !== index);

/** Cuts the leader off in each way in turn; each time the others choose another one, and the one cut off leads no more once it is back. */
async function checkIsolation(
  network: PeerNetwork,
  leaderOf: (among: readonly number[]) => Promise<number | undefined>,
  followsAll: () => Promise<boolean>,
): Promise<void> {
  for (const way of ['both', 'out'] as const) {
    const before = await eventually('a leader', () => leaderOf([0, 1, 2]), { timeoutMs: 30_000 });
    network.isolate(before, way);
    const after = await eventually('another leader', () => leaderOf(others(before)), { timeoutMs: 30_000 });
    expect(after).not.toBe(before);
    network.restore();
    // Struck again before it is back, two of three would be gone.
    await eventually(
      'the one cut off to follow',
      async () => (await leaderOf([before])) === undefined && followsAll(),
      {
        timeoutMs: 30_000,
      },
    );
  }
}

describe('a leader cut off from its peers, both ways or in what it says, is succeeded', () => {
  test.skipIf(!requireServer('etcd-3.7'))('in etcd', async () => {
    await using network = await startPeerNetwork(3);
    await using etcd = await startEtcd({ members: 3, network });
    expect(network.link(0, 1).connections + network.link(1, 0).connections).toBeGreaterThan(0);
    const healthy = async (): Promise<boolean> => (await etcd.etcdctl(['endpoint', 'health'])).code === 0;
    await checkIsolation(network, (among) => etcdLeader(etcd, among), healthy);
  });

  test.skipIf(!requireServer('zookeeper-3.9'))('in ZooKeeper', async () => {
    await using network = await startPeerNetwork(3);
    await using ensemble = await startZooKeeper({ version: '3.9', servers: 3, network, settings: ['syncLimit=4'] });
    const serving = async (): Promise<boolean> =>
      (await Promise.all(ensemble.members.map((member) => member.mode()))).every((mode) => mode !== undefined);
    await checkIsolation(network, (among) => zooKeeperLeader(ensemble, among), serving);
  });
});
