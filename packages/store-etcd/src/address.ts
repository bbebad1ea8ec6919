import { KeelsonError } from '@keelson/runtime';

/** Where one member of the store listens. */
export interface EtcdEndpoint {
  readonly host: string;
  readonly port: number;
  /** Whether it is spoken to over TLS. */
  readonly secure: boolean;
}

/** What an address of a store says. */
export interface EtcdAddress {
  readonly endpoints: readonly EtcdEndpoint[];
  /** Put before every path, `''` or `/segment…`. */
  readonly prefix: string;
  /** Name and password, where the address carries them. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

const DEFAULT_PORT = 2379;
const secureSchemes: Readonly<Record<string, boolean>> = { etcd: false, http: false, etcds: true, https: true };

/**
 * Reads `etcd://[user:password@]host[:port][,host[:port]…][/prefix]` (`etcds://` for TLS), or a list of single members such as
 * `http://127.0.0.1:2379`, `https://…` or `127.0.0.1:2379`. User, password and prefix are percent-decoded. Port 2379 where none
 * is given. Rejects anything else with `E_INVALID_ARGUMENT`, without repeating the address, for it may hold a password.
 *
 * @example
 * parseEtcdAddress('etcd://10.0.0.1:2379,10.0.0.2:2379/production');
 */
export function parseEtcdAddress(address: string | readonly string[], options: { secure?: boolean } = {}): EtcdAddress {
  const parts = (typeof address === 'string' ? [address] : address).map((one) =>
    parseOne(one, options.secure === true),
  );
  const endpoints = parts.flatMap((part) => part.endpoints);
  const [first] = parts;
  if (first === undefined || endpoints.length === 0) throw invalid('names no endpoint');
  if (parts.some((part) => part.prefix !== first.prefix)) throw invalid('gives its endpoints different prefixes');
  if (endpoints.some((endpoint) => endpoint.secure !== endpoints[0]?.secure))
    throw invalid('mixes TLS and plain endpoints');
  const credentials = parts.find((part) => part.credentials !== undefined)?.credentials;
  return { endpoints, prefix: first.prefix, ...(credentials === undefined ? {} : { credentials }) };
}

/** `host:port` of an endpoint, as messages name it. */
export function endpointName({ host, port }: EtcdEndpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseOne(text: string, secureByDefault: boolean): EtcdAddress {
  const match = /^(?:([a-z]+):\/\/)?(?:([^@/]*)@)?([^/@]*)(\/.*)?$/.exec(text);
  if (match === null) throw invalid('has a shape that is not etcd://host:port,host:port/prefix');
  const [, scheme, userInfo, hosts = '', path = ''] = match;
  const secure = scheme === undefined ? secureByDefault : secureSchemes[scheme];
  if (secure === undefined) throw invalid(`begins with ${scheme}://; use etcd:// or etcds://`);
  return {
    endpoints: hosts.split(',').map((host) => parseHost(host, secure)),
    prefix: parsePrefix(path),
    ...(userInfo === undefined ? {} : { credentials: parseUserInfo(userInfo) }),
  };
}

function parseHost(text: string, secure: boolean): EtcdEndpoint {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (host === undefined) throw invalid('has an endpoint that is not host or host:port');
  if (port < 1 || port > 65_535) throw invalid(`has the port ${port}, which does not exist`);
  return { host, port, secure };
}

function parsePrefix(path: string): string {
  const prefix = decode(path).replace(/\/+$/, '');
  if (prefix.includes('//') || prefix.includes('\0')) throw invalid('has a prefix with an empty segment or NUL');
  return prefix;
}

function parseUserInfo(text: string): { user: string; password: string } {
  const [user = '', ...rest] = text.split(':');
  if (user === '' || rest.length === 0) throw invalid('has a user without a password, or the other way round');
  return { user: decode(user), password: decode(rest.join(':')) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('has a % that is not followed by two hexadecimal digits');
  }
}

function invalid(what: string): KeelsonError {
  return new KeelsonError('E_INVALID_ARGUMENT', `The address of the etcd store ${what}.`);
}
