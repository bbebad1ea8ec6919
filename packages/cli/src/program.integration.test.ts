import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  eventually,
  type ManagedProcess,
  runCommand,
  spawnProcess,
  type TemporaryDirectory,
  temporaryDirectory,
} from '@keelson/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const example = fileURLToPath(new URL('../../../examples/replicated-kv/dist/index.js', import.meta.url));

let folder: TemporaryDirectory;
const started: ManagedProcess[] = [];

beforeEach(async () => {
  folder = await temporaryDirectory('cli');
});

afterEach(async () => {
  for (const process of started.splice(0)) await process.stop();
  await folder.remove();
});

/** What the tests read of a line of `--json`. */
interface Line {
  readonly event: string;
  readonly console: string;
  readonly etcd: string;
  readonly cluster?: string;
  readonly resource?: string;
  readonly ttlMs?: number;
  readonly workers?: readonly { readonly instance: string; readonly pid: number }[];
  readonly lost?: number;
  readonly doubled?: number;
  readonly acknowledged?: number;
}

const anyPort = ['--http-port', '0', '--etcd-port', '0'];

async function keelson(args: readonly string[], env: Record<string, string> = {}): ReturnType<typeof runCommand> {
  return runCommand(process.execPath, [program, ...args], {
    name: `keelson ${args.join(' ')}`,
    env: { NO_COLOR: '1', ...env },
  });
}

async function background(args: readonly string[]): Promise<{ readonly server: ManagedProcess; readonly ready: Line }> {
  const server = await spawnProcess(process.execPath, [program, ...args, '--json'], {
    name: `keelson ${args[0]}`,
    cwd: folder.path,
  });
  started.push(server);
  const [line] = await server.lineMatching(/^\{"event":"ready".*$/, { timeoutMs: 60_000 });
  return { server, ready: JSON.parse(line) as Line };
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('--help loads nothing but the command line itself, so that it answers at once', async () => {
  const { code, stdout, stderr } = await keelson(['--help'], { NODE_DEBUG: 'esm' });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: keelson/m);
  const loaded = new Set(Array.from(stderr.matchAll(/\/packages\/([a-z-]+)\/dist\//g), ([, name]) => name));
  expect(loaded).toEqual(new Set(['cli', 'runtime']));
});

describe('keelson server', () => {
  test('is used from the command line, ends on SIGTERM, and goes on where it was after SIGKILL', async () => {
    const args = ['server', '--data-dir', join(folder.path, 'data'), ...anyPort];
    const first = await background(args);
    const env = { KEELSON_SERVER: first.ready.console };
    expect(await keelson(['cluster', 'create', 'shop', '--auto-join'], env)).toMatchObject({
      code: 0,
      stdout: 'Cluster shop is created.\n',
    });
    expect(await keelson(['cluster', 'create', 'shop'], env)).toMatchObject({ code: 4, stdout: '' });
    expect(await keelson(['cluster', 'create', '..'], env)).toMatchObject({ code: 2 });
    expect(await keelson(['cluster', 'create', 'a/b'], env)).toMatchObject({ code: 2 });
    expect(await keelson(['cluster', 'create', 'x'.repeat(10_240)], env)).toMatchObject({ code: 2 });
    const kv = ['--partitions', '4', '--replicas', '1', '--state-model', 'OnlineOffline'];
    expect(await keelson(['resource', 'create', 'kv', ...kv], env)).toMatchObject({ code: 0 });
    expect(await keelson(['resource', 'describe', 'none'], env)).toMatchObject({ code: 3 });
    await first.server.kill();
    const second = await background(args);
    const listed = await keelson(['resource', 'ls', '--json'], { KEELSON_SERVER: second.ready.console });
    expect(JSON.parse(listed.stdout)).toMatchObject({ resources: [{ name: 'kv', partitions: 4 }] });
    expect(await second.server.stop()).toEqual({ code: 0, signal: null });
    expect(await keelson(['status'], { KEELSON_SERVER: second.ready.console })).toMatchObject({ code: 5 });
  });

  test('refuses to listen in the open, on a taken port, or on a folder in use', async () => {
    const open = await keelson(['server', '--host', '0.0.0.0', '--data-dir', join(folder.path, 'other'), ...anyPort]);
    expect(open).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--tls-cert, --tls-key, --token-file'),
    });
    const { ready } = await background(['server', '--data-dir', join(folder.path, 'data'), ...anyPort]);
    const locked = await keelson(['server', '--data-dir', join(folder.path, 'data'), ...anyPort]);
    expect(locked).toMatchObject({ code: 4, stderr: expect.stringContaining('E_STORE_LOCKED') });
    const taken = [
      '--http-port',
      new URL(ready.console).port,
      '--etcd-port',
      '0',
      '--data-dir',
      join(folder.path, 'other'),
    ];
    expect(await keelson(['server', ...taken])).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('--http-port'),
    });
  });

  test('status --watch shows what changes, and outlives the server', async () => {
    const args = ['server', '--data-dir', join(folder.path, 'data'), '--http-port', '0', '--etcd-port', '0'];
    const first = await background(args);
    const env = { KEELSON_SERVER: first.ready.console };
    await keelson(['cluster', 'create', 'shop'], env);
    const watching = await spawnProcess(process.execPath, [program, 'status', '--watch', '--json'], {
      name: 'keelson status',
      env,
    });
    started.push(watching);
    await watching.lineMatching(/"total":0/);
    await keelson(['instance', 'add', 'w1'], env);
    await watching.lineMatching(/"total":1/);
    await first.server.stop();
    await eventually('a complaint', () => watching.stderr().includes('Trying again'), { timeoutMs: 20_000 });
    const port = new URL(first.ready.console).port;
    await background(['server', '--data-dir', join(folder.path, 'data'), '--http-port', port, '--etcd-port', '0']);
    await keelson(['instance', 'add', 'w2'], env);
    await watching.lineMatching(/"total":2/, { timeoutMs: 20_000 });
    watching.signal('SIGINT');
    expect((await watching.exited).code).toBe(0);
  });

  test('store watch prints changes until it is interrupted', async () => {
    const { ready } = await background(['server', '--data-dir', join(folder.path, 'data'), ...anyPort]);
    const env = { KEELSON_SERVER: ready.console, NO_COLOR: '1' };
    const watching = await spawnProcess(process.execPath, [program, 'store', 'watch', '/shop'], {
      name: 'keelson store',
      env,
    });
    started.push(watching);
    await watching.lineMatching(/^snapshot \(initial\): 0 entries/);
    await keelson(['cluster', 'create', 'shop'], env);
    await watching.lineMatching(/^put {5}\/shop\/CONFIGS\/CLUSTER\/shop {2}revision \d+ /);
    await keelson(['cluster', 'drop', 'shop'], env);
    await watching.lineMatching(/^delete {2}\/shop\/CONFIGS\/CLUSTER\/shop {2}revision \d+$/);
    watching.signal('SIGINT');
    expect((await watching.exited).code).toBe(0);
  });
});

