import { fileURLToPath } from 'node:url';
import { KeelsonError, sleep } from '@keelson/runtime';
import {
  type EtcdServer,
  freePort,
  type ManagedProcess,
  spawnProcess,
  startEtcd,
  startTcpProxy,
  startZooKeeper,
  type TcpProxy,
  temporaryDirectory,
  testRuntime,
} from '@keelson/testing';
import type { FaultEngine, FaultMember } from './engine.ts';

/** Engines that runs can be made on. */
export const engineNames = ['embedded', 'etcd', 'zookeeper'] as const;
export type EngineName = (typeof engineNames)[number];

/** Starts the servers of an engine. */
export function startEngine(name: EngineName): Promise<FaultEngine> {
  if (name === 'embedded') return startEmbedded();
  return name === 'etcd' ? startEtcdCluster() : startZooKeeperEnsemble();
}

const cli = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));
const etcdUrl = (ports: readonly number[]): string => `etcd://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`;

/** Our own server, with the embedded store. */
async function startEmbedded(): Promise<FaultEngine> {
  const folder = await temporaryDirectory('fault-run');
  const [httpPort, etcdPort] = [await freePort(), await freePort()];
  const ports = ['--http-port', String(httpPort), '--etcd-port', String(etcdPort)];
  const args = [cli, 'server', '--json', '--data-dir', folder.path, ...ports];
  let server: ManagedProcess | undefined;
  const restart = async (): Promise<void> => {
    server = await spawnProcess(process.execPath, args, { name: 'keelson server' });
    await server.lineMatching(/"event":"ready"/, { timeoutMs: 60_000 });
  };
  await restart();
  const member: FaultMember = {
    port: etcdPort,
    pause: () => server?.pause(),
    resume: () => server?.resume(),
    kill: async () => void (await server?.kill()),
    restart,
  };
  return {
    name: 'embedded',
    members: [member],
    url: etcdUrl,
    leader: () => Promise.resolve(0),
    expiryLagMs: 50,
    [Symbol.asyncDispose]: async () => {
      await server?.stop();
      await folder.remove();
    },
  };
}

/** What can be done to a process of a server. */
function controls(member: Omit<FaultMember, 'port' | 'peerProxy'>): Omit<FaultMember, 'port' | 'peerProxy'> {
  return {
    pause: () => member.pause(),
    resume: () => member.resume(),
    kill: () => member.kill(),
    restart: () => member.restart(),
  };
}

/** Three servers of ZooKeeper. */
async function startZooKeeperEnsemble(): Promise<FaultEngine> {
  const tickTimeMs = 500;
  const ensemble = await startZooKeeper({ version: '3.9', servers: 3, tickTimeMs });
  return {
    name: 'zookeeper',
    members: ensemble.members.map((member) => ({ ...controls(member), port: member.port })),
    url: (ports) => `zookeeper://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
    leader: async () => {
      const modes = await Promise.all(ensemble.members.map((member) => member.mode()));
      const index = modes.indexOf('leader');
      return index < 0 ? undefined : index;
    },
    expiryLagMs: tickTimeMs,
    [Symbol.asyncDispose]: () => ensemble.stop(),
  };
}

/** Smallest quota in which the runs' own data have room, in bytes. */
const QUOTA_BYTES = 64 * 1_048_576;
const FILLER_BYTES = 1_000_000;

/** Three members of etcd, a proxy in front of each one's peer port. */
async function startEtcdCluster(): Promise<FaultEngine> {
  const peerProxies: TcpProxy[] = [];
  const peerPort = async (port: number): Promise<number> => {
    const proxy = await startTcpProxy(port);
    peerProxies.push(proxy);
    return proxy.port;
  };
  const flags = [`--quota-backend-bytes=${QUOTA_BYTES}`];
  const etcd = await startEtcd({ version: '3.7', members: 3, flags, peerPort });
  const members = etcd.members.map((member, index): FaultMember => {
    const peerProxy = peerProxies[index];
    return { ...controls(member), port: member.clientPort, ...(peerProxy === undefined ? {} : { peerProxy }) };
  });
  return {
    name: 'etcd',
    members,
    url: etcdUrl,
    leader: () => leaderOf(etcd),
    expiryLagMs: 500,
    compact: () => compact(etcd),
    fillDisk: (lastsMs) => fillDisk(etcd, lastsMs),
    [Symbol.asyncDispose]: async () => {
      await etcd.stop();
      for (const proxy of peerProxies) await proxy.close();
    },
  };
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
