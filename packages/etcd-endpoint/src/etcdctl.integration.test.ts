import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemRuntime } from '@keelson/runtime';
import { type EmbeddedBackend, openEmbeddedBackend } from '@keelson/store-embedded';
import {
  type CommandResult,
  etcdctlPath,
  eventually,
  type ManagedProcess,
  requireServer,
  runCommand,
  serverFile,
  spawnProcess,
  type TemporaryDirectory,
  temporaryDirectory,
} from '@keelson/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { passwordAuth } from './auth.ts';
import { type EtcdEndpoint, type EtcdEndpointOptions, startEtcdEndpoint } from './endpoint.ts';

const runtime = systemRuntime();
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

let folder: TemporaryDirectory;
let backend: EmbeddedBackend;
let endpoint: EtcdEndpoint;
const running: ManagedProcess[] = [];

async function start(options: Partial<EtcdEndpointOptions> = {}): Promise<void> {
  backend = await openEmbeddedBackend({ directory: folder.path, runtime });
  endpoint = await startEtcdEndpoint({ backend, runtime, host: '127.0.0.1', port: 0, ...options });
}

async function stop(): Promise<void> {
  await endpoint.close();
  await backend.close();
}

beforeEach(async () => {
  folder = await temporaryDirectory('etcdctl');
});

afterEach(async () => {
  for (const process of running.splice(0)) await process.kill();
  await stop();
  await folder.remove();
});

