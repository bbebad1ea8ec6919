import { createServer, type Server } from 'node:net';
import { KeelsonError } from '@keelson/runtime';

/** Ports below the ephemeral range: a server that is restarted finds its own port free again. */
const FIRST_PORT = 11_000;
const BLOCK_SIZE = 64;
const BLOCKS = 328;
const LAST_PORT = FIRST_PORT + BLOCKS * BLOCK_SIZE - 1;

/** Ports that this process alone gives out, first to last. */
interface PortBlock {
  next: number;
  readonly last: number;
}

// Processes that end one after the other begin at different places, so that a port is not asked for again right after its server's end.
let nextBlock = process.pid % BLOCKS;
let current: Promise<PortBlock> | undefined;

/**
 * A TCP port of 127.0.0.1 between 11000 and 31991 that nobody listens on now, and that no process has been given before
 * while the one that was given it lives: between asking for a port and listening on it, and while a server that is to
 * be restarted is down, it stays free.
 *
 * @throws {KeelsonError} `E_UNAVAILABLE` where other processes hold all blocks of ports.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    current ??= claimBlock();
    const claimed = current;
    const block = await claimed;
    while (block.next <= block.last) {
      const port = block.next;
      block.next += 1;
      const server = await listen(port);
      if (server !== undefined) {
        await new Promise((resolve) => server.close(resolve));
        return port;
      }
    }
    if (current === claimed) current = undefined;
  }
}

/** `count` different free ports. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

/** A block is whose process listens on its first port; the system frees it when that process ends, however it ends. */
async function claimBlock(): Promise<PortBlock> {
  for (let tries = 0; tries < BLOCKS; tries += 1) {
    const first = FIRST_PORT + nextBlock * BLOCK_SIZE;
    nextBlock = (nextBlock + 1) % BLOCKS;
    const claim = await listen(first);
    if (claim !== undefined) {
      claim.unref();
      return { next: first + 1, last: first + BLOCK_SIZE - 1 };
    }
  }
  throw new KeelsonError('E_UNAVAILABLE', `No free ports between ${FIRST_PORT} and ${LAST_PORT} on 127.0.0.1.`);
}

/** A server that listens on the port; undefined where that is taken. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}
