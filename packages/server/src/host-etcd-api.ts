import { type EtcdEndpoint, passwordAuth, startEtcdEndpoint } from '@keelson/etcd-endpoint';
import type { Runtime } from '@keelson/runtime';
import type { MvccBackend } from '@keelson/store/mvcc';
import type { TlsIdentity } from './context.ts';
import { listenError } from './listen-error.ts';
import type { Credential } from './security/credentials.ts';

/** Where and to whom the etcd API is served. */
export interface EtcdApiOptions {
  readonly engine: MvccBackend;
  readonly runtime: Runtime;
  readonly host: string;
  readonly port: number;
  readonly tls: TlsIdentity | undefined;
  /** None: everybody who reaches it. */
  readonly credentials: readonly Credential[];
}

/** Serves the etcd v3 API from the engine in this process. Rejects as `serveHttp` does where it cannot listen. */
export async function hostEtcdApi(options: EtcdApiOptions): Promise<EtcdEndpoint> {
  const { engine, runtime, host, port, tls, credentials } = options;
  const passwords = new Map(credentials.map(({ user, token }) => [user, token]));
  try {
    return await startEtcdEndpoint({
      backend: engine,
      runtime,
      host,
      port,
      ...(tls === undefined ? {} : { tls }),
      ...(credentials.length === 0 ? {} : { auth: passwordAuth(passwords) }),
    });
  } catch (error) {
    throw listenError(error, host, port, '--etcd-port');
  }
}
