import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorCatalogue, isKeelsonError, KeelsonError } from '@keelson/runtime';
import { partitionName, partitionOf } from './partition-of.ts';
import type { Member } from './peers.ts';
import type { NodeContext } from './replica-handler.ts';
import { type AppendJson, appendFromJson, type InstallJson, installFromJson, replyToJson } from './replica-json.ts';

/** What the HTTP side of a worker needs. */
export interface WorkerServerOptions {
  readonly node: NodeContext;
  readonly resource: string;
  /** How many partitions the resource has; undefined while this worker does not know yet. */
  readonly partitions: () => number | undefined;
  /** 0 for any free port. */
  readonly port: number;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const MAX_KEY_LENGTH = 1024;

/**
 * Serves clients and other workers on 127.0.0.1:
 * `PUT /kv/{key}` `{id, value}` · `GET /kv/{key}` · `GET /partitions/{partition}` (all committed values, from its MASTER) · `GET /status` ·
 * `POST /replica/{partition}/{append|install|join|leave}` between workers. Under `/as/{instance}` the same, if that is this worker.
 */
export async function serveWorker(options: WorkerServerOptions): Promise<{ server: Server; address: string }> {
  const server = createServer((request, response) => {
    answer(options, request).then(
      (body) => send(response, 200, body),
      (error: unknown) => sendError(response, error),
    );
  });
  server.keepAliveTimeout = 30_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  // Ports are used again: whoever knows an old address of one worker must not take another for it, and count that in sync.
  return { server, address: `http://127.0.0.1:${port}/as/${encodeURIComponent(options.node.instance)}` };
}

async function answer(options: WorkerServerOptions, request: IncomingMessage): Promise<unknown> {
  const segments = ownSegments(pathSegments(request.url ?? '/'), options.node.instance);
  const [room, name, verb] = segments;
  const is = (method: string, first: string, length: number): boolean =>
    request.method === method && room === first && segments.length === length;
  if (is('GET', 'status', 1)) return status(options.node);
  if (name !== undefined) {
    if (is('PUT', 'kv', 2)) return put(options, name, await readJson(request));
    if (is('GET', 'kv', 2)) return get(options, name);
    if (is('GET', 'partitions', 2)) return values(options.node, name);
    if (is('POST', 'replica', 3)) return replicate(options.node, name, verb, await readJson(request));
  }
  throw new KeelsonError('E_NOT_FOUND', `There is nothing at ${request.method} ${request.url}.`);
}

function ownSegments(segments: string[], instance: string): string[] {
  const [first, meant, ...rest] = segments;
  if (first !== 'as') return segments;
  if (meant !== instance) throw new KeelsonError('E_UNAVAILABLE', `This is ${instance}, not ${meant}.`);
  return rest;
}

function pathSegments(url: string): string[] {
  try {
    return (url.split('?')[0] ?? '').split('/').slice(1).map(decodeURIComponent);
  } catch (cause) {
    throw new KeelsonError('E_INVALID_ARGUMENT', 'The address is not properly percent-encoded.', { cause });
  }
}

function partitionOfKey(options: WorkerServerOptions, key: string): string {
  const count = options.partitions();
  if (count === undefined) throw new KeelsonError('E_UNAVAILABLE', 'The number of partitions is not known here yet.');
  if (key === '' || key.length > MAX_KEY_LENGTH)
    throw new KeelsonError('E_INVALID_ARGUMENT', `A key has 1 to ${MAX_KEY_LENGTH} characters.`);
  return partitionName(options.resource, partitionOf(key, count));
}

function masterOf(node: NodeContext, partition: string) {
  const master = node.masters.get(partition);
  if (master === undefined)
    throw new KeelsonError('E_UNAVAILABLE', `${node.instance} is not the MASTER of ${partition}.`, {
      details: { partition },
    });
  return master;
}

async function put(options: WorkerServerOptions, key: string, body: unknown): Promise<unknown> {
  const { id, value } = body as { id?: unknown; value?: unknown };
  if (typeof id !== 'string' || id === '' || typeof value !== 'string')
    throw new KeelsonError('E_INVALID_ARGUMENT', 'Send {"id": "…", "value": "…"}, both strings.');
  const partition = partitionOfKey(options, key);
  const receipt = await masterOf(options.node, partition).put({ key, id, value });
  return { partition, offset: receipt.offset, writes: receipt.writes, fencingToken: String(receipt.token) };
}

function get(options: WorkerServerOptions, key: string): unknown {
  const stored = masterOf(options.node, partitionOfKey(options, key)).values().get(key);
  if (stored === undefined) throw new KeelsonError('E_NOT_FOUND', `There is no key ${key}.`);
  return stored;
}

function values(node: NodeContext, partition: string): unknown {
  const master = masterOf(node, partition);
  return { partition, fencingToken: String(master.token), values: [...master.values().values()] };
}

function status(node: NodeContext): unknown {
  const masters = [...node.masters].map(([partition, master]) => ({
    partition,
    fencingToken: String(master.token),
    inSync: [...master.inSync.members.keys()],
  }));
  return { instance: node.instance, masters };
}

async function replicate(
  node: NodeContext,
  partition: string,
  verb: string | undefined,
  body: unknown,
): Promise<unknown> {
  switch (verb) {
    case 'append':
      return replyToJson(await node.replicas.append(partition, appendFromJson(body as AppendJson)));
    case 'install':
      return replyToJson(await node.replicas.install(partition, installFromJson(body as InstallJson)));
    case 'join':
      await masterOf(node, partition).join(body as Member);
      return {};
    case 'leave':
      await masterOf(node, partition).leave((body as Member).instance);
      return {};
    default:
      throw new KeelsonError('E_NOT_FOUND', `A replica has no ${verb}.`);
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES)
      throw new KeelsonError('E_TOO_LARGE', `A body has at most ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (typeof body === 'object' && body !== null) return body;
  } catch (cause) {
    throw new KeelsonError('E_INVALID_ARGUMENT', 'The body is not JSON.', { cause });
  }
  throw new KeelsonError('E_INVALID_ARGUMENT', 'The body is not a JSON object.');
}

function sendError(response: ServerResponse, error: unknown): void {
  const known = isKeelsonError(error) ? error : new KeelsonError('E_INTERNAL', 'The worker failed.', { cause: error });
  send(response, errorCatalogue[known.code].httpStatus, known);
}

function send(response: ServerResponse, statusCode: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(statusCode, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
