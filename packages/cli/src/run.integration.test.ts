import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { Store } from '@keelson/store';
import { connectEtcd } from '@keelson/store-etcd';
import { connectZooKeeperStore } from '@keelson/store-zookeeper';
import {
  eventually,
  type ManagedProcess,
  requireServer,
  runCommand,
  spawnProcess,
  startEtcd,
  startZooKeeper,
  temporaryDirectory,
  testRuntime,
} from '@keelson/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const holder = fileURLToPath(new URL('../test-support/session-holder.mjs', import.meta.url));

/** Long enough that no session ends by itself while these tests run. */
const TTL_MS = 60_000;

interface Host extends AsyncDisposable {
  readonly url: string;
  connect(): Promise<Store>;
}

async function ownServer(): Promise<Host> {
  const folder = await temporaryDirectory('keelson-run');
  const flags = ['--data-dir', folder.path, '--http-port', '0', '--etcd-port', '0', '--json'];
  const server = await spawnProcess(process.execPath, [program, 'server', ...flags], { name: 'keelson server' });
  const [line] = await server.lineMatching(/"event":"ready".*$/, { timeoutMs: 60_000 });
  const { etcd } = JSON.parse(`{${line}`) as { etcd: string };
  const url = `etcd://${etcd}`;
  return {
    url,
    connect: async () => await connectEtcd({ endpoints: url, runtime: testRuntime }),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await folder.remove();
    },
  };
}

async function realEtcd(): Promise<Host> {
  const etcd = await startEtcd({ version: '3.7' });
  const url = `etcd://127.0.0.1:${etcd.members[0]?.clientPort}`;
  return {
    url,
    connect: async () => await connectEtcd({ endpoints: url, runtime: testRuntime }),
    [Symbol.asyncDispose]: () => etcd.stop(),
  };
}

async function realZooKeeper(): Promise<Host> {
  // With ticks of 3 s it grants sessions of up to a minute.
  const zookeeper = await startZooKeeper({ tickTimeMs: 3_000 });
  const url = `zookeeper://${zookeeper.connectString}/run`;
  return {
    url,
    connect: async () => await connectZooKeeperStore({ address: url, runtime: testRuntime }),
    [Symbol.asyncDispose]: () => zookeeper.stop(),
  };
}

const hosts: readonly [string, boolean, () => Promise<Host>][] = [
  ["Keelson's own server", true, ownServer],
  ['etcd', requireServer('etcd-3.7'), realEtcd],
  ['ZooKeeper', requireServer('zookeeper'), realZooKeeper],
];

