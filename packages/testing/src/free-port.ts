import { createServer } from 'node:net';
import { KeelsonError } from '@keelson/runtime';

/** Ports below the ephemeral range: a server that is restarted finds its own port free again. */
const FIRST_PORT = 11_000;
const LAST_PORT = 31_999;
const SPAN = LAST_PORT - FIRST_PORT + 1;

// Test processes run side by side: each begins at a place of its own and walks on, so that two seldom ask for one port.
let next = (process.pid * 61) % SPAN;

/** A TCP port of 127.0.0.1 between 11000 and 31999 that nobody listens on now, and that this process has not given out before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < SPAN; tries += 1) {
    const port = FIRST_PORT + next;
    next = (next + 1) % SPAN;
    if (await isFree(port)) return port;
  }
  throw new KeelsonError('E_UNAVAILABLE', `No free port between ${FIRST_PORT} and ${LAST_PORT} on 127.0.0.1.`);
}

/** `count` different free ports. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
