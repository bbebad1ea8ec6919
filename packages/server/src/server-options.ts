import type { Runtime } from '@keelson/runtime';
import type { ClusterSummary } from './api/schemas.ts';
import type { TlsIdentity } from './context.ts';

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
  /** `embedded:` (default), `memory:` (nothing is kept), `etcd://host:port,…[/prefix]` or `zookeeper://host:port,…[/chroot]`. */
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
