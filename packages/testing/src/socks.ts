import type { Socket } from 'node:net';

/** Where a client of a SOCKS proxy wants to be connected to. */
export interface SocksTarget {
  /** An address of IPv4, with dots. */
  readonly host: string;
  readonly port: number;
}

/** Bytes of the request for a connection to an address of IPv4. */
const REQUEST_BYTES = 10;

/**
 * The proxy's side of SOCKS 5 (RFC 1928) without authentication, as far as programs that ask for addresses of IPv4 need it. Calls `done` with the socket
 * paused and everything of the greeting read; `undefined` where it is none, or the socket ended before.
 */
export function greetSocks(client: Socket, done: (target: SocksTarget | undefined) => void): void {
  let read: Buffer = Buffer.alloc(0);
  let greeted = false;
  const finish = (target: SocksTarget | undefined): void => {
    client.pause();
    client.off('data', take);
    client.off('error', giveUp);
    client.off('close', giveUp);
    if (target === undefined) client.on('error', () => {}); // nobody is left to care how it ends
    done(target);
  };
  const giveUp = (): void => finish(undefined);
  const take = (chunk: Buffer): void => {
    read = Buffer.concat([read, chunk]);
    if (!greeted && read.length >= 2 && read.length >= 2 + read.readUInt8(1)) {
      if (read.readUInt8(0) !== 5) {
        giveUp();
        return;
      }
      greeted = true;
      read = read.subarray(2 + read.readUInt8(1));
      client.write(Uint8Array.of(5, 0)); // no authentication
    }
    if (!greeted || read.length < REQUEST_BYTES) return;
    const [version, command, , kind] = read;
    if (version !== 5 || command !== 1 || kind !== 1) {
      giveUp();
      return;
    }
    const target = { host: read.subarray(4, 8).join('.'), port: read.readUInt16BE(8) };
    client.pause();
    // What came with the request, if anything, belongs to the connection.
    if (read.length > REQUEST_BYTES) client.unshift(read.subarray(REQUEST_BYTES));
    client.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
    finish(target);
  };
  client.on('data', take);
  client.on('error', giveUp);
  client.on('close', giveUp);
}
