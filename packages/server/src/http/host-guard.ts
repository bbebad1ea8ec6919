import { KeelsonError } from '@keelson/runtime';

/** What the guard reads of a request. */
export interface GuardedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Which requests a server takes, by where they say they come from. */
export interface HostGuardOptions {
  /** Host names that may stand in `Host`, besides loopback names and addresses; `undefined`: any. */
  readonly allowedHosts: readonly string[] | undefined;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The host part of `host` or `host:port`, lower case, without brackets and final dot; `undefined` where it is malformed. */
export function hostName(host: string): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:/?#@[\]]+))(?::\d{1,5})?$/i.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, '');
}

/** Whether a host name or address can only mean this machine. */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}

/**
 * Throws `E_FORBIDDEN` for requests a foreign web page may have caused:
 * - a `Host` that is not ours: a name the page's owner points at this machine (DNS rebinding);
 * - a write whose `Origin` is not the page we served, or that the browser marks as cross-site (request forgery).
 * Clients other than browsers send neither `Origin` nor `Sec-Fetch-Site`.
 */
export function guardOrigin(request: GuardedRequest, options: HostGuardOptions): void {
  const host = single(request.headers.host);
  const name = host === undefined ? undefined : hostName(host);
  if (name === undefined) throw new KeelsonError('E_FORBIDDEN', 'The request has no usable `Host` header. Send one.');
  if (options.allowedHosts !== undefined && !isLoopback(name) && !options.allowedHosts.includes(name))
    throw new KeelsonError(
      'E_FORBIDDEN',
      `The server does not answer for the host name \`${name.slice(0, 100)}\`. Use localhost, or start it with \`--allowed-host ${name.slice(0, 100)}\`.`,
    );
  if (SAFE_METHODS.has(request.method)) return;
  const origin = single(request.headers.origin);
  if (origin !== undefined && !isSameHost(origin, host))
    throw new KeelsonError(
      'E_FORBIDDEN',
      'The write comes from a page of another origin. Make it from the console this server serves.',
    );
  const site = single(request.headers['sec-fetch-site']);
  if (site === 'cross-site' || site === 'same-site')
    throw new KeelsonError(
      'E_FORBIDDEN',
      'The browser marks the write as coming from another site. Use the console this server serves.',
    );
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? undefined : header;
}

function isSameHost(origin: string, host: string | undefined): boolean {
  try {
    return new URL(origin).host === host?.toLowerCase();
  } catch {
    return false; // `null`, or no URL at all
  }
}
