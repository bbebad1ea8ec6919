import { createAdmin } from '@keelson/cluster';
import { type Logger, virtualRuntime } from '@keelson/runtime';
import { memoryStore } from '@keelson/store/memory';
import { expect, test } from 'vitest';
import { ControllerHost } from './controller-host.ts';

function hosted() {
  const complaints: string[] = [];
  const note: Logger['warn'] = (_fields, message) => void complaints.push(message);
  const logger: Logger = { debug: () => {}, info: () => {}, warn: note, error: note, child: () => logger };
  const runtime = virtualRuntime({ seed: 11, logger });
  const store = memoryStore(runtime);
  const host = new ControllerHost({ store, runtime });
  host.start({ name: 'server', sessionTtlMs: 3_000 });
  return { complaints, runtime, store, host, admin: createAdmin({ store, runtime }) };
}

test('a controller that was asked for after its cluster had gone is given up, and runs once there is one again', async () => {
  const { complaints, runtime, host, admin } = hosted();
  host.add('shop');
  await runtime.advance(10_000);
  expect(complaints).toEqual([]);

  await admin.createCluster('shop');
  host.add('shop');
  await runtime.runUntil(() => host.controllerOf('shop')?.leading === true, { limitMs: 10_000 });
  expect(host.controllerOf('shop')?.leading).toBe(true);
  await runtime.drive(host.close());
});

test('a cluster made again while its controller was being given up gets one', async () => {
  const { runtime, host, admin } = hosted();
  host.add('shop');
  const created = admin.createCluster('shop');
  host.add('shop');
  await created;
  await runtime.runUntil(() => host.controllerOf('shop')?.leading === true, { limitMs: 10_000 });
  expect(host.controllerOf('shop')?.leading).toBe(true);
  await runtime.drive(host.close());
});
