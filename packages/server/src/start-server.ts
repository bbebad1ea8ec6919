import { hostname } from 'node:os';
import { createAdmin } from '@keelson/cluster';
import { meteredStore } from '@keelson/coordination';
import type { EtcdEndpoint } from '@keelson/etcd-endpoint';
import type { ClusterSummary } from './api/schemas.ts';
import { ClusterDirectory } from './clusters/cluster-directory.ts';
import { addClusterMetrics } from './clusters/cluster-metrics.ts';
import { ControllerHost } from './clusters/controller-host.ts';
import type { ServerContext } from './context.ts';
import { hostEtcdApi } from './host-etcd-api.ts';
import { hostName, isLoopback } from './http/host-guard.ts';
import { serveHttp } from './http/serve-http.ts';
import { CoordinationGauges } from './metrics/coordination-gauges.ts';
import { addEtcdApiMetrics, addStoreMetrics, createServerMetrics } from './metrics/server-metrics.ts';
import { type OpenedStore, openStore } from './open-store.ts';
import { type Credential, parseCredentials } from './security/credentials.ts';
import { assertSafeExposure } from './security/exposure.ts';
import { assertUsableIdentity } from './security/tls-identity.ts';
import type { KeelsonServer, ServerOptions } from './server-options.ts';
import { Shutdown } from './shutdown.ts';
import { clusterSummary } from './views/cluster-view.ts';

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
  if (options.tls !== undefined) assertUsableIdentity(options.tls);
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
  const etcdApi = await serveEtcdApi(opened, options, settings);
  const etcdAddress = etcdApi?.address;
  const metrics = createServerMetrics(runtime);
  const store = meteredStore(opened.store, { runtime, meter: metrics.meter });
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
  addEtcdApiMetrics(metrics.registry, () => etcdApi?.watchLoad);
  addClusterMetrics(metrics.registry, clusters, (cluster) => controllers?.controllerOf(cluster)?.leading === true);
  const context = contextOf(options, settings, {
    store,
    clusters,
    metrics,
    coordinationGauges: new CoordinationGauges(metrics.registry, opened.store, runtime),
    ...(controllers === undefined ? {} : { controllers }),
  });
  const http = await serveHttp(context, host, options.httpPort ?? 0);
  shutdown.add('controllers', async () => controllers?.close());
  shutdown.add('http', () => http.close());
  controllers?.start({
    name: options.controllerName ?? `${hostname()}_${http.port}`,
    sessionTtlMs: options.controllerSessionTtlMs ?? DEFAULT_CONTROLLER_TTL_MS,
  });
  return {
    httpAddress: `${options.tls === undefined ? 'http' : 'https'}://${joinAddress(host, http.port)}`,
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
  parts: Pick<ServerContext, 'store' | 'clusters' | 'metrics' | 'coordinationGauges' | 'controllers'>,
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

async function serveEtcdApi(
  opened: OpenedStore,
  options: ServerOptions,
  { host, credentials, shutdown }: Settings,
): Promise<EtcdEndpoint | undefined> {
  const { engine } = opened;
  if (engine === undefined || options.etcdApi === false) return undefined;
  const { runtime, tls, etcdPort: port = 0 } = options;
  const endpoint = await hostEtcdApi({ engine, runtime, host, port, tls, credentials });
  shutdown.add('etcd API', () => endpoint.close());
  return endpoint;
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
