import type { CallOptions, Runtime } from '@keelson/runtime';
import { KeelsonError } from '@keelson/runtime';
import type { ServerAddress } from './connect-string.ts';
import type { ZooKeeperTls } from './connection/channel.ts';
import type { AuthInfo } from './connection/handshake.ts';
import type { SaslUser } from './connection/sasl-digest-md5.ts';
import type { LinkOptions, SessionCredentials } from './session/session-link.ts';

/** How a client is set up. */
export interface ZooKeeperClientOptions {
  /** `host[:port][,host[:port]…][/chroot]`. */
  readonly connectString: string;
  /** How long the session outlives silence, in milliseconds. The server grants 2 to 20 of its ticks: read `sessionTimeoutMs`. Default 10,000. */
  readonly sessionTimeoutMs?: number;
  /** What follows an expiry: `end`, the client's end (for owners of ephemeral nodes), or `renew`, a new session, told by `onConnection`. Default `end`. */
  readonly onExpired?: 'end' | 'renew';
  /** A session to take up instead of opening one; it ends the client where it has expired and `onExpired` is `end`. */
  readonly session?: SessionCredentials;
  /** Given, servers are spoken to over TLS (their `secureClientPort`). */
  readonly tls?: ZooKeeperTls;
  /** Credentials added to every connection, such as `{ scheme: 'digest', auth: 'user:password' }`. */
  readonly auth?: readonly AuthInfo[];
  /** A user to sign in by SASL DIGEST-MD5. */
  readonly sasl?: SaslUser;
  /** Largest request, in bytes: the servers' `jute.maxbuffer`. Larger ones are refused before they are sent (`E_TOO_LARGE`); a server would break the connection. Default 1,048,575. */
  readonly maxRequestBytes?: number;
  /** Largest reply taken, in bytes. Default 67,108,864: listings of large directories are not limited by servers. */
  readonly maxResponseBytes?: number;
  /**
   * How `catchUp` is made. `sync`, the default: by `sync` at followers and by a place in the order of writes at the leader. A leader that has been cut off
   * together with a follower answers that one's `sync` for up to `syncLimit` ticks, which takes five servers. `quorum`: always by a place in the order of
   * writes, also right there, and behind a load balancer that takes each connection to another server.
   */
  readonly exactReads?: 'sync' | 'quorum';
  /** Default: the system's. */
  readonly runtime?: Runtime;
}

/** What `connectZooKeeper` takes: `timeoutMs` is the longest wait for a session, default 5,000. */
export interface ConnectZooKeeperOptions extends ZooKeeperClientOptions, CallOptions {}

/** ZooKeeper's default of `jute.maxbuffer`, in bytes. */
export const DEFAULT_MAX_REQUEST_BYTES = 0xf_ffff;

const MAX_TIMEOUT_MS = 0x7fff_ffff;

/** The options with defaults. Throws `E_INVALID_ARGUMENT`. */
export function linkOptionsOf(
  options: ZooKeeperClientOptions,
  servers: readonly ServerAddress[],
  runtime: Runtime,
): LinkOptions {
  const { sessionTimeoutMs = 10_000 } = options;
  if (!(sessionTimeoutMs > 0))
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      `sessionTimeoutMs must be a positive number, not ${sessionTimeoutMs}.`,
    );
  return {
    servers,
    sessionTimeoutMs: Math.min(MAX_TIMEOUT_MS, Math.ceil(sessionTimeoutMs)),
    maxRequestBytes: options.maxRequestBytes ?? DEFAULT_MAX_REQUEST_BYTES,
    onExpired: options.onExpired ?? 'end',
    session: options.session,
    handshake: {
      runtime,
      tls: options.tls,
      auth: options.auth ?? [],
      sasl: options.sasl,
      maxResponseBytes: options.maxResponseBytes ?? 64 * 1024 * 1024,
    },
  };
}