test('keelson start runs the example, loses nothing to a killed worker, and leaves nothing behind', async () => {
  const { server, ready } = await background([
    'start',
    '--example',
    example,
    '--workers',
    '3',
    '--data-dir',
    join(folder.path, 'data'),
    ...anyPort,
  ]);
  expect(ready).toMatchObject({ cluster: 'example', resource: 'kv', ttlMs: 3_000 });
  expect(ready.workers?.map(({ instance }) => instance).sort()).toEqual(['worker-1', 'worker-2', 'worker-3']);
  const lines = (): Line[] =>
    server
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  const checks = (): Line[] => lines().filter(({ event }) => event === 'check');
  const [victim] = ready.workers ?? [];
  await eventually('acknowledged lines', () => (checks().at(-1)?.acknowledged ?? 0) > 0, { timeoutMs: 30_000 });
  const before = checks().at(-1)?.acknowledged ?? 0;
  process.kill(victim?.pid ?? 0, 'SIGKILL');
  await server.lineMatching(/"event":"worker-stopped"/);
  await eventually('more acknowledged lines', () => (checks().at(-1)?.acknowledged ?? 0) > before + 50, {
    timeoutMs: 60_000,
  });
  expect(checks().filter(({ lost, doubled }) => lost !== 0 || doubled !== 0)).toEqual([]);
  const explained = await keelson(['explain', 'kv', 'kv_0'], { KEELSON_SERVER: ready.console });
  expect(explained).toMatchObject({ code: 0, stdout: expect.stringContaining('kv / kv_0') });
  const pids = [...new Set(Array.from(server.stdout().matchAll(/"pid":(\d+)/g), ([, pid]) => Number(pid)))];
  expect(pids.length).toBeGreaterThanOrEqual(3);
  server.signal('SIGINT');
  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(pids.filter(isRunning)).toEqual([]);
});
