import { connect } from 'node:net';
import { KeelsonError, systemRuntime } from '@keelson/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { nameSchema, problemSchema } from '../api/schemas.ts';
import type { ServerContext } from '../context.ts';
import { createServerMetrics } from '../metrics/server-metrics.ts';
import { type App, createApp } from './app.ts';

let app: App;

const runtime = systemRuntime();

/** The application alone, with routes of its own. */
async function testApp(credentials: ServerContext['credentials'] = []): Promise<App> {
  const context = {
    runtime,
    metrics: createServerMetrics(runtime),
    version: '0',
    credentials,
    allowedHosts: [],
  } as Partial<ServerContext>;
  const made = await createApp(context as ServerContext);
  made.put(
    '/things/:name',
    { schema: { params: z.object({ name: nameSchema }), body: z.strictObject({ count: z.int().min(1) }) } },
    async (request) => ({ name: request.params.name, ...request.body }),
  );
  made.get('/fails', async () => {
    throw new Error('secret of the inside');
  });
  made.get('/missing', async () => {
    throw new KeelsonError('E_NOT_FOUND', 'No such thing');
  });
  made.get('/open', { config: { open: true } }, async () => ({}));
  return made;
}

beforeEach(async () => {
  app = await testApp();
});

afterEach(() => app.close());

interface Sent {
  readonly method?: 'GET' | 'PUT' | 'DELETE';
  readonly url?: string;
  readonly payload?: string;
  readonly headers?: Record<string, string>;
}

/** Sends a request that must fail, and gives the problem it is answered with. */
async function problemOf(sent: Sent): Promise<{ status: number; code: string; detail: string; issues?: unknown }> {
  const { method = 'PUT', url = '/things/a', payload, headers } = sent;
  const response = await app.inject({
    method,
    url,
    headers: {
      host: 'localhost',
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(payload === undefined ? {} : { payload }),
  });
  expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  const body = problemSchema.parse(response.json());
  expect(response.statusCode).toBe(body.status);
  expect(body.detail).toMatch(/[.!?]$/);
  expect(response.body).not.toMatch(/node_modules|at Object|\.ts:\d/);
  return body;
}

test('what is right goes through, with headers that keep a page to this server', async () => {
  const response = await app.inject({
    method: 'PUT',
    url: '/things/a%20b',
    payload: { count: 1 },
    headers: { host: 'localhost' },
  });
  expect(response.json()).toEqual({ name: 'a b', count: 1 });
  expect(response.headers['content-security-policy']).toContain("default-src 'none'");
  expect(response.headers['x-content-type-options']).toBe('nosniff');
});

test('bodies that are no JSON, empty, of another type or too large', async () => {
  expect(await problemOf({ payload: '{"count":' })).toMatchObject({ status: 400, code: 'E_INVALID_ARGUMENT' });
  expect(await problemOf({ payload: '' })).toMatchObject({ status: 400, code: 'E_INVALID_ARGUMENT' });
  expect(await problemOf({ payload: '{"__proto__":{"count":1}}' })).toMatchObject({
    status: 400,
    code: 'E_INVALID_ARGUMENT',
  });
  expect(
    await problemOf({ payload: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
  ).toMatchObject({
    status: 415,
    code: 'E_INVALID_ARGUMENT',
  });
  expect(await problemOf({ payload: '{"count":1}', headers: { 'content-type': 'text/plain' } })).toMatchObject({
    status: 415,
  });
  const large = await problemOf({ payload: JSON.stringify({ count: 'x'.repeat(5_000_000) }) });
  expect(large).toMatchObject({ status: 413, code: 'E_TOO_LARGE' });
  expect(large.detail).toContain('4 MiB');
});

test('values of wrong type or range and unknown fields are named', async () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{}', /`count`/],
    ['null', /body/],
    ['[]', /body/],
    ['{"count":"1"}', /`count`/],
    ['{"count":-1}', /`count`/],
    ['{"count":1.5}', /`count`/],
    ['{"count":1e999}', /`count`/],
    ['{"count":1,"cuont":2}', /unknown field `cuont`/],
  ];
  for (const [payload, named] of cases) {
    const problem = await problemOf({ payload });
    expect(problem, payload).toMatchObject({ status: 400, code: 'E_INVALID_ARGUMENT' });
    expect(problem.detail, payload).toMatch(named);
    expect(problem.issues, payload).toHaveLength(1);
  }
});

test('names that cannot be a segment of a path', async () => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const port = portOf(app);
  const long = ['x'.repeat(256), 'x'.repeat(10_240), '%C3%A9'.repeat(128)];
  for (const name of ['..', '.', '%2e%2e', '%2E', 'a%2Fb', '..%2Fb', '%00', 'a%00b', 'a%0Ab', '%ff', '%', ...long]) {
    const answer = await exchange(port, rawPut(`/things/${name}`, '{"count":1}'));
    const body = problemSchema.parse(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''));
    expect(body, name.slice(0, 40)).toMatchObject({ status: 400, code: 'E_INVALID_PATH' });
  }
});

