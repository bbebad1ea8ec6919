import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ManagedProcess, runCommand, spawnProcess, temporaryDirectory, testRuntime } from '@keelson/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildPackage, workerPath } from '../test-support/built.ts';
import { openEmbeddedBackend } from './index.ts';

beforeAll(buildPackage);

describe('a data folder and several processes', () => {
  const outcomes = async (directory: string, contenders: readonly ManagedProcess[]): Promise<string[]> => {
    await Promise.all(contenders.map((contender) => contender.lineMatching(/^waiting/m)));
    await writeFile(join(directory, '..', 'go'), '');
    const lines = await Promise.all(contenders.map((contender) => contender.lineMatching(/^outcome (.*)$/m)));
    return lines.map((line) => line[1] ?? '');
  };

  it('belongs to one of those that open it at the same moment; after a kill -9 to the next', async () => {
    for (let round = 0; round < 4; round += 1) {
      await using folder = await temporaryDirectory('contend');
      const directory = join(folder.path, 'data');
      // From the second round on there are dead sockets of killed owners to be told apart from live ones.
      if (round > 0) {
        await using first = await spawnProcess(process.execPath, [
          workerPath('contend-worker.mjs'),
          directory,
          workerPath('.'),
        ]);
        await first.lineMatching(/^outcome opened/m);
        await first.kill();
      }
      const contenders = await Promise.all(
        Array.from({ length: 4 }, () =>
          spawnProcess(process.execPath, [workerPath('contend-worker.mjs'), directory, join(folder.path, 'go')]),
        ),
      );
      try {
        const said = await outcomes(directory, contenders);
        expect(said.filter((outcome) => outcome === 'opened').length, said.join()).toBeLessThanOrEqual(1);
        expect(new Set(said)).toEqual(
          new Set(said.includes('opened') ? ['opened', 'E_STORE_LOCKED'] : ['E_STORE_LOCKED']),
        );
      } finally {
        await Promise.all(contenders.map((contender) => contender.kill()));
      }
      const backend = await openEmbeddedBackend({ directory, runtime: testRuntime });
      await backend.close();
    }
  });

  it('stays locked while its owner is stopped, and says so soon', async () => {
    await using folder = await temporaryDirectory('stopped');
    const directory = join(folder.path, 'data');
    await using owner = await spawnProcess(process.execPath, [
      workerPath('contend-worker.mjs'),
      directory,
      workerPath('.'),
    ]);
    await owner.lineMatching(/^outcome opened/m);
    owner.pause();
    await expect(openEmbeddedBackend({ directory, runtime: testRuntime })).rejects.toMatchObject({
      code: 'E_STORE_LOCKED',
    });
    owner.resume();
    await expect(openEmbeddedBackend({ directory, runtime: testRuntime })).rejects.toMatchObject({
      details: { pid: owner.pid },
    });
  });
});

describe('a disk that is full', () => {
  it('ends writing with a code; everything acknowledged is there after a restart with room', async () => {
    await using folder = await temporaryDirectory('full');
    // A limit on the size of files stands for the disk: 2,000 blocks of 1 KiB.
    const script = 'ulimit -f 2000; exec "$0" "$@"';
    const args = ['-c', script, process.execPath, workerPath('fill-worker.mjs'), folder.path];
    const { stdout } = await runCommand('bash', args, { timeoutMs: 60_000 });
    const report = JSON.parse(stdout) as Record<string, unknown> & { acknowledged: number };
    expect(report).toMatchObject({ writers: ['E_OUTCOME_UNKNOWN'], afterwards: 'E_STORE_WRITE_FAILED' });
    expect(report.acknowledged).toBeGreaterThan(100);
    expect(report.count).toBe(report.acknowledged);

    const backend = await openEmbeddedBackend({ directory: folder.path, runtime: testRuntime });
    const { count } = await backend.range({ key: '\0', end: '\0', countOnly: true });
    expect(count).toBe(report.acknowledged);
    await backend.execute({ type: 'put', key: 'room again', value: new Uint8Array(1_000) });
    await backend.close();
  });
});
