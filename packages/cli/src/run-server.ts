import { createServer } from 'node:net';
import { KeelsonError, onAbort, type Runtime } from '@keelson/runtime';
import type { KeelsonServer } from '@keelson/server';
import { readText } from './command-context.ts';
import { DEFAULT_ETCD_PORT, DEFAULT_HTTP_PORT } from './defaults.ts';
import type { ServerFlags } from './server-options.ts';

/** A server started for a command. */
export interface RunningServer extends KeelsonServer {
  readonly runtime: Runtime;
}

/** How ports that were not given are chosen. */
export interface PortChoice {
  /** Take any free port where the default one is taken, instead of failing. */
  readonly anyIfTaken: boolean;
}

/** Starts a server as the flags say. What it needs is loaded here and not with the command line. */
export async function runServer(
  flags: ServerFlags,
  storeDirectory: string,
  version: string,
  choice: PortChoice,
): Promise<RunningServer> {
  const [{ serverRuntime, startServer }, { consoleDirectory }] = await Promise.all([
    import('@keelson/server'),
    import('@keelson/console'),
  ]);
  const runtime = serverRuntime({ logLevel: flags.logLevel, version });
  const tls = await readTls(flags);
  const httpPort = flags.httpPort ?? (await defaultPort(flags.host, DEFAULT_HTTP_PORT, choice));
  const etcdPort = flags.etcdPort ?? (await defaultPort(flags.host, DEFAULT_ETCD_PORT, choice));
  const server = await startServer({
    runtime,
    version,
    host: flags.host,
    httpPort,
    etcdPort,
    store: flags.store ?? 'embedded:',
    dataDirectory: storeDirectory,
    controller: flags.controller,
    controllerSessionTtlMs: flags.sessionTtl,
    consoleDirectory,
    ...(flags.controllerName === undefined ? {} : { controllerName: flags.controllerName }),
    ...(flags.allowedHost === undefined ? {} : { allowedHosts: flags.allowedHost }),
    ...(tls === undefined ? {} : { tls }),
    ...(flags.tokenFile === undefined ? {} : { tokens: await readText(flags.tokenFile, '--token-file') }),
  });
  return { ...server, runtime };
}

/** Where the etcd API of the store is: the server's own, or that of the etcd it uses; `null` where there is none. */
export function etcdHosts(server: Pick<KeelsonServer, 'etcdAddress' | 'storeUrl'>): string | null {
  const hosts = server.storeUrl === undefined ? null : /^etcds?:\/\/(?:[^@/]*@)?([^/]+)/.exec(server.storeUrl);
  return server.etcdAddress ?? hosts?.[1] ?? null;
}

/** Resolves when the process is asked to stop. */
export function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => void onAbort(signal, () => resolve()));
}

async function readTls(flags: ServerFlags): Promise<{ cert: string; key: string } | undefined> {
  const { tlsCert, tlsKey } = flags;
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new KeelsonError('E_INVALID_ARGUMENT', 'A certificate needs its key: give both --tls-cert and --tls-key.');
  return { cert: await readText(tlsCert, '--tls-cert'), key: await readText(tlsKey, '--tls-key') };
}

async function defaultPort(host: string, port: number, choice: PortChoice): Promise<number> {
  return choice.anyIfTaken && !(await isFree(host, port)) ? 0 : port;
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
