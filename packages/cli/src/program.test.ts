import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRuntime } from '@keelson/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { run } from './program.ts';

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Answer {
  readonly status?: number;
  readonly body?: unknown;
  readonly raw?: string;
  /** Ends the connection instead. */
  readonly hangUp?: boolean;
  /** Never answers. */
  readonly silent?: boolean;
}

let stub: Server;
let url: string;
let folder: string;
let requests: { method: string; path: string; body: unknown; headers: IncomingMessage['headers'] }[];
let answers: Record<string, Answer>;

beforeEach(async () => {
  requests = [];
  answers = {};
  folder = await mkdtemp(join(tmpdir(), 'keelson-cli-'));
  stub = createServer((request, response) => void reply(request, response));
  await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`;
});

afterEach(async () => {
  stub.closeAllConnections();
  await new Promise((resolve) => stub.close(resolve));
  await rm(folder, { recursive: true });
});

async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  const key = `${request.method} ${request.url}`;
  requests.push({
    method: request.method ?? '',
    path: request.url ?? '',
    body: text === '' ? undefined : JSON.parse(text),
    headers: request.headers,
  });
  const missing: Answer = { status: 404, body: { code: 'E_NOT_FOUND', detail: `No stub for ${key}.` } };
  const { status = 200, body, raw, hangUp = false, silent = false } = answers[key] ?? missing;
  if (hangUp) request.socket.destroy();
  if (hangUp || silent) return;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(raw ?? (body === undefined ? '' : JSON.stringify(body)));
}

async function keelson(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await run(
    args,
    {
      stdout: { write: (text: string) => (out += text) },
      stderr: { write: (text: string) => (err += text) },
      env: { KEELSON_SERVER: url, ...env },
      signal: new AbortController().signal,
      runtime: systemRuntime(),
    },
    '1.2.3',
  );
  return { code, out, err };
}

const shop = {
  name: 'shop',
  leader: { name: 'c1', sinceMs: 1 },
  paused: false,
  instances: { total: 5, live: 4, enabled: 5 },
  resources: 1,
  partitions: { total: 48, withTopState: 48, inError: 0 },
  replicas: { wanted: 144, placed: 144 },
  converged: true,
};

test('help and version go to standard output and end with 0', async () => {
  const help = await keelson(['--help']);
  expect(help).toMatchObject({ code: 0, err: '' });
  for (const command of [
    'start',
    'server',
    'status',
    'explain',
    'cluster',
    'instance',
    'resource',
    'state-model',
    'store',
    'completion',
  ])
    expect(help.out).toContain(`  ${command} `);
  expect(await keelson(['--version'])).toEqual({ code: 0, out: '1.2.3\n', err: '' });
  expect((await keelson(['resource', 'create', '--help'])).out).toContain('--partitions');
});

test('wrong usage ends with 2, in one sentence, and says where help is', async () => {
  const cases: readonly (readonly [string[], RegExp])[] = [
    [['frobnicate'], /unknown command/i],
    [['status', '--nope'], /unknown option/i],
    [['cluster', 'create'], /missing required argument/i],
    [['cluster', 'create', 'a', 'b'], /too many arguments/i],
    [['resource', 'create', 'r', '-c', 'shop', '--partitions', '-1'], /--partitions takes a whole number from 1/],
    [['resource', 'create', 'r', '-c', 'shop', '--partitions', '1e3'], /--partitions takes/],
    [['resource', 'create', 'r', '-c', 'shop', '--partitions', '3'], /needs --replicas, --state-model/],
    [['server', '--http-port', '70000'], /--http-port takes a whole number from 0 to 65535/],
    [['completion', 'tcsh'], /bash, zsh, fish/],
    [['status', '--server', 'ftp://x'], /no server address/],
  ];
  for (const [args, message] of cases) {
    const ran = await keelson(args);
    expect(ran, args.join(' ')).toMatchObject({ code: 2, out: '' });
    expect(ran.err, args.join(' ')).toMatch(message);
    expect(ran.err.trimEnd().split('\n'), args.join(' ')).toHaveLength(1);
    expect(ran.err).toMatch(/^keelson: [A-Z`-].*\(E_INVALID_ARGUMENT\)\n$/);
  }
  expect(requests).toEqual([]);
});

test('a group without a command shows what it has', async () => {
  const ran = await keelson(['cluster']);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toContain('create');
});

