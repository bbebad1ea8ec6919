import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEtcdEndpoint } from '@keelson/etcd-endpoint';
import { memoryBackend } from '@keelson/store/memory';
import { spawnProcess, temporaryDirectory, testRuntime } from '@keelson/testing';
import { expect, test } from 'vitest';
import { codeBlocks, expectedOutput } from '../repo/readme.ts';
import { root } from '../repo/workspace.ts';

test('the page about locking safely has a program that runs as it stands and prints what the page says', async () => {
  const sample = codeBlocks('docs/how-to/lock-something-safely.md').find(({ marks }) => marks.includes('run'));
  if (sample === undefined) throw new Error('the page has no program');
  expect(sample.code.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(20);
  const folder = await temporaryDirectory();
  const backend = memoryBackend(testRuntime);
  const endpoint = await startEtcdEndpoint({ backend, runtime: testRuntime, host: '127.0.0.1', port: 0 });
  try {
    symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'));
    writeFileSync(join(folder.path, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder.path, 'safely.ts'), sample.code);
    // That it type-checks is tested with all other samples; here it only has to run.
    const options = ['--noCheck', '--module', 'nodenext', '--target', 'es2023', '--ignoreConfig', 'safely.ts'];
    const tsc = [join(root, 'node_modules/typescript/bin/tsc'), ...options];
    await using compiler = await spawnProcess(process.execPath, tsc, { cwd: folder.path });
    await compiler.exited;
    await using program = await spawnProcess(process.execPath, ['safely.js'], {
      cwd: folder.path,
      env: { KEELSON_STORE: `etcd://127.0.0.1:${endpoint.port}` },
    });
    const { code } = await program.exited;
    expect(program.stderr()).toBe('');
    expect(program.stdout().trim().split('\n')).toEqual(expectedOutput(sample));
    expect(code).toBe(0);
  } finally {
    await endpoint.close();
    await backend.close();
    await folder.remove();
  }
});
