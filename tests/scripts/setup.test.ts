import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, temporaryDirectory } from '@keelson/testing';
import { expect, test } from 'vitest';
import { root } from '../../scripts/lib/run.mjs';

const script = (name: string): string => join(root, 'scripts', name);

test('setting up what is set up does nothing', async () => {
  const before = readFileSync(join(root, 'node_modules/.package-lock.json'));
  const result = await runCommand(process.execPath, [script('setup.mjs')], { timeoutMs: 120_000 });
  expect(result).toMatchObject({ code: 0, stdout: '' });
  expect(result.stderr.trim().split('\n').at(-1)).toBe('Ready.');
  expect(readFileSync(join(root, 'node_modules/.package-lock.json'))).toEqual(before);
});

test('the lock file is whole for every platform', async () => {
  const result = await runCommand(process.execPath, [script('complete-lock.mjs'), '--check']);
  expect(result).toMatchObject({ code: 0, stderr: '' });
});

test('a missing server is named with its remedy, and fails where it may not be excused', async () => {
  await using cache = await temporaryDirectory();
  // An empty cache and no Go on the path: the newer etcd cannot be had.
  const env = { KEELSON_CACHE_DIR: cache.path, PATH: cache.path, CI: 'true' };
  const source = `
    const { installServers, sayMissing } = await import(${JSON.stringify(script('lib/install-servers.mjs'))});
    const missing = await installServers(['etcd-3.7']);
    sayMissing(missing);
    console.log(JSON.stringify(missing.map(({ name, optional }) => ({ name, optional }))));`;
  const result = await runCommand(process.execPath, ['--input-type=module', '-e', source], { env });
  expect(JSON.parse(result.stdout)).toEqual([{ name: 'etcd-3.7', optional: true }]);
  expect(result.stderr).toMatch(/Missing: etcd 3\.7\.3: .*Go/);
});
