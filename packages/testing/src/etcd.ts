import { join } from 'node:path';
import { withDeadline } from '@keelson/runtime';
import { eventually, testRuntime } from './eventually.ts';
import { freePorts } from './free-port.ts';
import type { NetworkPeer, PeerNetwork } from './peer-network.ts';
import { type CommandResult, type ManagedProcess, runCommand, spawnProcess } from './process.ts';
import { etcdctlPath, serverFile } from './servers.ts';
import { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.ts';

/** Which etcd to start, and how. */
export interface EtcdOptions {
  /** `3.7`: built through Go; `3.4`: Debian's. Default `3.7`. */
  readonly version?: '3.7' | '3.4';
  /** Members of the cluster; default 1. */
  readonly members?: 1 | 3;
  /** Further flags for every member, for example `--cert-file=…`; `--cert-file` makes the client addresses https. */
  readonly flags?: readonly string[];
  /** The network through which members reach each other; default: directly. */
  readonly network?: PeerNetwork;
}

/** One etcd process; `pause`, `kill` and `restart` make the faults of tests. */
export interface EtcdMember {
  /** `http://127.0.0.1:PORT` (https where flags say so), as etcd drivers take it. */
  readonly endpoint: string;
  readonly clientPort: number;
  readonly pid: number;
  /** SIGSTOP, and no thread of it runs any more: the port still accepts connections, nothing answers. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL; its data stay. */
  kill(): Promise<void>;
  /** Starts it again on its own data and ports (kills it first where it runs) and waits until it is healthy. */
  restart(): Promise<void>;
}

/** A running etcd, or a cluster of them. Its data go with it. */
export interface EtcdServer extends AsyncDisposable {
  readonly version: '3.7' | '3.4';
  readonly endpoints: readonly string[];
  readonly members: readonly EtcdMember[];
  /** Runs the etcdctl of this version against all members. */
  etcdctl(
    args: readonly string[],
    options?: { readonly input?: string; readonly timeoutMs?: number },
  ): Promise<CommandResult>;
  stop(): Promise<void>;
}

/**
 * Starts etcd on free ports of 127.0.0.1 with an empty data folder, and waits until every member is healthy.
 *
 * @example
 * await using etcd = await startEtcd({ version: '3.7' });
 * const store = await connectEtcd({ endpoints: etcd.endpoints });
 */
export async function startEtcd(options: EtcdOptions = {}): Promise<EtcdServer> {
  const { version = '3.7', members: size = 1, flags = [] } = options;
  const binary = serverFile(`etcd-${version}`, 'etcd');
  const folder = await temporaryDirectory('etcd');
  const scheme = flags.some((flag) => flag.startsWith('--cert-file')) ? 'https' : 'http';
  const ports = await freePorts(size * 3);
  const plans = Array.from({ length: size }, (_, index) =>
    planMember(index, scheme, ports, folder, options.network?.peers[index]),
  );
  const initialCluster = plans.map((plan) => `${plan.name}=${plan.toldPeerUrl}`).join(',');
  const members = plans.map((plan) => runnableMember(binary, plan, initialCluster, flags));
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.kill()));
    await folder.remove();
  };
  try {
    await Promise.all(members.map((member) => member.restart()));
  } catch (error) {
    await stop();
    throw error;
  }
  const endpoints = members.map((member) => member.endpoint);
  return {
    version,
    endpoints,
    members,
    etcdctl: (args, run = {}) =>
      runCommand(etcdctlPath(version), [`--endpoints=${endpoints.join(',')}`, ...args], {
        env: { ETCDCTL_API: '3' },
        ...run,
      }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface MemberPlan {
  readonly name: string;
  readonly clientPort: number;
  readonly clientUrl: string;
  readonly peerUrl: string;
  /** Where its peers are told to find it. */
  readonly toldPeerUrl: string;
  readonly metricsUrl: string;
  readonly dataDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
}

function planMember(
  index: number,
  scheme: string,
  ports: readonly number[],
  folder: TemporaryDirectory,
  peer: NetworkPeer | undefined,
): MemberPlan {
  const [clientPort = 0, peerPort = 0, metricsPort = 0] = ports.slice(index * 3, index * 3 + 3);
  const name = `m${index + 1}`;
  return {
    name,
    clientPort,
    clientUrl: `${scheme}://127.0.0.1:${clientPort}`,
    peerUrl: `http://127.0.0.1:${peerPort}`,
    toldPeerUrl: `http://${peer?.host ?? '127.0.0.1'}:${peerPort}`,
    // Health is asked on an address of its own, so that it needs no client certificate.
    metricsUrl: `http://127.0.0.1:${metricsPort}`,
    dataDirectory: join(folder.path, name),
    // etcd asks its peers as Go's HTTP client does: through the proxy that the environment names.
    environment: peer === undefined ? {} : { HTTP_PROXY: `socks5://127.0.0.1:${peer.socksPort}` },
  };
}

function memberFlags(plan: MemberPlan, initialCluster: string): readonly string[] {
  return [
    `--name=${plan.name}`,
    `--data-dir=${plan.dataDirectory}`,
    `--listen-client-urls=${plan.clientUrl}`,
    `--advertise-client-urls=${plan.clientUrl}`,
    `--listen-peer-urls=${plan.peerUrl}`,
    `--initial-advertise-peer-urls=${plan.toldPeerUrl}`,
    `--listen-metrics-urls=${plan.metricsUrl}`,
    `--initial-cluster=${initialCluster}`,
    '--log-level=error',
  ];
}

function runnableMember(
  binary: string,
  plan: MemberPlan,
  initialCluster: string,
  flags: readonly string[],
): EtcdMember {
  let running: ManagedProcess | undefined;
  const kill = async (): Promise<void> => void (await running?.kill());
  return {
    endpoint: plan.clientUrl,
    clientPort: plan.clientPort,
    get pid() {
      return running?.pid ?? 0;
    },
    pause: () => running?.pause(),
    resume: () => running?.resume(),
    kill,
    restart: async () => {
      await kill();
      running = await spawnProcess(binary, [...memberFlags(plan, initialCluster), ...flags], {
        name: 'etcd',
        env: plan.environment,
      });
      await awaitHealthy(plan, running);
    },
  };
}

async function awaitHealthy(plan: MemberPlan, member: ManagedProcess): Promise<void> {
  const outcome = await eventually(
    `etcd ${plan.name} on port ${plan.clientPort} to be healthy`,
    async () => {
      if (!member.running) return 'ended';
      const answer = await withDeadline(testRuntime, {}, 1_000, async (signal) =>
        (await fetch(`${plan.metricsUrl}/health`, { signal })).text(),
      );
      return /"health":\s*"?true/.test(answer) ? 'healthy' : undefined;
    },
    { timeoutMs: 30_000, everyMs: 20 },
  );
  if (outcome === 'ended') throw new Error(`etcd ended while it was starting: ${member.stderr()}`);
}
