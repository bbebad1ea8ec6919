import { KeelsonError, sleep } from '@keelson/runtime';
import { type EtcdServer, startEtcd, startPeerNetwork, testRuntime } from '@keelson/testing';
import { type FaultEngine, faultMember } from './engine.ts';
import { gaugeIn, metricsPage } from './metrics-page.ts';

/** The address of a store for clients that reach members of etcd, or what speaks like it, on these ports. */
export const etcdUrl = (ports: readonly number[]): string =>
  `etcd://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`;

/** How many leases `etcdctl lease list` told of. */
export function leasesIn(stdout: string): number {
  const found = /found (\d+) leases/.exec(stdout)?.[1];
  if (found === undefined) throw new KeelsonError('E_UNAVAILABLE', `No list of leases: ${stdout}`);
  return Number(found);
}

/** Smallest quota in which the runs' own data have room, in bytes. */
const QUOTA_BYTES = 64 * 1_048_576;
const FILLER_BYTES = 1_000_000;

/** History is forgotten after so long, or an hour of it would not fit the quota. */
const KEPT_HISTORY = '5m';

/** Three members of etcd, and the ways between them. */
export async function startEtcdCluster(): Promise<FaultEngine> {
  const network = await startPeerNetwork(3);
  const flags = [
    `--quota-backend-bytes=${QUOTA_BYTES}`,
    '--auto-compaction-mode=periodic',
    `--auto-compaction-retention=${KEPT_HISTORY}`,
  ];
  const etcd = await startEtcd({ version: '3.7', members: 3, flags, network });
  const members = etcd.members.map((member) => faultMember(member.clientPort, member));
  return {
    name: 'etcd',
    members,
    network,
    url: etcdUrl,
    leader: () => leaderOf(etcd),
    whole: () => isWhole(etcd),
    holdings: async () => ({
      leases: leasesIn((await etcd.etcdctl(['lease', 'list'])).stdout),
      watches: await watchesOf(etcd),
    }),
    expiryLagMs: 500,
    compact: () => compact(etcd),
    fillDisk: (lastsMs) => fillDisk(etcd, lastsMs),
    [Symbol.asyncDispose]: async () => {
      await etcd.stop();
      await network.close();
    },
  };
}

/** Watches that the members serve. Rejects where one does not answer. */
async function watchesOf(etcd: EtcdServer): Promise<number> {
  const counts = etcd.members.map(async ({ clientPort }) =>
    gaugeIn(await metricsPage(`http://127.0.0.1:${clientPort}/metrics`), 'etcd_debugging_mvcc_watcher_total'),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

interface EndpointStatus {
  readonly Endpoint: string;
  readonly Status: {
    readonly header: { readonly member_id: number; readonly revision: number };
    readonly leader: number;
  };
}

/** What the members that answer say of themselves. */
async function statuses(etcd: EtcdServer): Promise<readonly EndpointStatus[]> {
  const { stdout } = await etcd.etcdctl(['endpoint', 'status', '-w=json', '--command-timeout=2s'], {
    timeoutMs: 15_000,
  });
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as readonly EndpointStatus[];
  } catch (cause) {
    throw new KeelsonError('E_UNAVAILABLE', 'No member of etcd told its status.', { cause });
  }
}

async function leaderOf(etcd: EtcdServer): Promise<number | undefined> {
  const known = await statuses(etcd).catch(() => []);
  const leading = known.find(({ Status }) => Status.leader === Status.header.member_id);
  const index = etcd.endpoints.indexOf(leading?.Endpoint ?? '');
  return index < 0 ? undefined : index;
}

async function isWhole(etcd: EtcdServer): Promise<boolean> {
  const known = await statuses(etcd).catch(() => []);
  const leaders = new Set(known.map(({ Status }) => Status.leader));
  return known.length === etcd.members.length && leaders.size === 1 && !leaders.has(0);
}

async function compact(etcd: EtcdServer): Promise<void> {
  const revision = Math.max(0, ...(await statuses(etcd).catch(() => [])).map(({ Status }) => Status.header.revision));
  if (revision > 0) await etcd.etcdctl(['compact', String(revision)], { timeoutMs: 15_000 });
}

/** Puts big values until etcd raises its alarm; later takes them away, gives the space back and calls the alarm off, as an operator would. */
async function fillDisk(etcd: EtcdServer, lastsMs: number): Promise<void> {
  const filler = 'x'.repeat(FILLER_BYTES);
  for (let n = 0; n < (2 * QUOTA_BYTES) / FILLER_BYTES; n += 1) {
    const { code } = await etcd.etcdctl(['put', `/filler/${n}`], { input: filler, timeoutMs: 15_000 });
    if (code !== 0) break;
  }
  await sleep(testRuntime, lastsMs);
  const run = async (...args: readonly string[]): Promise<void> =>
    void (await etcd.etcdctl([...args, '--command-timeout=20s'], { timeoutMs: 30_000 }));
  await run('del', '--prefix', '/filler/');
  await compact(etcd);
  await run('defrag');
  await run('alarm', 'disarm');
}