// Written by hand: clients tidy addresses up before they send them.
function rawPut(path: string, body: string): string {
  const head = [
    'host: localhost',
    'content-type: application/json',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  return `PUT ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n${body}`;
}

test('addresses and methods that are not there', async () => {
  expect(await problemOf({ method: 'GET', url: '/nothing' })).toMatchObject({ status: 404, code: 'E_NOT_FOUND' });
  const wrong = await app.inject({ method: 'DELETE', url: '/things/a', headers: { host: 'localhost' } });
  expect(wrong.statusCode).toBe(405);
  expect(wrong.headers.allow).toBe('PUT');
  expect(await problemOf({ method: 'DELETE' })).toMatchObject({ code: 'E_METHOD_NOT_ALLOWED' });
  expect(await problemOf({ method: 'GET', url: '/missing' })).toMatchObject({ status: 404, detail: 'No such thing.' });
});

test('an error nobody foresaw says nothing of the inside', async () => {
  const problem = await problemOf({ method: 'GET', url: '/fails' });
  expect(problem).toMatchObject({ status: 500, code: 'E_INTERNAL' });
  expect(JSON.stringify(problem)).not.toContain('secret');
});

test('requests that foreign pages cause are refused', async () => {
  expect(await problemOf({ headers: { host: 'evil.example' } })).toMatchObject({ status: 403, code: 'E_FORBIDDEN' });
  expect(await problemOf({ payload: '{"count":1}', headers: { origin: 'http://evil.example' } })).toMatchObject({
    code: 'E_FORBIDDEN',
  });
});

test('with tokens, what is not open wants one', async () => {
  await app.close();
  app = await testApp([{ user: 'ada', token: '0123456789abcdef' }]);
  expect(await problemOf({ payload: '{"count":1}' })).toMatchObject({ status: 401, code: 'E_UNAUTHENTICATED' });
  expect(await problemOf({ method: 'GET', url: '/nothing' })).toMatchObject({ status: 401 });
  const headers = { host: 'localhost', authorization: 'Bearer 0123456789abcdef' };
  expect((await app.inject({ method: 'PUT', url: '/things/a', payload: { count: 1 }, headers })).statusCode).toBe(200);
  expect((await app.inject({ url: '/open', headers: { host: 'localhost' } })).statusCode).toBe(200);
});

test('what is no HTTP at all, or too long, is answered as a problem too', async () => {
  await app.listen({ host: '127.0.0.1', port: 0 });
  const port = portOf(app);
  for (const [sent, code] of [
    ['NONSENSE\r\n\r\n', 'E_INVALID_ARGUMENT'],
    [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 'E_TOO_LARGE'],
    ['GET /open HTTP/1.1\r\nconnection: close\r\n\r\n', 'E_FORBIDDEN'],
  ] as const) {
    const answer = await exchange(port, sent);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toContain('application/problem+json');
    expect(problemSchema.parse(JSON.parse(body)).code).toBe(code);
  }
});

function portOf(listening: App): number {
  const address = listening.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => void socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.once('end', () => resolve(answer)).once('error', reject);
  });
}
