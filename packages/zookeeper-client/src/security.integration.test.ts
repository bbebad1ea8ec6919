import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  eventually,
  requireServer,
  testRuntime as runtime,
  startZooKeeper,
  temporaryDirectory,
} from '@keelson/testing';
import { describe, expect, test } from 'vitest';
import { connectZooKeeper } from './index.ts';

const fixture = (name: string): string => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.skipIf(!requireServer('zookeeper-3.9'))('a server with TLS', () => {
  test('is spoken to where its certificate is trusted, and only then', async () => {
    await using zookeeper = await startZooKeeper({ version: '3.9', tlsKeyStore: fixture('server.pem') });
    const connectString = zookeeper.members[0]?.secureAddress ?? '';
    const ca = readFileSync(fixture('ca.pem'), 'utf8');
    await using client = await connectZooKeeper({ connectString, tls: { ca }, runtime, timeoutMs: 10_000 });
    await client.create('/a', new Uint8Array(200_000).fill(3));
    expect((await client.get('/a')).data.length).toBe(200_000);
    expect(await eventually('the role of the server', () => client.serverRole)).toBe('standalone');
    const stranger = connectZooKeeper({ connectString, tls: {}, runtime });
    await expect(stranger).rejects.toMatchObject({
      code: 'E_UNAVAILABLE',
      message: expect.stringMatching(/certificate/),
    });
    const plain = connectZooKeeper({ connectString, runtime, timeoutMs: 1_000 });
    await expect(plain).rejects.toMatchObject({ code: expect.stringMatching(/E_UNAVAILABLE|E_TIMEOUT/) });
  });
});

describe.skipIf(!requireServer('zookeeper'))('a server that wants SASL', () => {
  test('takes who knows the password, and nobody else', async () => {
    await using folder = await temporaryDirectory();
    const login = join(folder.path, 'jaas.conf');
    await writeFile(
      login,
      'Server { org.apache.zookeeper.server.auth.DigestLoginModule required user_ada="s3cret"; };\n',
    );
    await using zookeeper = await startZooKeeper({
      settings: [
        'authProvider.1=org.apache.zookeeper.server.auth.SASLAuthenticationProvider',
        'enforce.auth.enabled=true',
        'enforce.auth.schemes=sasl',
      ],
      jvmOptions: [`-Djava.security.auth.login.config=${login}`],
    });
    const { connectString } = zookeeper;
    const sasl = { user: 'ada', password: 's3cret' };
    await using client = await connectZooKeeper({ connectString, sasl, runtime });
    expect(await client.whoAmI()).toContainEqual({ scheme: 'sasl', user: 'ada' });
    await client.create('/a', bytes(''), { acl: [{ permissions: 31, scheme: 'sasl', id: 'ada' }] });
    expect((await client.get('/a')).data).toEqual(bytes(''));
    for (const wrong of [
      { user: 'ada', password: 'guess' },
      { user: 'bob', password: 'another' },
    ])
      await expect(connectZooKeeper({ connectString, sasl: wrong, runtime })).rejects.toMatchObject({
        code: 'E_UNAUTHENTICATED',
      });
    await using anonymous = await connectZooKeeper({ connectString, runtime });
    await expect(anonymous.get('/a')).rejects.toMatchObject({ code: expect.stringMatching(/E_UNAUTH|E_UNAVAILABLE/) });
  });

  test('a scheme that the server does not know is refused', async () => {
    await using zookeeper = await startZooKeeper();
    const { connectString } = zookeeper;
    const auth = [{ scheme: 'unheard-of', auth: 'x' }];
    await expect(connectZooKeeper({ connectString, auth, runtime })).rejects.toMatchObject({
      code: 'E_UNAUTHENTICATED',
    });
    const credentials = { id: 0x1234n, password: new Uint8Array(16) };
    const forged = connectZooKeeper({ connectString, session: credentials, runtime });
    await expect(forged).rejects.toMatchObject({ code: 'E_SESSION_EXPIRED' });
    await using owner = await connectZooKeeper({ connectString, runtime });
    const stolen = { id: owner.session.id, password: new Uint8Array(16).fill(9) };
    const thief = connectZooKeeper({ connectString, session: stolen, runtime });
    await expect(thief).rejects.toMatchObject({ code: 'E_SESSION_EXPIRED' });
    // ZooKeeper breaks the owner's connection before it looks at the password; the session itself stays the owner's.
    await eventually('the owner to be connected', () => owner.sync('/'));
    expect(owner.session.id).toBe(stolen.id);
  });
});
