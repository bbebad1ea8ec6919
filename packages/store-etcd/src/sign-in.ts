import { authService, type GrpcConnection, GrpcStatus, isGrpcError } from '@keelson/etcd-protocol';
import { type CallOptions, KeelsonError } from '@keelson/runtime';

/** Name and password of a user of the etcd cluster. */
export interface EtcdCredentials {
  readonly user: string;
  readonly password: string;
}

/** How servers say that name and password are not those of a user. */
const refusals: ReadonlySet<number> = new Set([
  GrpcStatus.invalidArgument,
  GrpcStatus.unauthenticated,
  GrpcStatus.permissionDenied,
]);

/** The token that one connection sends with its calls. Tokens run out, and a server that was started again has forgotten them all. */
export class SignIn {
  readonly #connection: GrpcConnection;
  readonly #credentials: EtcdCredentials | undefined;
  #token: string | undefined;
  #renewal: Promise<void> | undefined;

  constructor(connection: GrpcConnection, credentials: EtcdCredentials | undefined) {
    this.#connection = connection;
    this.#credentials = credentials;
  }

  /** Headers that say who calls. */
  get metadata(): Readonly<Record<string, string>> {
    return this.#token === undefined ? {} : { token: this.#token };
  }

  /**
   * Fetches a token; calls at the same time share one attempt. Does nothing without credentials, or where the cluster wants none.
   * Rejects with `E_UNAUTHENTICATED` where it does not know this user with this password.
   */
  renew(options: CallOptions): Promise<void> {
    const credentials = this.#credentials;
    if (credentials === undefined) return Promise.resolve();
    this.#renewal ??= this.#authenticate(credentials, options).finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #authenticate({ user, password }: EtcdCredentials, options: CallOptions): Promise<void> {
    try {
      const { token } = await this.#connection.unary(authService.authenticate, { name: user, password }, options);
      this.#token = token;
    } catch (error) {
      if (!isGrpcError(error)) throw error;
      if (refusals.has(error.status)) {
        const text = `etcd does not sign the user ${user} in: ${error.message}`;
        throw new KeelsonError('E_UNAUTHENTICATED', text, { cause: error });
      }
      if (error.status !== GrpcStatus.failedPrecondition) throw error;
      this.#token = undefined; // authentication is not enabled
    }
  }
}
