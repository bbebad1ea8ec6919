import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http2';
import { authService, type GrpcHandler, unaryHandler } from '@keelson/etcd-protocol';
import type { Runtime } from '@keelson/runtime';
import type { EndpointContext } from './endpoint-context.ts';
import { etcdError } from './etcd-error.ts';
import { headerAt } from './response-header.ts';

/** Who may use the endpoint. Everybody it lets in may do everything: users with rights of their own are etcd's, not ours yet. */
export interface EtcdAuth {
  /** Whether this is a user with that password. Takes as long for a wrong answer as for a right one. */
  verify(name: string, password: string): boolean | Promise<boolean>;
}

/**
 * An `EtcdAuth` over a table of names and passwords. Compares digests in constant time, so that answers tell nothing about how
 * much of a password was right.
 *
 * @example
 * await startEtcdEndpoint({ backend, runtime, host, port, tls, auth: passwordAuth(new Map([['keelson', token]])) });
 */
export function passwordAuth(passwords: ReadonlyMap<string, string>): EtcdAuth {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const nobody = digest('');
  return {
    verify: (name, password) => {
      const expected = passwords.get(name);
      const equal = timingSafeEqual(expected === undefined ? nobody : digest(expected), digest(password));
      return equal && expected !== undefined;
    },
  };
}

/** A token ends so many milliseconds after its last use, as etcd's simple tokens do. */
const TOKEN_TTL_MS = 300_000;

/** Tokens handed out by `Authenticate`. They live in memory: after a restart clients ask for new ones, which etcd's clients do by themselves. */
export class TokenTable {
  readonly #runtime: Pick<Runtime, 'clock' | 'random'>;
  readonly #usedAtMs = new Map<string, number>();

  constructor(runtime: Pick<Runtime, 'clock' | 'random'>) {
    this.#runtime = runtime;
  }

  /** A new token. */
  issue(): string {
    const nowMs = this.#runtime.clock.monotonicMs();
    for (const [token, usedAtMs] of this.#usedAtMs) {
      if (nowMs - usedAtMs >= TOKEN_TTL_MS) this.#usedAtMs.delete(token);
    }
    const token = Buffer.from(this.#runtime.random.bytes(24)).toString('base64url');
    this.#usedAtMs.set(token, nowMs);
    return token;
  }

  /** Whether the token holds; using it makes it hold longer. */
  use(token: string): boolean {
    const nowMs = this.#runtime.clock.monotonicMs();
    const usedAtMs = this.#usedAtMs.get(token);
    if (usedAtMs === undefined || nowMs - usedAtMs >= TOKEN_TTL_MS) return false;
    this.#usedAtMs.set(token, nowMs);
    return true;
  }
}

const openPaths: ReadonlySet<string> = new Set([authService.authenticate.path, authService.status.path]);

/** Refuses calls without a token that holds, in etcd's words. */
export function requireToken(tokens: TokenTable): (path: string, metadata: IncomingHttpHeaders) => void {
  return (path, metadata) => {
    if (openPaths.has(path)) return;
    const token = metadata.token ?? metadata.authorization;
    if (typeof token !== 'string') throw etcdError('userEmpty');
    if (!tokens.use(token)) throw etcdError('invalidAuthToken');
  };
}

/** `etcdserverpb.Auth`: who is let in is set where the endpoint is started, so only asking and logging in are here. */
export function authHandlers(
  { backend, identity }: EndpointContext,
  auth: EtcdAuth | undefined,
  tokens: TokenTable,
): readonly GrpcHandler[] {
  return [
    unaryHandler(authService.status, () => ({
      header: headerAt(identity, backend.revision),
      enabled: auth !== undefined,
      authRevision: 1n,
    })),
    unaryHandler(authService.authenticate, async ({ name, password }) => {
      if (auth === undefined) throw etcdError('authNotEnabled');
      if (!(await auth.verify(name, password))) throw etcdError('authFailed');
      return { header: headerAt(identity, backend.revision), token: tokens.issue() };
    }),
  ];
}
