import { hostname } from 'node:os';
import { createAdmin } from '@keelson/cluster';
import { passwordAuth, startEtcdEndpoint } from '@keelson/etcd-endpoint';
import { KeelsonError, type Runtime } from '@keelson/runtime';
import { registerApi } from './api/register-api.ts';
import type { ClusterSummary } from './api/schemas.ts';
import { ClusterDirectory } from './clusters/cluster-directory.ts';
import { addClusterMetrics } from './clusters/cluster-metrics.ts';
import { ControllerHost } from './clusters/controller-host.ts';
import type { ServerContext, TlsIdentity } from './context.ts';
import { type App, createApp } from './http/app.ts';
import { registerConsole } from './http/console.ts';
import { hostName, isLoopback } from './http/host-guard.ts';
import { meteredStore } from './metrics/metered-store.ts';
import { addStoreMetrics, createServerMetrics } from './metrics/server-metrics.ts';
import { type OpenedStore, openStore } from './open-store.ts';
import { type Credential, parseCredentials } from './security/credentials.ts';
import { assertSafeExposure } from './security/exposure.ts';
import { Shutdown } from './shutdown.ts';
import { clusterSummary } from './views/cluster-view.ts';

/** How a server is started. */
export interface ServerOptions {
  readonly runtime: Runtime;
  /** Version to show. Default `0.0.0`. */
  readonly version?: string;
  /** Host name or address to listen on. Beyond loopback `tls` and `tokens` are required. Default `127.0.0.1`. */
  readonly host?: string;
  /** Port of the HTTP API and console; 0: any free one. Default 0. */
  readonly httpPort?: number;
  /** Port of the etcd v3 API, served where the store is in this process; 0: any free one. Default 0. */
  readonly etcdPort?: number;
  /** Serve the etcd v3 API. Default true. */
  readonly etcdApi?: boolean;
  /** `embedded:` (default), `memory:` (nothing is kept) or `etcd://host:port,…[/prefix]`. */
  readonly store?: string;
  /** Folder of the embedded store. */
  readonly dataDirectory?: string;
  /** Run a controller for every cluster. Default true. */
  readonly controller?: boolean;
  /** Name under which this server stands for election. Default host name and HTTP port. */
  readonly controllerName?: string;
  /** How long this server's leadership outlives its silence, in milliseconds. Shorter hands over sooner after a crash. Default 3,000. */
  readonly controllerSessionTtlMs?: number;
  readonly tls?: TlsIdentity;
  /** Text of a token file: one `user:token` per line. */
  readonly tokens?: string;
  /** Host names besides loopback ones that requests may name. */
  readonly allowedHosts?: readonly string[];
  /** Folder of the built console. */
  readonly consoleDirectory?: string;
}

/** A running server. */
export interface KeelsonServer extends AsyncDisposable {
  /** Address of the HTTP API and console, `http://127.0.0.1:7400`, without a slash at the end. */
  readonly httpAddress: string;
  /** `host:port` of the etcd v3 API; absent where the store is elsewhere. */
  readonly etcdAddress: string | undefined;
  /** What the store is, for people. */
  readonly store: string;
  /** URL at which other processes reach the store; absent where they cannot without credentials. */
  readonly storeUrl: string | undefined;
  /** One cluster at a glance; `undefined` while it is not known. */
  clusterSummary(cluster: string): ClusterSummary | undefined;
  /** Stops in order: no new requests, streams ended, leaderships resigned, etcd API closed, store closed. Idempotent. */
  close(): Promise<void>;
}

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_CONTROLLER_TTL_MS = 3_000;

/**
 * Starts a server. Rejects with `E_INSECURE_LISTENER` where it would listen in the open, `E_ADDRESS_IN_USE` where a port is taken,
 * `E_INVALID_ARGUMENT` for settings that make no sense, and as the store's driver does where that cannot be opened. A rejected start leaves nothing running.
 *
 * @example
 * const server = await startServer({ runtime, dataDirectory: './data', httpPort: 7400, etcdPort: 7401 });
 */
