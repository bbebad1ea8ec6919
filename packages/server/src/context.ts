import type { ClusterAdmin } from '@keelson/cluster';
import type { Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import type { ClusterDirectory } from './clusters/cluster-directory.ts';
import type { ControllerHost } from './clusters/controller-host.ts';
import type { CoordinationGauges } from './metrics/coordination-gauges.ts';
import type { ServerMetrics } from './metrics/server-metrics.ts';
import type { Credential } from './security/credentials.ts';

/** Certificate chain and private key, PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** What the HTTP API works with. */
export interface ServerContext {
  readonly runtime: Runtime;
  readonly store: Store;
  readonly admin: ClusterAdmin;
  readonly clusters: ClusterDirectory;
  readonly metrics: ServerMetrics;
  readonly coordinationGauges: CoordinationGauges;
  readonly version: string;
  /** Who may use the server; none: everybody who reaches it. */
  readonly credentials: readonly Credential[];
  /** Host names besides loopback ones that the server answers for; `undefined`: any. */
  readonly allowedHosts: readonly string[] | undefined;
  readonly tls?: TlsIdentity;
  /** Folder of the built console. */
  readonly consoleDirectory?: string;
  /** The controllers of this server; absent where it decides nothing. */
  readonly controllers?: ControllerHost;
  /** Trips when the server begins to stop. */
  readonly stopping: AbortSignal;
}