test('lists are tables for people and JSON for programs', async () => {
  answers['GET /api/v1/clusters'] = { body: { clusters: [shop] } };
  expect(await keelson(['cluster', 'ls'])).toEqual({
    code: 0,
    err: '',
    out: 'CLUSTER  LEADER  LIVE  RESOURCES  PARTITIONS  REPLICAS  ERRORS  STATE\nshop     c1       4/5          1       48/48   144/144       0  converged\n',
  });
  const json = await keelson(['cluster', 'ls', '--json']);
  expect(JSON.parse(json.out)).toEqual({ clusters: [shop] });
});

test('the only cluster need not be named, one of several must be', async () => {
  answers['GET /api/v1/clusters'] = { body: { clusters: [shop] } };
  answers['GET /api/v1/clusters/shop/instances'] = { body: { instances: [] } };
  expect((await keelson(['instance', 'ls'])).code).toBe(0);
  answers['GET /api/v1/clusters'] = { body: { clusters: [shop, { ...shop, name: 'depot' }] } };
  const unclear = await keelson(['instance', 'ls']);
  expect(unclear.code).toBe(2);
  expect(unclear.err).toContain('shop, depot');
  expect((await keelson(['instance', 'ls', '--cluster', 'shop'])).code).toBe(0);
  expect((await keelson(['instance', 'ls'], { KEELSON_CLUSTER: 'shop' })).code).toBe(0);
});

test('creating never replaces, and names are encoded', async () => {
  answers['PUT /api/v1/clusters/a%2Fb'] = { status: 409, body: { code: 'E_ALREADY_EXISTS', detail: 'It is there.' } };
  const ran = await keelson(['cluster', 'create', 'a/b', '--auto-join', '--config', 'TOPOLOGY=/zone/instance']);
  expect(ran).toEqual({ code: 4, out: '', err: 'keelson: It is there. (E_ALREADY_EXISTS)\n' });
  expect(requests[0]).toMatchObject({
    headers: { 'if-none-match': '*' },
    body: { config: { allowParticipantAutoJoin: 'true', TOPOLOGY: '/zone/instance' } },
  });
});

test('a resource is declared by options, by a file, or by both', async () => {
  const file = join(folder, 'kv.json');
  await writeFile(file, JSON.stringify({ partitions: 8, replicas: 2, stateModel: 'LeaderStandby', mode: 'SEMI_AUTO' }));
  answers['PUT /api/v1/clusters/shop/resources/kv'] = { status: 201, body: {} };
  expect((await keelson(['resource', 'create', 'kv', '-c', 'shop', '--file', file, '--replicas', 'any'])).code).toBe(0);
  expect(requests[0]?.body).toEqual({
    partitions: 8,
    replicas: 'ANY_LIVEINSTANCE',
    stateModel: 'LeaderStandby',
    mode: 'SEMI_AUTO',
  });
  await writeFile(file, '[1]');
  expect(await keelson(['resource', 'create', 'kv', '-c', 'shop', '--file', file])).toMatchObject({ code: 2 });
  expect(await keelson(['resource', 'create', 'kv', '-c', 'shop', '--file', join(folder, 'none')])).toMatchObject({
    code: 2,
  });
});

test('disabling single partitions keeps those that are disabled already', async () => {
  const instance = { name: 'w1', disabledPartitions: { kv: ['kv_1'] } };
  answers['GET /api/v1/clusters/shop/instances/w1'] = { body: instance };
  answers['PATCH /api/v1/clusters/shop/instances/w1'] = { body: instance };
  await keelson(['instance', 'disable', 'w1', '-c', 'shop', '--resource', 'kv', '--partition', 'kv_2', 'kv_1']);
  await keelson(['instance', 'enable', 'w1', '-c', 'shop', '--resource', 'kv', '--partition', 'kv_1']);
  await keelson(['instance', 'disable', 'w1', '-c', 'shop', '--reason', 'disk']);
  expect(requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body)).toEqual([
    { disabledPartitions: { kv: ['kv_1', 'kv_2'] } },
    { disabledPartitions: { kv: [] } },
    { enabled: false, reason: 'disk' },
  ]);
});

