/**
 * The fencing resource: a process that is no part of the store, and takes writes by token. It refuses a token smaller than one that it has
 * taken for the same thing. Its clock is the one that all histories are told in: `GET /clock` gives it.
 */
import { createServer } from 'node:http';
import { systemRuntime } from '@keelson/runtime';
import type { ResourceLine } from './line.ts';

const { clock } = systemRuntime();
const newest = new Map<string, bigint>();
const say = (line: ResourceLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

function take(query: URLSearchParams): boolean {
  const [thing, owner, token] = [query.get('thing') ?? '', query.get('owner') ?? '', query.get('token') ?? '0'];
  const accepted = BigInt(token) >= (newest.get(thing) ?? 0n);
  if (accepted) newest.set(thing, BigInt(token));
  say({ say: accepted ? 'accepted' : 'refused-token', thing, owner, token, at: clock.monotonicMs() });
  return accepted;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://resource');
  if (url.pathname === '/clock') response.end(String(clock.monotonicMs()));
  else {
    response.statusCode = take(url.searchParams) ? 204 : 409;
    response.end();
  }
});
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('{"say":"ready"}\n'));
process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
