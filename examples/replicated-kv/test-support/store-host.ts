import { fileURLToPath } from 'node:url';
import { sleep } from '@keelson/runtime';
import {
  type EtcdServer,
  freePort,
  type ManagedProcess,
  spawnProcess,
  startEtcd,
  startZooKeeper,
  type TemporaryDirectory,
  temporaryDirectory,
  testRuntime,
  type ZooKeeperServer,
} from '@keelson/testing';

const cli = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url));

/** Where the cluster is kept and who controls it, as real processes. */
export interface StoreHost extends AsyncDisposable {
  readonly name: string;
  /** `etcd://host:port` or `zookeeper://host:port` for workers and clients. */
  readonly storeUrl: string;
  /** How long the store may let a session live past its ttl, in milliseconds: a fact of the engine (docs/explanation/failover.md). */
  readonly expiryLagMs: number;
  /** SIGKILL of the store, and of the controller where that is another process; `downMs` milliseconds later (default 0) both again. */
  restart(downMs?: number): Promise<void>;
  /** SIGKILL of the process that runs the controller; then it again. The store itself goes on only where it is another process. */
  restartController(): Promise<void>;
}

/** `keelson server`, on ports that stay its own over restarts. */
async function startServer(flags: readonly string[]): Promise<ManagedProcess> {
  const args = [cli, 'server', '--json', '--session-ttl', '2000', ...flags];
  const server = await spawnProcess(process.execPath, args, { name: 'keelson server' });
  await server.lineMatching(/"event":"ready"/, { timeoutMs: 30_000 });
  return server;
}

/** Our own server with the embedded store: store, etcd API and controller in one process. */
export async function embeddedHost(): Promise<StoreHost> {
  const folder: TemporaryDirectory = await temporaryDirectory('keelson-server');
  const [httpPort, etcdPort] = [await freePort(), await freePort()];
  const flags = ['--data-dir', folder.path, '--http-port', String(httpPort), '--etcd-port', String(etcdPort)];
  let server = await startServer(flags);
  const restart = async (downMs = 0): Promise<void> => {
    await server.kill();
    await sleep(testRuntime, downMs);
    server = await startServer(flags);
  };
  return {
    name: 'the embedded store',
    storeUrl: `etcd://127.0.0.1:${etcdPort}`,
    expiryLagMs: 0,
    restart,
    restartController: restart,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await folder.remove();
    },
  };
}

/** A real etcd, and our server beside it for the controller. */
export async function etcdHost(): Promise<StoreHost> {
  const etcd = await startEtcd({ version: '3.7' });
  const storeUrl = `etcd://127.0.0.1:${etcd.members[0]?.clientPort}`;
  return await beside(etcd, { name: 'etcd', storeUrl, expiryLagMs: 500 });
}

/**
 * A real ZooKeeper, and our server beside it for the controller. Sessions end on a tick, of `tickMs` milliseconds: up to one after their ttl, as there is
 * no follower here whose word reaches the leader later. They last 2 to 20 ticks.
 */
export async function zookeeperHost(tickMs = 500): Promise<StoreHost> {
  const zookeeper = await startZooKeeper({ tickTimeMs: tickMs });
  const storeUrl = `zookeeper://${zookeeper.connectString}/example-store`;
  return await beside(zookeeper, { name: 'ZooKeeper', storeUrl, expiryLagMs: tickMs });
}

/** A store of one member, with our server beside it for the controller. */
async function beside(
  store: Pick<EtcdServer | ZooKeeperServer, 'members' | 'stop'>,
  facts: Pick<StoreHost, 'name' | 'storeUrl' | 'expiryLagMs'>,
): Promise<StoreHost> {
  const [member] = store.members;
  if (member === undefined) throw new Error(`${facts.name} was started without a member`);
  const flags = ['--store', facts.storeUrl, '--http-port', String(await freePort()), '--etcd-port', '0'];
  let server = await startServer(flags);
  const restartController = async (): Promise<void> => {
    await server.kill();
    server = await startServer(flags);
  };
  return {
    ...facts,
    restart: async (downMs = 0) => {
      await member.kill();
      await sleep(testRuntime, downMs);
      await member.restart();
      await restartController();
    },
    restartController,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await store.stop();
    },
  };
}
