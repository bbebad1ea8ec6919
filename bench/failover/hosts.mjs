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

/** Length of a tick of the ZooKeeper below, in milliseconds: it grants at most 20 of them, and supervised no session is to end by itself. */
const TICK_MS = { supervised: 3_000, unsupervised: 500 };

/** Time-out of the controller's own session, in milliseconds: nobody kills it here, and a busy machine is not to depose it. */
const CONTROLLER_TTL_MS = 10_000;

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

/** `{ name, storeUrl, lagMs, processes, syncs?(), close() }`: `lagMs` is how long the engine may let a session live past its ttl, `syncs` how often it has synced its log. */
export async function openHost(engine, { supervised }) {
  const host = hosts[engine];
  if (host === undefined) throw new Error(`There is no engine ${engine}: ${Object.keys(hosts).join(', ')}.`);
  return await host.open(supervised ? TICK_MS.supervised : TICK_MS.unsupervised);
}

async function server(flags) {
  const args = [program, 'server', '--json', '--session-ttl', String(CONTROLLER_TTL_MS), ...flags.map(String)];
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
  const syncs = async () => {
    const page = await (await fetch(`http://127.0.0.1:${clientPort}/metrics`)).text();
    return Number(/^etcd_disk_wal_fsync_duration_seconds_count (\S+)/m.exec(page)?.[1]);
  };
  return await beside('etcd', { pid, stop: () => started.stop(), syncs }, `etcd://127.0.0.1:${clientPort}`, 500);
}

async function zookeeper(tickTimeMs) {
  const started = await startZooKeeper({ tickTimeMs });
  const [member] = started.members;
  const syncs = async () => (await member.monitor()).get('zk_cnt_fsynctime');
  const store = { pid: member.pid, stop: () => started.stop(), syncs };
  return await beside('zookeeper', store, `zookeeper://${started.connectString}/bench`, tickTimeMs);
}

async function beside(name, store, storeUrl, lagMs) {
  const [httpPort] = await freePorts(1);
  const controller = await server(['--store', storeUrl, '--http-port', httpPort, '--etcd-port', 0]);
  const close = async () => {
    await controller.stop();
    await store.stop();
  };
  return {
    name,
    storeUrl,
    lagMs,
    processes: { store: store.pid, controller: controller.pid },
    syncs: store.syncs,
    close,
  };
}
