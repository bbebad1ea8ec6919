import { describe, expect, test } from 'vitest';
import { requireServer, startEtcd } from './index.ts';

describe.each(['3.7', '3.4'] as const)('etcd %s', (version) => {
  test.skipIf(!requireServer(`etcd-${version}`))('keeps its data over a kill and restart', async () => {
    await using etcd = await startEtcd({ version });
    expect(await etcd.etcdctl(['put', 'a', 'b'])).toMatchObject({ code: 0, stdout: 'OK\n' });
    const [member] = etcd.members;
    const before = member?.pid;
    await member?.restart();
    expect(member?.pid).not.toBe(before);
    expect((await etcd.etcdctl(['get', 'a', '--print-value-only'])).stdout).toBe('b\n');
  });
});

test.skipIf(!requireServer('etcd-3.7'))('three members are one cluster', async () => {
  await using etcd = await startEtcd({ members: 3 });
  const { stdout } = await etcd.etcdctl(['member', 'list']);
  expect(stdout.trim().split('\n')).toHaveLength(3);
  expect(etcd.endpoints).toHaveLength(3);
});
