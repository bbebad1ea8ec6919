import { mkdir, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { eventually } from './eventually.ts';
import { freePorts } from './free-port.ts';
import type { NetworkPeer, PeerNetwork } from './peer-network.ts';
import { type ManagedProcess, spawnProcess } from './process.ts';
import { serverFile } from './servers.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/**
 * A server that has run for a day has compiled what it runs often. One that was started a moment ago spends three times the processor time of its requests on
 * that, on the same few cores as whatever is tested: so it compiles quickly instead of well, and has one collector instead of one per core.
 */
const JVM_OPTIONS = ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'] as const;

/** Which ZooKeeper to start. */
export interface ZooKeeperOptions {
  /** `3.8`: Debian's; `3.9`: the newest, from Maven Central. Default `3.8`. */
  readonly version?: '3.8' | '3.9';
  /** Servers of the ensemble; default 1. */
  readonly servers?: 1 | 3;
  /** Length of a tick, in milliseconds: sessions expire on a tick's end and last 2 to 20 ticks. Default 500. */
  readonly tickTimeMs?: number;
  /** Further lines of every server's configuration, for example `extendedTypesEnabled=true`. */
  readonly settings?: readonly string[];
  /** Further options of every server's JVM, for example `-Djava.security.auth.login.config=…`. */
  readonly jvmOptions?: readonly string[];
  /** Also listen with TLS, by this PEM file of key and certificate; clients need no certificate of their own. */
  readonly tlsKeyStore?: string;
  /** The network through which servers of an ensemble reach each other; default: directly. */
  readonly network?: PeerNetwork;
}

/** One ZooKeeper process. */
export interface ZooKeeperMember {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  readonly port: number;
  /** `127.0.0.1:PORT` of the port with TLS; empty where none was asked for. */
  readonly secureAddress: string;
  readonly pid: number;
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
  /** Starts it again on its own data and port and waits until it serves. */
  restart(): Promise<void>;
  /** What it says it is: `leader`, `follower`, `standalone`; `undefined` where it does not answer. */
  mode(): Promise<string | undefined>;
  /** What it tells of itself in numbers, by ZooKeeper's names, as `zk_watch_count`. Rejects where it does not answer. */
  monitor(): Promise<ReadonlyMap<string, number>>;
}

/** A running ZooKeeper, or an ensemble. Its data go with it. */
export interface ZooKeeperServer extends AsyncDisposable {
  /** `127.0.0.1:PORT[,…]`, as ZooKeeper clients take it. */
  readonly connectString: string;
  /** Folder of the first server's data and transaction log. */
  readonly dataDirectory: string;
  readonly members: readonly ZooKeeperMember[];
  stop(): Promise<void>;
}

/** Starts ZooKeeper on free ports of 127.0.0.1 with an empty data folder, and waits until every server serves. */
export async function startZooKeeper(options: ZooKeeperOptions = {}): Promise<ZooKeeperServer> {
  const { version = '3.8', servers: size = 1, tickTimeMs = 500, settings = [], jvmOptions = [] } = options;
  const { tlsKeyStore, network } = options;
  const folder = await temporaryDirectory('zookeeper');
  const ports = await freePorts(size * 4);
  const ensemble =
    size === 1
      ? []
      : Array.from({ length: size }, (_, i) => {
          const host = network?.peers[i]?.host ?? '127.0.0.1';
          return `server.${i + 1}=${host}:${ports[i * 4 + 1]}:${ports[i * 4 + 2]}`;
        });
  // A server listens where it says it is, and it is not there.
  if (network !== undefined) ensemble.push('quorumListenOnAllIPs=true');
  const members = Array.from({ length: size }, (_, index) =>
    runnableServer({
      id: index + 1,
      version,
      port: ports[index * 4] ?? 0,
      securePort: tlsKeyStore === undefined ? undefined : ports[index * 4 + 3],
      folder: join(folder.path, `s${index + 1}`),
      tickTimeMs,
      lines: [...ensemble, ...settings, ...(tlsKeyStore === undefined ? [] : tlsLines(tlsKeyStore))],
      jvmOptions: [...jvmOptions, ...socksOptions(network?.peers[index])],
    }),
  );
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
  return {
    connectString: members.map((member) => member.address).join(','),
    dataDirectory: join(folder.path, 's1'),
    members,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface ServerPlan {
  readonly id: number;
  readonly version: '3.8' | '3.9';
  readonly port: number;
  readonly securePort: number | undefined;
  readonly folder: string;
  readonly tickTimeMs: number;
  /** Lines of the configuration beyond the usual. */
  readonly lines: readonly string[];
  readonly jvmOptions: readonly string[];
}

/** Java's sockets ask through the proxy that these name. */
function socksOptions(peer: NetworkPeer | undefined): readonly string[] {
  return peer === undefined ? [] : ['-DsocksProxyHost=127.0.0.1', `-DsocksProxyPort=${peer.socksPort}`];
}

/** TLS is for Netty to do; the server's key lies in a PEM file, and clients may come without a certificate. */
function tlsLines(keyStore: string): string[] {
  return [
    'serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory',
    `ssl.keyStore.location=${keyStore}`,
    'ssl.keyStore.type=PEM',
    `ssl.trustStore.location=${keyStore}`,
    'ssl.trustStore.type=PEM',
    'ssl.clientAuth=none',
  ];
}

/** Where Java finds the server's classes. */
function classPath(version: '3.8' | '3.9'): string {
  return version === '3.8' ? serverFile('zookeeper', 'jar') : join(serverFile('zookeeper-3.9', 'lib'), '*');
}

function runnableServer(plan: ServerPlan): ZooKeeperMember {
  let running: ManagedProcess | undefined;
  const kill = async (): Promise<void> => void (await running?.kill());
  return {
    address: `127.0.0.1:${plan.port}`,
    port: plan.port,
    secureAddress: plan.securePort === undefined ? '' : `127.0.0.1:${plan.securePort}`,
    get pid() {
      return running?.pid ?? 0;
    },
    pause: () => running?.pause(),
    resume: () => running?.resume(),
    kill,
    mode: () => modeOf(plan.port).catch(() => undefined),
    monitor: async () => {
      const lines = (await fourLetterWord(plan.port, 'mntr')).split('\n').map((line) => line.split('\t'));
      return new Map(lines.map(([name = '', value]) => [name, Number(value)]));
    },
    restart: async () => {
      await kill();
      const configuration = await writeConfiguration(plan);
      const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
      running = await spawnProcess(
        serverFile('zookeeper', 'java'),
        [...JVM_OPTIONS, ...plan.jvmOptions, '-cp', classPath(plan.version), main, configuration],
        { name: 'ZooKeeper', cwd: plan.folder },
      );
      await awaitServing(plan, running);
    },
  };
}

async function writeConfiguration(plan: ServerPlan): Promise<string> {
  await mkdir(plan.folder, { recursive: true });
  await writeFile(join(plan.folder, 'myid'), `${plan.id}\n`);
  const path = join(plan.folder, 'zoo.cfg');
  const lines = [
    `tickTime=${plan.tickTimeMs}`,
    'initLimit=20',
    // A setting given twice counts as it was given last.
    'syncLimit=10',
    `dataDir=${plan.folder}`,
    `clientPort=${plan.port}`,
    'clientPortAddress=127.0.0.1',
    'admin.enableServer=false',
    'maxClientCnxns=0',
    '4lw.commands.whitelist=*',
    ...(plan.securePort === undefined ? [] : [`secureClientPort=${plan.securePort}`]),
    ...plan.lines,
  ];
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

async function awaitServing(plan: ServerPlan, server: ManagedProcess): Promise<void> {
  const outcome = await eventually(
    `ZooKeeper on port ${plan.port} to serve`,
    async () => {
      if (!server.running) return 'ended';
      return (await modeOf(plan.port)) === undefined ? undefined : 'serving';
    },
    { timeoutMs: 90_000, everyMs: 50 },
  );
  if (outcome === 'ended') throw new Error(`ZooKeeper ended while it was starting: ${server.stderr()}`);
}

async function modeOf(port: number): Promise<string | undefined> {
  return /Mode: (\w+)/.exec(await fourLetterWord(port, 'srvr'))?.[1];
}

/** Sends one of ZooKeeper's four-letter commands and gives the whole answer. */
function fourLetterWord(port: number, word: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = createConnection({ port, host: '127.0.0.1', timeout: 1_000 }, () => socket.write(word));
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.once('timeout', () => socket.destroy(new Error(`no answer to ${word}`)));
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
  });
}
