import type { Server } from 'node:net';
import { KeelsonError } from '@keelson/runtime';

/** Listens on a port of 127.0.0.1, and gives what ends that; connections are for the caller to end. Rejects with `E_UNAVAILABLE`. */
export function listenOn(server: Server, port: number): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new KeelsonError('E_UNAVAILABLE', `Cannot listen on port ${port}.`, { cause })),
    );
    server.listen(port, '127.0.0.1', () => resolve(() => new Promise((done) => void server.close(() => done()))));
  });
}
