import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';
import type { ClusterEvent } from '../app/api/types.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { FakeCoordination } from './fake-coordination.ts';

/** A server of the console and of the API over fake clusters; may be closed and started again on its port. */
export interface FakeServer {
  readonly url: string;
  /** Views (`instances`, `resources` …) that fail with 500 as long as they are in here. */
  readonly failing: Set<string>;
  readonly coordination: FakeCoordination;
  close(): Promise<void>;
}

/** Stricter than any server's: the page must work when nothing but its own origin is allowed, styles in the page included. */
export const STRICT_POLICY = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** What a fake server serves. */
export interface FakeServerOptions {
  /** Folder of the built console. */
  readonly directory: string;
  readonly port: number;
  readonly clusters: readonly FakeCluster[];
  /** Without this bearer token the API answers 401. */
  readonly token?: string;
}

/** Serves the console and the API at 127.0.0.1. */
export async function startFakeServer(options: FakeServerOptions): Promise<FakeServer> {
  const { directory, port, clusters, token } = options;
  const streams = new Set<ServerResponse>();
  const failing = new Set<string>();
  const coordination = new FakeCoordination();
  const server = createServer((request, response) => {
    response.setHeader('Content-Security-Policy', STRICT_POLICY);
    const url = new URL(request.url ?? '/', 'http://server');
    const answer = !url.pathname.startsWith('/api/v1/')
      ? answerFile(response, directory, url.pathname)
      : token !== undefined && request.headers.authorization !== `Bearer ${token}`
        ? refuse(response)
        : failing.has(url.pathname.split('/')[5] ?? '')
          ? fail(response)
          : answerCoordination(request, response, url, coordination).then(
              async (answered) => answered || (await answerApi(request, response, url, clusters, streams)),
            );
    answer.catch((error: unknown) => response.destroy(error instanceof Error ? error : new Error(String(error))));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    failing,
    coordination,
    close: () =>
      new Promise((resolve) => {
        for (const stream of streams) stream.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answerCoordination(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  coordination: FakeCoordination,
): Promise<boolean> {
  const body = await coordination.answer(request, response, url);
  if (body !== undefined && body !== 'streaming') sendJson(response, body);
  return body !== undefined;
}

async function refuse(response: ServerResponse): Promise<void> {
  sendProblem(response, 401, 'E_UNAUTHENTICATED', 'A bearer token is needed.');
}

async function fail(response: ServerResponse): Promise<void> {
  sendProblem(response, 500, 'E_INTERNAL', 'It fails because the test wants it to.');
}

async function answerFile(response: ServerResponse, directory: string, path: string): Promise<void> {
  const file = join(directory, normalize(path === '/' ? '/index.html' : path));
  const content = await readFile(file).catch(() => undefined);
  if (content === undefined || !file.startsWith(directory)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(content);
}

async function answerApi(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  clusters: readonly FakeCluster[],
  streams: Set<ServerResponse>,
): Promise<void> {
  const [name, kind, item, view] = url.pathname.split('/').slice(4).map(decodeURIComponent);
  if (name === undefined) {
    sendJson(response, { clusters: clusters.map((cluster) => cluster.summary()) });
    return;
  }
  const cluster = clusters.find((candidate) => candidate.name === name);
  if (cluster === undefined) {
    sendProblem(response, 404, 'E_NOT_FOUND', `There is no cluster ${name}.`);
  } else if (kind === 'instances' && item !== undefined) {
    await answerInstance(request, response, cluster, item);
  } else if (kind === 'events') {
    streamEvents(request, response, cluster, streams);
  } else {
    const body = read(cluster, kind, view, url);
    if (body === undefined) sendProblem(response, 404, 'E_NOT_FOUND', `There is no ${url.pathname}.`);
    else sendJson(response, body);
  }
}

function read(cluster: FakeCluster, kind: string | undefined, view: string | undefined, url: URL): unknown {
  switch (kind) {
    case undefined:
      return cluster.summary();
    case 'instances':
      return { instances: cluster.instances() };
    case 'resources':
      return view === 'matrix' ? cluster.matrix() : { resources: cluster.resources() };
    case 'state-models':
      return {
        stateModels: [
          {
            name: 'MasterSlave',
            states: ['MASTER', 'SLAVE', 'OFFLINE', 'DROPPED'].map((name) => ({ name, count: 'R' })),
          },
        ],
      };
    case 'timeline':
      return { events: cluster.events.slice(-1_000).toReversed() };
    case 'explain':
      return cluster.explain(url.searchParams.get('partition') ?? '');
    default:
      return undefined;
  }
}

async function answerInstance(
  request: IncomingMessage,
  response: ServerResponse,
  cluster: FakeCluster,
  name: string,
): Promise<void> {
  const instance = cluster.instances().find((candidate) => candidate.name === name);
  if (instance === undefined) {
    sendProblem(response, 404, 'E_NOT_FOUND', `There is no instance ${name}.`);
    return;
  }
  if (request.method === 'PATCH') {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { enabled: boolean; reason?: string };
    const expected = Number(/"(\d+)"/.exec(request.headers['if-match'] ?? '')?.[1]);
    if (!cluster.setEnabled(name, body.enabled, body.reason ?? null, expected)) {
      sendProblem(response, 412, 'E_VERSION_CONFLICT', `${name} was changed in the meantime.`);
      return;
    }
  }
  response.setHeader('ETag', `"${cluster.version(name)}"`);
  sendJson(response, instance);
}

function streamEvents(
  request: IncomingMessage,
  response: ServerResponse,
  cluster: FakeCluster,
  streams: Set<ServerResponse>,
): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write('retry: 200\n\n');
  const send = (event: ClusterEvent): void => {
    const { id, type, ...data } = event;
    response.write(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const from = request.headers['last-event-id'];
  const known = cluster.events.findIndex((event) => event.id === from);
  if (from !== undefined && known < 0) {
    response.write(`id: ${cluster.events.at(-1)?.id ?? '0-0'}\nevent: reset\ndata: {}\n\n`);
  } else if (known >= 0) {
    for (const event of cluster.events.slice(known + 1)) send(event);
  }
  const unsubscribe = cluster.subscribe(send);
  streams.add(response);
  response.once('close', () => {
    unsubscribe();
    streams.delete(response);
  });
}

function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
}

function sendProblem(response: ServerResponse, status: number, code: string, detail: string): void {
  response.writeHead(status, { 'Content-Type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', title: code, status, detail, code }));
}
