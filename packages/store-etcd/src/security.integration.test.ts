import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sleep } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { type EtcdServer, eventually, freePort, requireServer, startEtcd, testRuntime } from '@keelson/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { connectEtcd } from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

let etcd: EtcdServer | undefined;
let stores: Store[] = [];
const keep = (store: Store): Store => {
  stores.push(store);
  return store;
};

afterEach(async () => {
  for (const store of stores) await store.close();
  stores = [];
  await etcd?.stop();
});

async function startWithUsers(version: '3.7' | '3.4', flags: readonly string[] = []): Promise<EtcdServer> {
  const server = await startEtcd({ version, flags });
  etcd = server;
  for (const command of [
    'user add root:secret',
    'user grant-role root root',
    'role add app',
    'role grant-permission app --prefix=true readwrite /app/',
    'user add app:pass@word',
    'user grant-role app app',
    'auth enable',
  ]) {
    // Before 3.5 there is no role `root` of itself.
    if (command === 'user grant-role root root') await server.etcdctl(['role', 'add', 'root']);
    const result = await server.etcdctl(command.split(' '));
    expect(result.code, result.stderr).toBe(0);
  }
  return server;
}

describe.each(['3.7', '3.4'] as const)('etcd %s with users', (version) => {
  describe.skipIf(!requireServer(`etcd-${version}`))('signs in', () => {
    test('by name and password, as option and in the address', async () => {
      const server = await startWithUsers(version);
      const byOption = keep(
        await connectEtcd({ endpoints: server.endpoints, auth: { user: 'root', password: 'secret' } }),
      );
      await byOption.put('/app/a', bytes('1'));
      const address = `etcd://app:pass%40word@127.0.0.1:${server.members[0]?.clientPort}`;
      const byAddress = keep(await connectEtcd({ endpoints: address }));
      expect((await byAddress.get('/app/a'))?.version).toBe(1);
      await expect(byAddress.put('/other/a', bytes('1'))).rejects.toMatchObject({ code: 'E_FORBIDDEN' });
    });

    test('not with a wrong password, nor without one', async () => {
      const server = await startWithUsers(version);
      const auth = { user: 'app', password: 'wrong' };
      await expect(connectEtcd({ endpoints: server.endpoints, auth })).rejects.toMatchObject({
        code: 'E_UNAUTHENTICATED',
      });
      await expect(connectEtcd({ endpoints: server.endpoints })).rejects.toMatchObject({
        code: expect.stringMatching(/E_UNAUTHENTICATED|E_INVALID_ARGUMENT/),
      });
    });

    test('again when the server has forgotten its tokens, for calls and for watches', async () => {
      const server = await startWithUsers(version);
      const auth = { user: 'app', password: 'pass@word' };
      const store = keep(await connectEtcd({ endpoints: server.endpoints, auth }));
      const events: string[] = [];
      const watching = (async () => {
        for await (const event of store.watch('/app/x')) {
          events.push(event.type);
          if (event.type === 'changes') return;
        }
      })();
      await eventually('the snapshot', () => events.includes('snapshot'));
      await server.members[0]?.restart();
      await eventually('the store to be reached again', () => store.status.connected);
      await store.put('/app/x', bytes('1'));
      await watching;
      expect(events).toContain('interrupted');
    });
  });
});

test.skipIf(!requireServer('etcd-3.7'))('a token that has run out is renewed', async () => {
  const server = await startWithUsers('3.7', ['--auth-token-ttl=1']);
  const store = keep(await connectEtcd({ endpoints: server.endpoints, auth: { user: 'app', password: 'pass@word' } }));
  await store.put('/app/a', bytes('1'));
  await sleep(testRuntime, 3_000);
  expect((await store.put('/app/a', bytes('2'))).version).toBe(2);
});

describe.skipIf(!requireServer('etcd-3.7'))('over TLS', () => {
  const secure = async (): Promise<EtcdServer> => {
    etcd = await startEtcd({
      flags: [`--cert-file=${fixture('server.pem')}`, `--key-file=${fixture('server-key.pem')}`],
    });
    return etcd;
  };

  test('with the authority given', async () => {
    const server = await secure();
    const store = keep(
      await connectEtcd({ endpoints: server.endpoints, tls: { ca: readFileSync(fixture('ca.pem')) } }),
    );
    expect((await store.put('/a', bytes('1'))).version).toBe(1);
  });

  test('with a certificate of its own, where the server asks for one, and not without', async () => {
    const [ca, cert, key] = ['ca.pem', 'server.pem', 'server-key.pem'].map(fixture);
    const flags = [`--cert-file=${cert}`, `--key-file=${key}`, `--trusted-ca-file=${ca}`, '--client-cert-auth'];
    etcd = await startEtcd({ flags });
    const trust = { ca: readFileSync(ca ?? '') };
    const own = { cert: readFileSync(cert ?? ''), key: readFileSync(key ?? '') };
    const store = keep(await connectEtcd({ endpoints: etcd.endpoints, tls: { ...trust, ...own } }));
    expect((await store.put('/a', bytes('1'))).version).toBe(1);
    await expect(connectEtcd({ endpoints: etcd.endpoints, tls: trust })).rejects.toMatchObject({
      code: 'E_UNAVAILABLE',
    });
  });

  test('not with a certificate that nobody vouches for, nor in plain', async () => {
    const server = await secure();
    await expect(connectEtcd({ endpoints: server.endpoints })).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    const plain = server.endpoints.map((endpoint) => endpoint.replace('https', 'http'));
    await expect(connectEtcd({ endpoints: plain })).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
  });
});

test('nobody there is said to be so', async () => {
  const port = await freePort();
  await expect(connectEtcd({ endpoints: [`127.0.0.1:${port}`] })).rejects.toMatchObject({
    code: 'E_UNAVAILABLE',
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
});