describe.each(['3.7', '3.4'] as const)('etcdctl %s', (version) => {
  const environment = { ETCDCTL_API: '3' };
  const run = (
    args: readonly string[],
    options: { readonly input?: string; readonly timeoutMs?: number } = {},
  ): Promise<CommandResult> =>
    runCommand(etcdctlPath(version), [`--endpoints=${endpoint.address}`, ...args], { env: environment, ...options });
  const ok = async (line: string, options: { readonly input?: string; readonly timeoutMs?: number } = {}) => {
    const result = await run(line.split(' '), options);
    expect(result.code, `${line}: ${result.stderr}`).toBe(0);
    return result.stdout.trim();
  };
  const background = async (line: string): Promise<ManagedProcess> => {
    const args = [`--endpoints=${endpoint.address}`, ...line.split(' ')];
    const process = await spawnProcess(etcdctlPath(version), args, { env: environment });
    running.push(process);
    return process;
  };

  describe.skipIf(!requireServer(`etcd-${version}`))('against the embedded store', () => {
    test('put, get and del with their options', async () => {
      await start();
      await ok('put /app/a one');
      await ok('put /app/b two');
      expect(await ok('put /app/a three --prev-kv')).toBe('OK\n/app/a\none');
      expect(await ok('get /app/a')).toBe('/app/a\nthree');
      expect(await ok('get /app/ --prefix --keys-only')).toBe('/app/a\n\n/app/b');
      expect(await ok('get /app/ --prefix --order=DESCEND --sort-by=KEY --limit=1 --print-value-only')).toBe('two');
      expect(await ok('get /app/a --rev=2 --print-value-only')).toBe('one');
      expect(JSON.parse(await ok('get /app/b -w json'))).toMatchObject({ count: 1, header: { revision: 4 } });
      expect(await ok('get /app/b --from-key --print-value-only')).toBe('two');
      expect(await ok('del /app/ --prefix --prev-kv')).toBe('2\n/app/a\nthree\n/app/b\ntwo');
      expect(await ok('get /app/ --prefix')).toBe('');
      const missing = await run(['get', '/app/a', '--rev=99']);
      expect(missing.code).not.toBe(0);
      expect(missing.stderr).toContain('required revision is a future revision');
    });

    test('txn', async () => {
      await start();
      await ok('put a 1');
      const input = 'value("a") = "1"\nmod("b") = "0"\n\nput b 2\nget a\n\nput b 3\n\n';
      expect(await ok('txn -i', { input })).toMatch(/SUCCESS\n\nOK\n\na\n1$/);
      expect(await ok('txn -i', { input })).toMatch(/FAILURE\n\nOK$/);
      expect(await ok('get b --print-value-only')).toBe('3');
    });

    test('watch, live and from the past', async () => {
      await start();
      const live = await background('watch /w/ --prefix --prev-kv');
      // It says nothing when it is in place: the store does.
      await eventually('the watch to be in place', () => Promise.resolve(backend.describe().watches === 1));
      await ok('put /w/a 1');
      await live.lineMatching(/^\/w\/a$/);
      await ok('put /w/b 7');
      await live.lineMatching(/^7$/);
      await ok('del /w/b');
      await live.lineMatching(/^DELETE$/);
      const past = await background('watch /w/b --rev=2');
      await past.lineMatching(/^DELETE$/);
      expect(past.stdout()).toBe('PUT\n/w/b\n7\nDELETE\n/w/b\n\n');
    });

    test('lease grant, timetolive, keep-alive, list and revoke', async () => {
      await start();
      const [, id = ''] = /lease (\S+) granted with TTL\(60s\)/.exec(await ok('lease grant 60')) ?? [];
      await ok(`put l 1 --lease=${id}`);
      expect(await ok(`lease timetolive ${id} --keys`)).toMatch(
        /granted with TTL\(60s\), remaining\((59|60)s\), attached keys\(\[l\]\)/,
      );
      expect(await ok(`lease keep-alive ${id} --once`)).toContain('keepalived with TTL(60)');
      expect(await ok('lease list')).toContain(id);
      expect(await ok(`lease revoke ${id}`)).toContain('revoked');
      expect(await ok('get l')).toBe('');
      expect(await ok(`lease timetolive ${id}`)).toContain('already expired');
    });

    test('a lease ends without its keeper', async () => {
      await start();
      const [, id = ''] = /lease (\S+) granted with TTL\(1s\)/.exec(await ok('lease grant 1')) ?? [];
      const watch = await background('watch l --rev=2');
      await ok(`put l 1 --lease=${id}`);
      await watch.lineMatching(/^DELETE$/);
    });

    test('lock: the second waits for the first', async () => {
      await start();
      expect(await ok('lock quick echo done')).toBe('done');
      const first = await background('lock m');
      const [key = ''] = await first.lineMatching(/^m\/\S+/);
      const second = await background('lock m');
      expect(second.stdout()).toBe('');
      expect(await ok('get m/ --prefix --keys-only')).toContain(key);
      first.signal('SIGINT');
      await second.lineMatching(/^m\/\S+/);
      expect(await ok('get m/ --prefix -w fields')).toContain('"Count" : 1');
    });

    test('elect: leader, observer, the next leader', async () => {
      await start();
      const leader = await background('elect e one');
      await leader.lineMatching(/^one$/);
      const observer = await background('elect e --listen');
      await observer.lineMatching(/^one$/);
      const next = await background('elect e two');
      leader.signal('SIGINT');
      await next.lineMatching(/^two$/);
      await observer.lineMatching(/^two$/);
    });

    test('member list, endpoint status and health', async () => {
      await start();
      expect(await ok('member list')).toMatch(
        new RegExp(`^[0-9a-f]+, started, keelson, , http://${endpoint.address}, false$`),
      );
      const [status] = JSON.parse(await ok('endpoint status -w json')) as { Status: Record<string, unknown> }[];
      expect(status?.Status).toMatchObject({ version: expect.stringMatching(/^3\.6\.0/), raftTerm: 2 });
      // The one prints it to standard output, the other to standard error.
      const health = await run(['endpoint', 'health']);
      expect(health.stdout + health.stderr).toContain('is healthy');
      expect(health.code).toBe(0);
    });

    test('compaction, defrag, alarm list, hashkv', async () => {
      await start();
      for (const value of ['1', '2', '3']) await ok(`put a ${value}`);
      expect(await ok('compaction 3')).toBe('compacted revision 3');
      const again = await run(['compaction', '3']);
      expect(again.stderr).toContain('required revision has been compacted');
      expect((await run(['get', 'a', '--rev=2'])).stderr).toContain('required revision has been compacted');
      expect(await ok('get a --rev=3 --print-value-only')).toBe('2');
      expect(await ok('defrag')).toContain('Finished defragmenting');
      expect(await ok('alarm list')).toBe('');
      expect(await ok('alarm disarm')).toBe('');
      expect(await ok('endpoint hashkv')).toMatch(/, \d+/);
    });

    test('snapshot save writes a whole, checked file', async () => {
      await start();
      await ok(`put a ${'x'.repeat(100_000)}`);
      const file = join(folder.path, 'snapshot.db');
      expect(await ok(`snapshot save ${file}`)).toContain('Snapshot saved');
      // The store's own file and the 32 bytes of its SHA-256, by which etcdctl has checked it.
      expect((await stat(file)).size % 512).toBe(32);
      const path = await ok(`get a --print-value-only`);
      expect(path).toHaveLength(100_000);
    });

    test('what one member without users cannot do says so', async () => {
      await start();
      for (const line of ['member remove 1', 'move-leader 1', 'auth enable', 'user list']) {
        const result = await run(line.split(' '));
        expect(result.code, line).not.toBe(0);
        expect(result.stderr, line).toMatch(/Unimplemented|unknown method/);
      }
    });

    test('keys, history and leases survive a restart', async () => {
      await start();
      const [, id = ''] = /lease (\S+) granted/.exec(await ok('lease grant 100')) ?? [];
      await ok('put a 1');
      await ok(`put a 2 --lease=${id}`);
      const before = await ok('get a -w fields');
      await stop();
      await start();
      expect(await ok('get a -w fields')).toBe(before);
      expect(await ok('get a --rev=2 --print-value-only')).toBe('1');
      expect(await ok(`lease timetolive ${id} --keys`)).toContain('attached keys([a])');
    });

    test('over TLS, as a user', async () => {
      const tls = { cert: readFileSync(fixture('server.pem')), key: readFileSync(fixture('server-key.pem')) };
      await start({ tls, auth: passwordAuth(new Map([['keelson', 's3cret']])) });
      const secured = (user: string, line: string): Promise<CommandResult> =>
        runCommand(
          etcdctlPath(version),
          [
            `--endpoints=https://${endpoint.address}`,
            `--cacert=${fixture('ca.pem')}`,
            ...(user === '' ? [] : [`--user=${user}`]),
            ...line.split(' '),
          ],
          { env: environment },
        );
      expect((await secured('keelson:s3cret', 'put a 1')).stdout.trim()).toBe('OK');
      expect((await secured('keelson:s3cret', 'lock m echo held')).stdout.trim()).toBe('held');
      expect((await secured('keelson:wrong', 'get a')).stderr).toContain(
        'authentication failed, invalid user ID or password',
      );
      expect((await secured('nobody:s3cret', 'get a')).stderr).toContain('authentication failed');
      expect((await secured('', 'get a')).stderr).toContain('user name is empty');
      expect((await secured('keelson:s3cret', 'auth status')).stdout).toContain(
        version === '3.4' ? '' : 'Authentication Status: true',
      );
    });
  });
});