describe.each(hosts.filter(([, here]) => here))('keelson run on %s', (_, __, open) => {
  let host: Host;
  let store: Store;
  const started: ManagedProcess[] = [];
  const holders = new Set<number>();

  beforeAll(async () => {
    host = await open();
    store = await host.connect();
  }, 90_000);

  afterEach(async () => {
    for (const one of started.splice(0)) await one.stop();
    // They are in groups of their own, so that they survive their supervisor.
    for (const pid of holders) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    holders.clear();
  });

  afterAll(async () => {
    await store?.close();
    await host?.[Symbol.asyncDispose]();
  });

  async function supervise(command: readonly string[], flags: readonly string[] = []): Promise<ManagedProcess> {
    const args = [program, 'run', '--json', ...flags, '--', ...command];
    const supervisor = await spawnProcess(process.execPath, args, { name: 'keelson run' });
    started.push(supervisor);
    return supervisor;
  }

  const holding = (name: string): string[] => [process.execPath, holder, host.url, name, String(TTL_MS)];

  /** The process that holds the entry: it has opened its session, and its supervisor knows. */
  async function heldBy(name: string, supervisor: ManagedProcess, except?: number): Promise<number> {
    const pid = await eventually(`a holder of ${name}`, async () => {
      const entry = await store.get(`/held/${name}`);
      const found = entry === undefined ? undefined : Number(new TextDecoder().decode(entry.value));
      return found === except ? undefined : found;
    });
    holders.add(pid);
    await eventually('the supervisor to know', () =>
      events(supervisor).find((event) => event.event === 'session' && event.pid === pid),
    );
    return pid;
  }

  test('kill -9: the session is ended at once, long before its ttl, and the process is started again', async () => {
    const sinceMs = testRuntime.clock.monotonicMs();
    const supervisor = await supervise(holding('killed'));
    const pid = await heldBy('killed', supervisor);
    await using watch = store.watch('/held/killed');
    const changes = watch[Symbol.asyncIterator]();
    expect((await changes.next()).value).toMatchObject({ type: 'snapshot' });
    process.kill(pid, 'SIGKILL');
    // Its entry goes with its session, and only then comes its successor's.
    expect((await changes.next()).value).toMatchObject({ type: 'changes', changes: [{ type: 'delete' }] });
    const successor = await heldBy('killed', supervisor, pid);
    expect(successor).not.toBe(pid);
    expect(isRunning(pid)).toBe(false);
    expect(testRuntime.clock.monotonicMs() - sinceMs).toBeLessThan(TTL_MS);
    const ofIt = events(supervisor).filter((event) => event.pid === pid);
    expect(ofIt.map(({ event }) => event)).toEqual(['started', 'session', 'exited', 'session-ended']);
    const done = events(supervisor).find(({ event }) => event === 'session-ended');
    console.info(`session ended ${Number(done?.afterMs).toFixed(1)} ms after the end of its holder`);
  }, 60_000);

  test('a process that is stopped keeps its session: it may go on', async () => {
    const supervisor = await supervise(holding('stopped'), ['--restart', 'never']);
    const pid = await heldBy('stopped', supervisor);
    process.kill(pid, 'SIGSTOP');
    await eventually('it to be stopped', () => stateOf(pid) === 'T');
    // Passed on after that: so the supervisor has seen all that there was to see.
    supervisor.signal('SIGUSR2');
    await eventually('the signal to be passed on', () => events(supervisor).some(({ event }) => event === 'signal'));
    expect(await store.get('/held/stopped')).toBeDefined();
    expect(events(supervisor).filter(({ event }) => event === 'session-ended')).toEqual([]);
    process.kill(pid, 'SIGCONT');
    await eventually('it to go on, in its session', async () => await store.get('/alive/stopped'));
    process.kill(pid, 'SIGKILL');
    expect(await supervisor.exited).toMatchObject({ code: 137 });
    expect(await store.get('/held/stopped')).toBeUndefined();
  }, 60_000);

  test('kill -9 of the supervisor: the process goes on, and nothing is ended', async () => {
    const supervisor = await supervise(holding('orphan'));
    const pid = await heldBy('orphan', supervisor);
    const before = await store.get('/held/orphan');
    supervisor.signal('SIGKILL');
    await eventually('it to be gone', () => !isRunning(supervisor.pid));
    process.kill(pid, 'SIGUSR2');
    const alive = await eventually('a sign of life', async () => await store.get('/alive/orphan'));
    expect(isRunning(pid)).toBe(true);
    expect(alive.owner).toBe(before?.owner);
    expect(await store.get('/held/orphan')).toEqual(before);
    process.kill(pid, 'SIGKILL');
    await eventually('the process to be gone', () => !isRunning(pid));
    expect(await store.get('/held/orphan')).toEqual(before);
    // It cannot be waited for: what holds its pipes has only just gone.
    await supervisor.exited;
  }, 60_000);

  test('what the process has started itself is none of it: it may outlive it', async () => {
    const script = '"$@" & echo "$!"; wait';
    const supervisor = await supervise(
      ['/bin/sh', '-c', script, 'sh', ...holding('grandchild')],
      ['--restart', 'never'],
    );
    const entry = await eventually('the grandchild to hold', async () => await store.get('/held/grandchild'));
    const pid = Number(new TextDecoder().decode(entry.value));
    holders.add(pid);
    const shell = Number(events(supervisor).find(({ event }) => event === 'started')?.pid);
    expect(shell).not.toBe(pid);
    process.kill(shell, 'SIGKILL');
    await eventually('the shell to be gone', () => events(supervisor).some(({ event }) => event === 'exited'));
    process.kill(pid, 'SIGUSR2');
    await eventually('a sign of life', async () => await store.get('/alive/grandchild'));
    expect(await store.get('/held/grandchild')).toEqual(entry);
    expect(events(supervisor).map(({ event }) => event)).toEqual(['started', 'exited']);
    process.kill(pid, 'SIGKILL');
    expect(await supervisor.exited).toMatchObject({ code: 137 });
  }, 60_000);

  test('a program that puts another in its place stays the same process: its end is the end of the session', async () => {
    const supervisor = await supervise(
      ['/bin/sh', '-c', 'exec "$@"', 'sh', ...holding('replaced')],
      ['--restart', 'never'],
    );
    const pid = await heldBy('replaced', supervisor);
    expect(events(supervisor)[0]).toMatchObject({ event: 'started', pid });
    process.kill(pid, 'SIGKILL');
    expect(await supervisor.exited).toMatchObject({ code: 137 });
    expect(await store.get('/held/replaced')).toBeUndefined();
  }, 60_000);

  test('a process that is dead but not waited for keeps its session until its parent knows', async () => {
    const supervisor = await supervise(holding('zombie'), ['--restart', 'never']);
    const pid = await heldBy('zombie', supervisor);
    const before = await store.get('/held/zombie');
    supervisor.pause();
    await eventually('the supervisor to stand still', () => stateOf(supervisor.pid) === 'T');
    process.kill(pid, 'SIGKILL');
    await eventually('it to be dead, and nobody to have waited for it', () => stateOf(pid) === 'Z');
    // Written after its death, by somebody else: so there was time to end its session.
    await store.put('/held/nobody', new Uint8Array());
    expect(await store.get('/held/zombie')).toEqual(before);
    supervisor.resume();
    expect(await supervisor.exited).toMatchObject({ code: 137 });
    expect(await store.get('/held/zombie')).toBeUndefined();
  }, 60_000);

  test('an orderly end: the signal is passed on, the process leaves by itself, its exit code is ours', async () => {
    const supervisor = await supervise(holding('orderly'), ['--restart', 'always']);
    await heldBy('orderly', supervisor);
    supervisor.signal('SIGTERM');
    expect(await supervisor.exited).toMatchObject({ code: 0 });
    expect(await store.get('/held/orderly')).toBeUndefined();
    const other = await supervise(holding('coded'), ['--restart', 'never']);
    await heldBy('coded', other);
    other.signal('SIGHUP');
    expect(await other.exited).toMatchObject({ code: 7 });
    expect(await store.get('/held/coded')).toBeUndefined();
  }, 60_000);
});

