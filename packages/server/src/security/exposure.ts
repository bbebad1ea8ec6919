import { KeelsonError } from '@keelson/runtime';
import { isLoopback } from '../http/host-guard.ts';

/** What decides whether a server may listen where it is told to. */
export interface Exposure {
  /** Host name or address to listen on. */
  readonly host: string;
  readonly tls: boolean;
  readonly authenticated: boolean;
}

/**
 * Beyond this machine the server listens only with encryption and a token, as whoever reaches it can change every cluster. Throws
 * `E_INSECURE_LISTENER` naming what is missing. On loopback both may be left out.
 */
export function assertSafeExposure(exposure: Exposure): void {
  if (isLoopback(exposure.host.toLowerCase())) return;
  const missing = [
    ...(exposure.tls ? [] : ['--tls-cert', '--tls-key']),
    ...(exposure.authenticated ? [] : ['--token-file']),
  ];
  if (missing.length === 0) return;
  throw new KeelsonError(
    'E_INSECURE_LISTENER',
    `The server will not listen on ${exposure.host} in the open: anybody who reaches it could change every cluster. Give ${missing.join(', ')}, or listen on 127.0.0.1.`,
    { details: { host: exposure.host, missing } },
  );
}
