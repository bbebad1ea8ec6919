/** Where the cluster is kept and who controls it, as real processes. */
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import {
  freePorts,
  requireServer,
  spawnProcess,
  startEtcd,
  startZooKeeper,
  temporaryDirectory,
} from '@keelson/testing';

const program = fileURLToPath(new URL('../../packages/cli/dist/main.js', import.meta.url));

/** Length of a tick of the ZooKeeper below, in milliseconds. */
const TICK_MS = 500;

const hosts = {
  /** The controller in the process of the store. */
  embedded: { here: () => true, open: embedded },
  /** The same store, the controller in another process. */
  endpoint: { here: () => true, open: endpoint },
  etcd: { here: () => requireServer('etcd-3.7'), open: etcd },
  zookeeper: { here: () => requireServer('zookeeper'), open: zookeeper },
};

/** Engines that can be started here. */
export const engines = () => Object.keys(hosts).filter((name) => hosts[name].here());

/** `{ name, storeUrl, lagMs, processes, close() }`: `lagMs` is how long the engine may let a session live past its ttl. */
export async function openHost(engine) {
  const host = hosts[engine];
  if (host === undefined) throw new Error(`There is no engine ${engine}: ${Object.keys(hosts).join(', ')}.`);
  return await host.open();
}

async function server(flags) {
  const args = [program, 'server', '--json', '--session-ttl', '2000', ...flags.map(String)];
  const running = await spawnProcess(process.execPath, args, { name: 'keelson server' });
  await running.lineMatching(/"event":"ready"/, { timeoutMs: 60_000 });
  return running;
}

async function embedded() {
  const folder = await temporaryDirectory('bench-failover');
  const [httpPort, etcdPort] = await freePorts(2);
  const running = await server(['--data-dir', folder.path, '--http-port', httpPort, '--etcd-port', etcdPort]);
  const close = async () => {
    await running.stop();
    await folder.remove();
  };
  const processes = { 'store and controller': running.pid };
  return { name: 'embedded', storeUrl: `etcd://127.0.0.1:${etcdPort}`, lagMs: 0, processes, close };
}

async function endpoint() {
  const folder = await temporaryDirectory('bench-failover');
  const [httpPort, etcdPort] = await freePorts(2);
  const flags = ['--no-controller', '--data-dir', folder.path, '--http-port', httpPort, '--etcd-port', etcdPort];
  const store = await server(flags);
  const stop = async () => {
    await store.stop();
    await folder.remove();
  };
  return await beside('endpoint', { pid: store.pid, stop }, `etcd://127.0.0.1:${etcdPort}`, 0);
}

async function etcd() {
  const started = await startEtcd({ version: '3.7' });
  const [{ clientPort, pid }] = started.members;
  return await beside('etcd', { pid, stop: () => started.stop() }, `etcd://127.0.0.1:${clientPort}`, 500);
}

async function zookeeper() {
  const started = await startZooKeeper({ tickTimeMs: TICK_MS });
  const [{ pid }] = started.members;
  const store = { pid, stop: () => started.stop() };
  return await beside('zookeeper', store, `zookeeper://${started.connectString}/bench`, TICK_MS);
}

async function beside(name, store, storeUrl, lagMs) {
  const [httpPort] = await freePorts(1);
  const controller = await server(['--store', storeUrl, '--http-port', httpPort, '--etcd-port', 0]);
  const close = async () => {
    await controller.stop();
    await store.stop();
  };
  return { name, storeUrl, lagMs, processes: { store: store.pid, controller: controller.pid }, close };
}
