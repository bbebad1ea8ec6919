import { KeelsonError } from '@keelson/runtime';

/** What an address of a store says. */
export interface ZooKeeperAddress {
  /** `host:port[,…][/chroot]`, as ZooKeeper clients take it. */
  readonly connectString: string;
  /** Whether servers are spoken to over TLS. */
  readonly secure: boolean;
  /** A user of ZooKeeper's digest scheme, where the address carries one. */
  readonly credentials?: { readonly user: string; readonly password: string };
}

const secureSchemes: Readonly<Record<string, boolean>> = { zookeeper: false, zookeepers: true };

/**
 * Reads `zookeeper://[user:password@]host[:port][,host[:port]…][/chroot]` (`zookeepers://` for TLS), or the same without scheme. User,
 * password and chroot are percent-decoded. Rejects anything else with `E_INVALID_ARGUMENT`, without repeating the address, for it
 * may hold a password.
 *
 * @example
 * parseZooKeeperAddress('zookeeper://10.0.0.1:2181,10.0.0.2:2181/production');
 */
export function parseZooKeeperAddress(address: string): ZooKeeperAddress {
  const match = /^(?:([a-z]+):\/\/)?(?:([^@/]*)@)?([^/@]+)(\/.*)?$/.exec(address);
  if (match === null || (match[1] === undefined && address.includes('://')))
    throw invalid('has a shape that is not zookeeper://host:port,host:port/chroot');
  const [, scheme, userInfo, hosts = '', path = ''] = match;
  const secure = scheme === undefined ? false : secureSchemes[scheme];
  if (secure === undefined) throw invalid(`begins with ${scheme}://; use zookeeper:// or zookeepers://`);
  return {
    connectString: hosts + decode(path).replace(/\/+$/, ''),
    secure,
    ...(userInfo === undefined ? {} : { credentials: parseUserInfo(userInfo) }),
  };
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
  return new KeelsonError('E_INVALID_ARGUMENT', `The address of the ZooKeeper store ${what}.`);
}
