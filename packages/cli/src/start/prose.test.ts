import type { KeelsonServer } from '@keelson/server';
import { expect, test } from 'vitest';
import type { Example } from './example.ts';
import { eventLine, exampleText } from './prose.ts';

const plain = (text: string): string => text;
const server = (httpAddress: string): KeelsonServer => ({
  httpAddress,
  etcdAddress: '127.0.0.1:7401',
  store: 'embedded, in .keelson/store',
  storeUrl: 'etcd://127.0.0.1:7401',
  clusterSummary: () => undefined,
  close: async () => {},
  [Symbol.asyncDispose]: async () => {},
});
const example: Example = {
  declaration: { cluster: 'example', resource: 'kv', partitions: 48, replicas: 3 },
  ttlMs: 3_000,
  workers: () => [{ instance: 'worker-1', pid: 42 }],
  close: async () => {},
};

test('names the console, the workers with their pids, and three things to try', () => {
  const text = exampleText(server('http://127.0.0.1:7400'), example, plain);
  expect(text).toContain('http://127.0.0.1:7400');
  expect(text).toMatch(/worker-1 +pid 42/);
  for (const thing of ['1. Open http', '2. kill -9 42', '3. npx keelson explain kv kv_0  '])
    expect(text).toContain(thing);
});

test('on another port the commands to try name the server', () => {
  const text = exampleText(server('http://127.0.0.1:9000'), example, plain);
  expect(text).toContain('npx keelson status --watch --server http://127.0.0.1:9000');
});

test('tells people of workers, checks and complaints, the last without what could steer a terminal', () => {
  expect(eventLine({ event: 'worker-stopped', instance: 'w1', pid: 1, how: 'SIGKILL' }, plain)).toContain('w1, pid 1');
  expect(eventLine({ event: 'check', acknowledged: 3, lost: 0, doubled: 0 }, plain)).toBe(
    'Checked: 3 lines acknowledged, 0 lost, 0 doubled.',
  );
  const styles: string[] = [];
  eventLine({ event: 'check', acknowledged: 3, lost: 1, doubled: 0 }, (text, style) => {
    styles.push(style);
    return text;
  });
  expect(styles).toEqual(['red']);
  expect(eventLine({ event: 'complaint', from: 'w1', text: 'a\u001b[2Jb' }, plain)).toBe('w1: a�[2Jb');
  expect(eventLine({ event: 'load', input: 'x', lines: 1 }, plain)).toBeUndefined();
});