describe('keelson run', () => {
  const keelson = async (...args: string[]): ReturnType<typeof runCommand> =>
    await runCommand(process.execPath, [program, 'run', ...args], { name: 'keelson run' });

  test('passes arguments, output and the exit code through', async () => {
    const script = 'process.stdout.write(process.argv.slice(1).join(" ")); process.exitCode = 5';
    const { code, stdout } = await keelson(
      '--restart',
      'never',
      '--',
      process.execPath,
      '-e',
      script,
      '--',
      '--json',
      'x',
    );
    expect({ code, stdout }).toEqual({ code: 5, stdout: '--json x' });
  });

  test('starts a failing process again, until it succeeds', async () => {
    const folder = await temporaryDirectory('keelson-run');
    // Fails twice: each run leaves a letter behind.
    const script = `cd ${folder.path}; printf x >> runs; [ "$(cat runs)" = xxx ]`;
    const { code, stderr } = await keelson('--restart-delay', '5', '--', '/bin/sh', '-c', script);
    expect(code).toBe(0);
    expect(stderr.match(/starting again in \d+ ms/g)).toHaveLength(2);
    await folder.remove();
  });

  test('says in one sentence what it cannot run', async () => {
    const missing = await keelson('--', '/no/such/program');
    expect(missing).toMatchObject({
      code: 2,
      stderr: 'keelson: Cannot start /no/such/program (ENOENT). (E_INVALID_ARGUMENT)\n',
    });
    expect(await keelson('--restart', 'sometimes', '--', 'true')).toMatchObject({ code: 2 });
    expect(await keelson()).toMatchObject({ code: 2 });
  });
});

/** The events that the supervisor has written so far. */
function events(supervisor: ManagedProcess): Readonly<Record<string, unknown>>[] {
  return supervisor
    .stderr()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function isRunning(pid: number): boolean {
  const state = stateOf(pid);
  return state !== undefined && state !== 'Z';
}

/** One letter, as the kernel has it: `T` is stopped, `Z` dead and not yet waited for. */
function stateOf(pid: number): string | undefined {
  try {
    return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
