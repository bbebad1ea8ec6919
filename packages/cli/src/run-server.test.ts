import { expect, test } from 'vitest';
import { etcdHosts } from './run-server.ts';

test('names the hosts of the etcd API, the own one first, and never a password', () => {
  const from = (etcdAddress: string | undefined, storeUrl: string | undefined): string | null =>
    etcdHosts({ etcdAddress, storeUrl });
  expect(from('127.0.0.1:7401', 'etcd://127.0.0.1:7401')).toBe('127.0.0.1:7401');
  expect(from(undefined, 'etcd://user:secret@a:1,b:2/prefix')).toBe('a:1,b:2');
  expect(from(undefined, 'zookeeper://a:1/chroot')).toBeNull();
  expect(from(undefined, undefined)).toBeNull();
});
