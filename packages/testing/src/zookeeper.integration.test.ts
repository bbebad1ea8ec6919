import { expect, test } from 'vitest';
import { requireServer, startZooKeeper } from './index.ts';

test.skipIf(!requireServer('zookeeper'))('ZooKeeper starts, and starts again on its own port', async () => {
  await using zookeeper = await startZooKeeper();
  const [member] = zookeeper.members;
  const before = member?.pid ?? 0;
  await member?.restart();
  expect(member?.pid).not.toBe(before);
  expect(zookeeper.connectString).toMatch(/^127\.0\.0\.1:\d+$/);
});
