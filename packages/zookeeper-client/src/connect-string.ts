import { KeelsonError } from '@keelson/runtime';

/** One server of an ensemble. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** What a connect string says. */
export interface ConnectString {
  readonly servers: readonly ServerAddress[];
  /** Put before every path; `''` or `/segment…`. */
  readonly chroot: string;
}

const DEFAULT_PORT = 2181;

/**
 * Reads `host[:port][,host[:port]…][/chroot]` as ZooKeeper's own clients do; IPv6 addresses stand in brackets. Port 2181 where none is
 * given. Rejects anything else with `E_INVALID_ARGUMENT`.
 *
 * @example
 * parseConnectString('zk1:2181,zk2:2181,[::1]:2181/app');
 */
export function parseConnectString(text: string): ConnectString {
  const slash = text.indexOf('/');
  const hosts = slash === -1 ? text : text.slice(0, slash);
  const servers = hosts.split(',').map((host) => parseServer(host.trim()));
  return { servers, chroot: slash === -1 ? '' : parseChroot(text.slice(slash)) };
}

/** `host:port`, as messages name a server. */
export function serverName({ host, port }: ServerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseServer(text: string): ServerAddress {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s@]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (host === undefined) throw invalid('has a server that is not host or host:port');
  const port = match?.[3] === undefined ? DEFAULT_PORT : Number(match[3]);
  if (port < 1 || port > 65_535) throw invalid(`has the port ${port}, which does not exist`);
  return { host, port };
}

function parseChroot(text: string): string {
  const chroot = text.replace(/\/+$/, '');
  if (chroot !== '' && !isChroot(chroot)) throw invalid('has a chroot that is no path');
  return chroot;
}

function isChroot(path: string): boolean {
  return path
    .slice(1)
    .split('/')
    .every((segment) => segment !== '' && segment !== '.' && segment !== '..' && !/\p{Cc}/u.test(segment));
}

function invalid(what: string): KeelsonError {
  return new KeelsonError('E_INVALID_ARGUMENT', `The address of the ensemble ${what}.`);
}