describe.skipIf(!requireServer('etcd-3.7'))('etcdctl 3.7, the long ones', () => {
  test('check perf', { timeout: 150_000 }, async () => {
    await start();
    const result = await runCommand(
      serverFile('etcd-3.7', 'etcdctl'),
      [`--endpoints=${endpoint.address}`, 'check', 'perf'],
      {
        timeoutMs: 120_000,
      },
    );
    // Whether the machine was fast enough is not asked here; that every request was answered is.
    expect(result.stdout).toMatch(/Throughput is|Throughput too low/);
    expect(result.stdout + result.stderr).not.toMatch(/too many errors|"level":"(error|fatal)"/);
    expect((await backend.range({ key: '\0', end: '\0', countOnly: true })).count).toBe(0);
  });

  test('etcdutl takes a snapshot for what it is: not a file of etcd', async () => {
    await start();
    const file = join(folder.path, 'snapshot.db');
    await runCommand(serverFile('etcd-3.7', 'etcdctl'), [`--endpoints=${endpoint.address}`, 'snapshot', 'save', file]);
    const status = await runCommand(serverFile('etcd-3.7', 'etcdutl'), ['snapshot', 'status', file]);
    expect(status.code).not.toBe(0);
    expect(status.stderr).toContain('invalid database');
  });
});