export async function startServer(options: ServerOptions): Promise<KeelsonServer> {
  const credentials = options.tokens === undefined ? [] : parseCredentials(options.tokens);
  const host = options.host ?? DEFAULT_HOST;
  assertSafeExposure({ host, tls: options.tls !== undefined, authenticated: credentials.length > 0 });
  const shutdown = new Shutdown(options.runtime);
  try {
    return await startParts(options, { host, credentials, shutdown });
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

interface Settings {
  readonly host: string;
  readonly credentials: readonly Credential[];
  readonly shutdown: Shutdown;
}

async function startParts(options: ServerOptions, settings: Settings): Promise<KeelsonServer> {
  const { runtime } = options;
  const { shutdown, host } = settings;
  const opened = await openStore({ url: options.store ?? 'embedded:', dataDirectory: options.dataDirectory, runtime });
  shutdown.add('store', () => opened.close());
  const etcdAddress = await hostEtcdApi(opened, options, settings);
  const metrics = createServerMetrics(runtime);
  const store = meteredStore(opened.store, runtime, metrics);
  const controllers = options.controller === false ? undefined : new ControllerHost({ store, runtime });
  const clusters = new ClusterDirectory({
    store,
    runtime,
    leadersPlan: (cluster) => controllers?.controllerOf(cluster)?.plan,
    onEvents: (cluster, events) => {
      for (const { type } of events) metrics.clusterEvents.add({ cluster, type });
    },
    onOpened: (cluster) => controllers?.add(cluster),
    onGone: (cluster) => controllers?.remove(cluster),
  });
  shutdown.add('caches', () => clusters.close());
  addStoreMetrics(metrics.registry, store);
  addClusterMetrics(metrics.registry, clusters, (cluster) => controllers?.controllerOf(cluster)?.leading === true);
  const context = contextOf(options, settings, {
    store,
    clusters,
    metrics,
    ...(controllers === undefined ? {} : { controllers }),
  });
  const port = await serveHttp(context, host, options.httpPort ?? 0);
  shutdown.add('controllers', async () => controllers?.close());
  shutdown.add('http', () => closeApp(port.app, context));
  controllers?.start({
    name: options.controllerName ?? `${hostname()}_${port.number}`,
    sessionTtlMs: options.controllerSessionTtlMs ?? DEFAULT_CONTROLLER_TTL_MS,
  });
  return {
    httpAddress: `${options.tls === undefined ? 'http' : 'https'}://${joinAddress(host, port.number)}`,
    etcdAddress,
    store: opened.description,
    storeUrl: opened.url ?? plainStoreUrl(etcdAddress, options, settings),
    clusterSummary: (cluster) => summaryOf(clusters, cluster),
    close: () => shutdown.run(),
    [Symbol.asyncDispose]: () => shutdown.run(),
  };
}

function contextOf(
  options: ServerOptions,
  { host, credentials, shutdown }: Settings,
  parts: Pick<ServerContext, 'store' | 'clusters' | 'metrics' | 'controllers'>,
): ServerContext {
  const { runtime, tls, consoleDirectory } = options;
  return {
    ...parts,
    runtime,
    credentials,
    admin: createAdmin({ store: parts.store, runtime }),
    version: options.version ?? '0.0.0',
    allowedHosts: allowedHosts(host, options.allowedHosts),
    stopping: shutdown.started,
    ...(tls === undefined ? {} : { tls }),
    ...(consoleDirectory === undefined ? {} : { consoleDirectory }),
  };
}

function summaryOf(clusters: ClusterDirectory, cluster: string): ClusterSummary | undefined {
  const cache = clusters.peek(cluster);
  return cache?.current === true ? clusterSummary(cache.picture()) : undefined;
}

async function hostEtcdApi(
  opened: OpenedStore,
  options: ServerOptions,
  settings: Settings,
): Promise<string | undefined> {
  if (opened.engine === undefined || options.etcdApi === false) return undefined;
  const { host, credentials, shutdown } = settings;
  const port = options.etcdPort ?? 0;
  const endpoint = await startEtcdEndpoint({
    backend: opened.engine,
    runtime: options.runtime,
    host,
    port,
    ...(options.tls === undefined ? {} : { tls: options.tls }),
    ...(credentials.length === 0
      ? {}
      : { auth: passwordAuth(new Map(credentials.map(({ user, token }) => [user, token]))) }),
  }).catch((error: unknown) => {
    throw listenError(error, host, port, '--etcd-port');
  });
  shutdown.add('etcd API', () => endpoint.close());
  return endpoint.address;
}

async function serveHttp(
  context: ServerContext,
  host: string,
  port: number,
): Promise<{ readonly app: App; readonly number: number }> {
  const app = await createApp(context);
  registerApi(app, context);
  await registerConsole(app, context);
  try {
    await app.listen({ host, port });
  } catch (error) {
    await app.close();
    throw listenError(error, host, port, '--http-port');
  }
  const address = app.server.address();
  if (address === null || typeof address === 'string')
    throw new KeelsonError('E_INTERNAL', 'The HTTP server listens nowhere.');
  return { app, number: address.port };
}

function listenError(error: unknown, host: string, port: number, flag: string): unknown {
  const code = (error as { code?: unknown }).code;
  if (code === 'EADDRINUSE' || code === 'E_ADDRESS_IN_USE')
    return new KeelsonError(
      'E_ADDRESS_IN_USE',
      `Another process listens on port ${port} of ${host}. End it, or choose another port with ${flag} (0: any free one).`,
      { cause: error },
    );
  if (code === 'EACCES')
    return new KeelsonError(
      'E_INVALID_ARGUMENT',
      `This user may not listen on port ${port}. Choose one from 1024 with ${flag}.`,
      { cause: error },
    );
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new KeelsonError(
      'E_INVALID_ARGUMENT',
      `This machine has no address ${host}. Give one of its own with --host.`,
      { cause: error },
    );
  return error;
}

/** Longest wait for requests under way when the server stops, in milliseconds. */
const DRAIN_LIMIT_MS = 3_000;

async function closeApp(app: App, { clusters, runtime }: ServerContext): Promise<void> {
  // Streams of events would hold the HTTP server open; those of the store end by `stopping`.
  for (const cache of clusters.all()) cache.endStreams();
  const timer = runtime.timers.after(DRAIN_LIMIT_MS, () => app.server.closeAllConnections(), { background: true });
  await app.close();
  timer.cancel();
}

/** On loopback only loopback names count, and those the operator adds; elsewhere tokens are wanted, and any name will do unless some are given. */
function allowedHosts(host: string, given: readonly string[] | undefined): readonly string[] | undefined {
  const names = given?.map((name) => hostName(name) ?? name.toLowerCase());
  if (isLoopback(host)) return names ?? [];
  return names === undefined ? undefined : [...names, host.toLowerCase()];
}

/** Without credentials and encryption, as neither may stand in a command line. */
function plainStoreUrl(
  etcdAddress: string | undefined,
  options: ServerOptions,
  settings: Settings,
): string | undefined {
  const plain = etcdAddress !== undefined && options.tls === undefined && settings.credentials.length === 0;
  return plain ? `etcd://${etcdAddress}` : undefined;
}

function joinAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
