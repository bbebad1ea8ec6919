import { createHash } from 'node:crypto';
import {
  type GrpcHandler,
  type GrpcServer,
  type ServerTls,
  startGrpcServer,
  streamHandler,
  watchService,
} from '@keelson/etcd-protocol';
import type { Runtime } from '@keelson/runtime';
import type { MvccBackend } from '@keelson/store/mvcc';
import { authHandlers, type EtcdAuth, requireToken, TokenTable } from './auth.ts';
import { clusterHandlers } from './cluster-service.ts';
import { defaultLimits, type EndpointContext, MESSAGE_OVERHEAD_BYTES } from './endpoint-context.ts';
import { etcdError } from './etcd-error.ts';
import { kvHandlers } from './kv-service.ts';
import { leaseHandlers } from './lease-service.ts';
import { maintenanceHandlers } from './maintenance-service.ts';
import type { Identity } from './response-header.ts';
import { openWatchStream, type WatchStream } from './watch-stream.ts';

/** What to serve, where, and to whom. */
export interface EtcdEndpointOptions {
  /** The store. The endpoint does not close it. */
  readonly backend: MvccBackend;
  readonly runtime: Runtime;
  /** Address to bind to. Other than loopback only with `tls` and `auth`; whoever starts the endpoint sees to that. */
  readonly host: string;
  /** etcd's own is 2379; 0: any free port. */
  readonly port: number;
  readonly tls?: ServerTls;
  /** Where given, every call but logging in needs the token that logging in gives. */
  readonly auth?: EtcdAuth;
  /** Name of the one member; its ids are made from it. Default `keelson`. */
  readonly name?: string;
  /** Addresses that `MemberList` tells clients. Default: the one bound to. */
  readonly advertiseClientUrls?: readonly string[];
  /** How often a quiet watch that asked for it reports progress, in milliseconds. Default 600,000, etcd's. */
  readonly progressNotifyMs?: number;
  /** Largest request that writes, in bytes. Default 1.5 MiB, etcd's. */
  readonly maxRequestBytes?: number;
  /** Most comparisons, and most operations of one branch, of a transaction. Default 128, etcd's. */
  readonly maxTransactionOperations?: number;
}

/** How many watches an endpoint serves. */
export interface WatchLoad {
  /** Open `Watch` calls. */
  readonly streams: number;
  /** Watches on them. */
  readonly watches: number;
}

/** An endpoint that serves. */
export interface EtcdEndpoint extends AsyncDisposable {
  /** `host:port` as clients dial it. */
  readonly address: string;
  /** The port it really has. */
  readonly port: number;
  /** What clients watch at present. */
  readonly watchLoad: WatchLoad;
  /** Ends streams with etcd's "server stopped", lets calls under way finish (2 s at most), and stops listening. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves the etcd v3 gRPC API from a store in this process. Rejects with `E_ADDRESS_IN_USE` where the port is taken.
 *
 * @example
 * const backend = await openEmbeddedBackend({ directory, runtime });
 * const endpoint = await startEtcdEndpoint({ backend, runtime, host: '127.0.0.1', port: 2379 });
 * // etcdctl --endpoints=127.0.0.1:2379 put greeting hello
 */
export async function startEtcdEndpoint(options: EtcdEndpointOptions): Promise<EtcdEndpoint> {
  const { runtime, host, auth, tls } = options;
  const tokens = new TokenTable(runtime);
  const clientUrls: string[] = [];
  const streams = new Set<WatchStream>();
  const handlers = handlersOf(contextOf(options, clientUrls), options, tokens, streams);
  const server = await startGrpcServer({
    runtime,
    host,
    port: options.port,
    handlers,
    maxMessageBytes: (options.maxRequestBytes ?? defaultLimits.maxRequestBytes) + MESSAGE_OVERHEAD_BYTES,
    ...(tls === undefined ? {} : { tls }),
    ...(auth === undefined ? {} : { authorize: requireToken(tokens) }),
  });
  const address = `${host.includes(':') ? `[${host}]` : host}:${server.port}`;
  clientUrls.push(...(options.advertiseClientUrls ?? [`${tls === undefined ? 'http' : 'https'}://${address}`]));
  return endpointOver(server, address, streams);
}

function endpointOver(server: GrpcServer, address: string, streams: ReadonlySet<WatchStream>): EtcdEndpoint {
  const close = (): Promise<void> => server.close({ error: etcdError('stopped') });
  return {
    address,
    port: server.port,
    get watchLoad() {
      return { streams: streams.size, watches: [...streams].reduce((sum, { size }) => sum + size, 0) };
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function contextOf(options: EtcdEndpointOptions, clientUrls: readonly string[]): EndpointContext {
  const { backend, runtime, name = 'keelson' } = options;
  const identity: Identity = { clusterId: idOf(`cluster ${name}`), memberId: idOf(`member ${name}`), name, clientUrls };
  const limits = {
    maxRequestBytes: options.maxRequestBytes ?? defaultLimits.maxRequestBytes,
    maxTransactionOperations: options.maxTransactionOperations ?? defaultLimits.maxTransactionOperations,
  };
  return { backend, runtime, identity, limits };
}

function handlersOf(
  context: EndpointContext,
  options: EtcdEndpointOptions,
  tokens: TokenTable,
  streams: Set<WatchStream>,
): GrpcHandler[] {
  const { auth, progressNotifyMs = 600_000 } = options;
  return [
    ...kvHandlers(context),
    streamHandler(watchService.watch, (call) => openWatchStream(context, call, progressNotifyMs, streams)),
    ...leaseHandlers(context),
    ...maintenanceHandlers(context),
    ...clusterHandlers(context),
    ...authHandlers(context, auth, tokens),
  ];
}

/** An id that is the same after every restart: 64 bits of a hash, as etcd makes its own. */
function idOf(text: string): bigint {
  return createHash('sha256').update(text).digest().readBigUInt64BE();
}
