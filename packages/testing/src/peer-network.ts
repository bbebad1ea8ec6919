import { createServer, type Socket } from 'node:net';
import { FaultyLink, type LinkFaults } from './faulty-link.ts';
import { freePort } from './free-port.ts';
import { listenOn } from './listen-on.ts';
import { greetSocks } from './socks.ts';

/** Which words of a peer are lost: what it says, what it is told, or both. */
export type IsolationWay = 'out' | 'in' | 'both';

/** One of those in a network. */
export interface NetworkPeer {
  /** By this address all know it. It is nobody's (RFC 5737), so no word finds its way past the proxies. */
  readonly host: string;
  /** Port of the SOCKS proxy on 127.0.0.1 through which it, and it alone, asks the others. */
  readonly socksPort: number;
}

/**
 * A network between server processes of one machine in which each direction of each pair can be struck alone. Who asks goes through a SOCKS proxy of
 * its own, which knows by that who asks and by the address asked for whom; ports are those on which the peers listen on 127.0.0.1.
 */
export interface PeerNetwork extends AsyncDisposable {
  readonly peers: readonly NetworkPeer[];
  /** The connections that `from` opens to `to`. */
  link(from: number, to: number): LinkFaults;
  /** Lets nothing through between `peer` and all others, in either direction or one; connections stay as they are. */
  isolate(peer: number, way: IsolationWay): void;
  /** Lets nothing through between two; both still reach all others. */
  part(one: number, other: number): void;
  /** Lets everything through again. */
  restore(): void;
  close(): Promise<void>;
}

const hostOf = (index: number): string => `192.0.2.${index + 1}`;

/** Starts the proxies of a network of `size` peers. */
export async function startPeerNetwork(size: number): Promise<PeerNetwork> {
  const indices = Array.from({ length: size }, (_, index) => index);
  const links = indices.map(() => indices.map(() => new FaultyLink()));
  const waiting = new Set<Socket>();
  const peers: NetworkPeer[] = [];
  const stops: (() => Promise<void>)[] = [];
  for (const from of indices) {
    const socksPort = await freePort();
    const server = createServer((client) => {
      waiting.add(client);
      greetSocks(client, (target) => {
        waiting.delete(client);
        const to = target === undefined ? -1 : indices.findIndex((index) => hostOf(index) === target.host);
        const link = links[from]?.[to];
        if (target === undefined || link === undefined) client.destroy();
        else link.carry(client, target.port);
      });
    });
    stops.push(await listenOn(server, socksPort));
    peers.push({ host: hostOf(from), socksPort });
  }
  const all = (): readonly FaultyLink[] => links.flat();
  const link = (from: number, to: number): FaultyLink => {
    const found = links[from]?.[to];
    if (found === undefined) throw new RangeError(`there is no way from ${from} to ${to}`);
    return found;
  };
  const close = async (): Promise<void> => {
    for (const one of all()) one.end();
    for (const client of waiting) client.destroy();
    await Promise.all(stops.map((stop) => stop()));
  };
  return {
    peers,
    link,
    isolate: (peer, way) => {
      for (const other of indices.filter((index) => index !== peer)) {
        if (way !== 'in') link(peer, other).freezeOneWay('to-server');
        if (way !== 'in') link(other, peer).freezeOneWay('to-client');
        if (way !== 'out') link(peer, other).freezeOneWay('to-client');
        if (way !== 'out') link(other, peer).freezeOneWay('to-server');
      }
    },
    part: (one, other) => {
      link(one, other).freeze();
      link(other, one).freeze();
    },
    restore: () => {
      for (const one of all()) one.restore();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
