import { fileURLToPath } from 'node:url';
import {
  etcdctlPath,
  freePort,
  type ManagedProcess,
  runCommand,
  spawnProcess,
  temporaryDirectory,
} from '@keelson/testing';
import type { FaultEngine, FaultMember } from './engine.ts';
import { etcdUrl, leasesIn } from './etcd.ts';
import { gaugeIn, metricsPage } from './metrics-page.ts';

const cli = fileURLToPath(new URL('../../../cli/dist/main.js', import.meta.url));

/** Our own server, with the embedded store. */
export async function startEmbedded(): Promise<FaultEngine> {
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
  const ask = (...args_: readonly string[]) =>
    runCommand(etcdctlPath('3.7'), [`--endpoints=http://127.0.0.1:${etcdPort}`, '--command-timeout=2s', ...args_]);
  return {
    name: 'embedded',
    members: [member],
    url: etcdUrl,
    leader: () => Promise.resolve(0),
    whole: async () => (await ask('endpoint', 'status')).code === 0,
    holdings: async () => ({
      leases: leasesIn((await ask('lease', 'list')).stdout),
      watches: gaugeIn(await metricsPage(`http://127.0.0.1:${httpPort}/metrics`), 'keelson_etcd_watches'),
    }),
    expiryLagMs: 50,
    [Symbol.asyncDispose]: async () => {
      await server?.stop();
      await folder.remove();
    },
  };
}
