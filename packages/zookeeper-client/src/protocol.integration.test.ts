import { requireServer, testRuntime as runtime, startZooKeeper, type ZooKeeperServer } from '@keelson/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectZooKeeper, type NodeEvent, Permission, sessionOwner, type ZooKeeperClient } from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);
const names = { '3.8': 'zookeeper', '3.9': 'zookeeper-3.9' } as const;

describe.each(['3.8', '3.9'] as const)('the protocol of ZooKeeper %s', (version) => {
  describe.skipIf(!requireServer(names[version]))('as the client speaks it', () => {
    let zookeeper: ZooKeeperServer;
    let client: ZooKeeperClient;

    beforeAll(async () => {
      zookeeper = await startZooKeeper({ version, settings: ['extendedTypesEnabled=true'] });
      const root = await connectZooKeeper({ connectString: zookeeper.connectString, runtime });
      await root.create('/app', bytes(''));
      await root.close();
      client = await connectZooKeeper({ connectString: `${zookeeper.connectString}/app`, runtime });
    });
    afterAll(async () => {
      await client?.close();
      await zookeeper?.stop();
    });

    test('nodes are created, read, written and deleted below the chroot', async () => {
      const created = await client.create('/n', bytes('1'));
      expect(created).toMatchObject({ path: '/n', stat: { version: 0, ephemeralOwner: 0n } });
      expect(created.stat.czxid).toBe(created.stat.mzxid);
      const changed = await client.set('/n', bytes('two'), { version: 0 });
      expect(changed).toMatchObject({ version: 1, dataLength: 3, czxid: created.stat.czxid });
      const { data, stat } = await client.get('/n');
      expect([text(data), stat]).toEqual(['two', changed]);
      expect(await client.exists('/n')).toEqual(changed);
      expect(await client.exists('/m')).toBeUndefined();
      await expect(client.set('/n', bytes(''), { version: 0 })).rejects.toMatchObject({ code: 'E_VERSION_CONFLICT' });
      await expect(client.create('/n', bytes(''))).rejects.toMatchObject({ code: 'E_ALREADY_EXISTS' });
      await expect(client.create('/m/below', bytes(''))).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
      await client.create('/n/child', bytes(''));
      await expect(client.delete('/n')).rejects.toMatchObject({ code: 'E_NOT_EMPTY' });
      expect((await client.children('/n')).names).toEqual(['child']);
      expect((await client.children('/')).names).toContain('n');
      await client.delete('/n/child');
      expect(await client.delete('/n', { version: 1 })).toBeGreaterThan(changed.mzxid);
      expect(Math.abs(stat.mtimeMs - runtime.clock.wallMs())).toBeLessThan(60_000);
    });

    test('every kind of node', async () => {
      await client.create('/kinds', bytes(''));
      const ephemeral = await client.create('/kinds/e', bytes(''), { mode: 'ephemeral' });
      expect(sessionOwner(ephemeral.stat)).toBe(client.session.id);
      const numbered = await client.create('/kinds/s-', bytes(''), { mode: 'persistent-sequential' });
      expect(numbered.path).toBe('/kinds/s-0000000001');
      const both = await client.create('/kinds/s-', bytes(''), { mode: 'ephemeral-sequential' });
      expect(both.path).toBe('/kinds/s-0000000002');
      const container = await client.create('/kinds/c', bytes(''), { mode: 'container' });
      const limited = await client.create('/kinds/t', bytes(''), { mode: 'ttl', ttlMs: 60_000 });
      expect([sessionOwner(container.stat), sessionOwner(limited.stat)]).toEqual([undefined, undefined]);
      expect(limited.path).toBe('/kinds/t');
      await expect(client.create('/kinds/e/x', bytes(''))).rejects.toMatchObject({ code: 'E_INVALID_ARGUMENT' });
      expect((await client.ephemerals('/kinds')).toSorted()).toEqual(['/kinds/e', '/kinds/s-0000000002']);
      expect(await client.allChildrenNumber('/kinds')).toBe(5);
    });

    test('a multi does all or nothing, and says which step failed', async () => {
      const { zxid, results } = await client.multi([
        { type: 'create', path: '/multi', data: bytes('1') },
        { type: 'create', path: '/multi/s-', data: bytes(''), mode: 'ephemeral-sequential' },
        { type: 'set', path: '/multi', data: bytes('2') },
        { type: 'check', path: '/multi', version: 1 },
        { type: 'create', path: '/multi/t', data: bytes(''), mode: 'ttl', ttlMs: 60_000 },
        { type: 'delete', path: '/multi/t' },
      ]);
      expect(results).toMatchObject([
        { type: 'created', path: '/multi' },
        { type: 'created', path: '/multi/s-0000000000' },
        { type: 'set', stat: { version: 1, czxid: zxid, mzxid: zxid } },
        { type: 'checked' },
        { type: 'created', path: '/multi/t' },
        { type: 'deleted' },
      ]);
      const refused = client.multi([
        { type: 'set', path: '/multi', data: bytes('3') },
        { type: 'check', path: '/multi', version: 7 },
        { type: 'delete', path: '/multi' },
      ]);
      await expect(refused).rejects.toMatchObject({
        code: 'E_VERSION_CONFLICT',
        details: { index: 1, path: '/multi' },
      });
      expect(text((await client.get('/multi')).data)).toBe('2');
      await client.check('/multi', { version: 1 });
      await expect(client.check('/multi', { version: 2 })).rejects.toMatchObject({ code: 'E_VERSION_CONFLICT' });
      const read = await client.multiRead([
        { type: 'get', path: '/multi' },
        { type: 'children', path: '/multi' },
        { type: 'get', path: '/nowhere' },
      ]);
      expect(read).toMatchObject([
        { type: 'data', data: bytes('2') },
        { type: 'children', names: ['s-0000000000'] },
        { type: 'error', zookeeperCode: -101 },
      ]);
    });

    test('watches that go on: of a node, and of everything below', async () => {
      const [node, tree]: [NodeEvent[], NodeEvent[]] = [[], []];
      await client.create('/v', bytes(''));
      await client.create('/w', bytes(''));
      const onNode = await client.addWatch('/v', (event) => node.push(event));
      const onTree = await client.addWatch('/w', (event) => tree.push(event), { recursive: true });
      const { stat } = await client.create('/w/a', bytes(''));
      await client.create('/w/a/b', bytes(''));
      await client.set('/w', bytes('1'));
      await client.delete('/w/a/b');
      await client.create('/v/a', bytes(''));
      await client.create('/v/a/b', bytes(''));
      await client.set('/v', bytes('1'));
      await client.sync('/');
      const told = (events: readonly NodeEvent[]): string[] => events.map(({ type, path }) => `${type} ${path}`);
      expect(told(tree)).toEqual(['created /w/a', 'created /w/a/b', 'data-changed /w', 'deleted /w/a/b']);
      expect(told(node)).toEqual(['children-changed /v', 'data-changed /v']);
      // Since 3.9 an event says which transaction it is of.
      expect(tree[0]?.zxid).toBe(version === '3.9' ? stat.czxid : undefined);
      await onTree.remove();
      await client.set('/w', bytes('2'));
      await client.set('/v', bytes('2'));
      await client.sync('/');
      expect([tree.length, told(node).at(-1)]).toEqual([4, 'data-changed /v']);
      await onNode.remove();
      await onNode.remove();
      await client.set('/v', bytes('3'));
      await client.sync('/');
      expect(node.length).toBe(3);
    });

    test('one-shot watches, of data, existence and children', async () => {
      const told: string[] = [];
      const tell =
        (name: string) =>
        ({ type, path }: NodeEvent): void => {
          told.push(`${name}: ${type} ${path}`);
        };
      await client.create('/o', bytes(''));
      await client.get('/o', { watch: tell('data') });
      await client.children('/o', { watch: tell('children') });
      expect(await client.exists('/o/later', { watch: tell('exists') })).toBeUndefined();
      await client.create('/o/later', bytes(''));
      await client.set('/o', bytes('1'));
      await client.set('/o', bytes('2'));
      await client.delete('/o/later');
      await client.sync('/');
      expect(told).toEqual(['exists: created /o/later', 'children: children-changed /o', 'data: data-changed /o']);
    });

    test('access lists', async () => {
      const { connectString } = zookeeper;
      const auth = [{ scheme: 'digest', auth: 'ada:pass:word' }];
      await using ada = await connectZooKeeper({ connectString: `${connectString}/app`, auth, runtime });
      expect(await ada.whoAmI()).toContainEqual({ scheme: 'digest', user: 'ada' });
      const acl = [{ permissions: Permission.all, scheme: 'auth', id: '' }];
      await ada.create('/secret', bytes('1'), { acl });
      await expect(client.get('/secret')).rejects.toMatchObject({ code: 'E_FORBIDDEN' });
      await expect(client.set('/secret', bytes(''))).rejects.toMatchObject({ code: 'E_FORBIDDEN' });
      const { acl: found, stat } = await ada.getAcl('/secret');
      expect(found).toMatchObject([{ permissions: 31, scheme: 'digest', id: expect.stringMatching(/^ada:/) }]);
      const opened = [...found, { permissions: Permission.read, scheme: 'world', id: 'anyone' }];
      expect(await ada.setAcl('/secret', opened, { version: stat.aversion })).toMatchObject({ aversion: 1 });
      expect(text((await client.get('/secret')).data)).toBe('1');
      await expect(client.set('/secret', bytes(''))).rejects.toMatchObject({ code: 'E_FORBIDDEN' });
      await expect(ada.setAcl('/secret', opened, { version: 0 })).rejects.toMatchObject({ code: 'E_VERSION_CONFLICT' });
      await expect(client.create('/x', bytes(''), { acl: [] })).rejects.toMatchObject({ code: 'E_INVALID_ARGUMENT' });
    });

    test('requests of every size up to the limit, and many at once', async () => {
      await client.create('/big', new Uint8Array(1_000_000).fill(7));
      const { data } = await client.get('/big');
      expect([data.length, data.every((byte) => byte === 7)]).toEqual([1_000_000, true]);
      await expect(client.set('/big', new Uint8Array(1_048_576))).rejects.toMatchObject({ code: 'E_TOO_LARGE' });
      await Promise.all(Array.from({ length: 2_000 }, (_v, index) => client.create(`/big/n-${index}`, bytes(''))));
      expect((await client.children('/big')).names.length).toBe(2_000);
      expect(client.connected).toBe(true);
    });
  });
});