test('what is said of partitions is never taken for the whole instance', async () => {
  const halfSaid = [
    ['disable', '--partition', 'kv_1'],
    ['enable', '--partition', 'kv_1'],
    ['disable', '--resource', 'kv', '--partition', 'kv_1', '--reason', 'disk'],
  ];
  for (const [verb = '', ...options] of halfSaid)
    expect(await keelson(['instance', verb, 'w1', '-c', 'shop', ...options]), verb).toMatchObject({ code: 2 });
  expect(requests).toEqual([]);
});

test('a data folder without a name is refused', async () => {
  expect(await keelson(['server', '--data-dir', ''])).toMatchObject({ code: 2 });
});

test('the token comes from a file or the environment', async () => {
  answers['GET /api/v1/clusters'] = { body: { clusters: [] } };
  const file = join(folder, 'tokens');
  await writeFile(file, '# tokens\nada:0123456789abcdef\nbob:other\n');
  await keelson(['cluster', 'ls', '--token-file', file]);
  await keelson(['cluster', 'ls'], { KEELSON_TOKEN: 'secret' });
  await keelson(['cluster', 'ls']);
  expect(requests.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer 0123456789abcdef',
    'Bearer secret',
    undefined,
  ]);
});

test('failures have their exit codes; with --json the error is JSON', async () => {
  const failing: readonly (readonly [string, number, number])[] = [
    ['E_INVALID_PATH', 400, 2],
    ['E_NOT_FOUND', 404, 3],
    ['E_VERSION_CONFLICT', 412, 4],
    ['E_UNAVAILABLE', 503, 5],
    ['E_UNAUTHENTICATED', 401, 6],
    ['E_INTERNAL', 500, 1],
  ];
  for (const [code, status, exit] of failing) {
    answers['GET /api/v1/clusters/shop'] = { status, body: { code, detail: `Said ${code}.` } };
    const ran = await keelson(['cluster', 'describe', 'shop', '--json']);
    expect(ran, code).toMatchObject({ code: exit, out: '' });
    expect(JSON.parse(ran.err)).toEqual({ error: { code, message: `Said ${code}.` } });
  }
  answers['GET /api/v1/clusters/shop'] = { status: 502, raw: '<html>' };
  expect(await keelson(['cluster', 'describe', 'shop'])).toMatchObject({
    code: 5,
    err: expect.stringContaining('status 502'),
  });
  answers['GET /api/v1/clusters/shop'] = { raw: '<html>' };
  expect(await keelson(['cluster', 'describe', 'shop'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('not JSON'),
  });
});

test('a server that is not there is said so, with what to do', async () => {
  const ran = await keelson(['status', '--server', 'http://127.0.0.1:1']);
  expect(ran.code).toBe(5);
  expect(ran.err).toMatch(
    /^keelson: No server answers at http:\/\/127\.0\.0\.1:1 .*keelson start.*--server.*\(E_UNAVAILABLE\)\n$/,
  );
});

test('completion scripts know every command and option', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { out } = await keelson(['completion', shell]);
    for (const word of ['state-model', 'rebalance', 'min-active-replicas']) expect(out, shell).toContain(word);
  }
});

test('a write whose answer does not come is not called undone; a read simply failed', async () => {
  answers['PUT /api/v1/clusters/shop'] = { hangUp: true };
  answers['GET /api/v1/clusters/shop'] = { hangUp: true };
  expect(await keelson(['cluster', 'create', 'shop'])).toMatchObject({
    code: 5,
    err: expect.stringContaining('E_OUTCOME_UNKNOWN'),
  });
  expect(await keelson(['cluster', 'describe', 'shop'])).toMatchObject({
    code: 5,
    err: expect.stringContaining('E_UNAVAILABLE'),
  });
  answers['PUT /api/v1/clusters/shop'] = { silent: true };
  answers['GET /api/v1/clusters/shop'] = { silent: true };
  expect(await keelson(['cluster', 'create', 'shop', '--timeout', '50'])).toMatchObject({
    err: expect.stringContaining('E_OUTCOME_UNKNOWN'),
  });
  expect(await keelson(['cluster', 'describe', 'shop', '--timeout', '50'])).toMatchObject({
    err: expect.stringContaining('E_TIMEOUT'),
  });
  const gone = await keelson(['cluster', 'create', 'shop', '--server', 'http://127.0.0.1:1']);
  expect(gone.err).toContain('E_UNAVAILABLE');
});
