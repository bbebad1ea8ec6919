import { appendFile, mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Replicas } from './replicas.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keelson-replicas-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const image = { commitOffset: 0, values: [], tail: [] };
const batch = (offset: number) => ({
  token: 4n,
  previousOffset: offset - 1,
  entries: [{ offset, key: `k${offset}`, id: `i${offset}`, value: 'v' }],
  commitOffset: offset - 1,
});
const journal = () => join(directory, 'replicas.journal');

async function filled(): Promise<Replicas> {
  const replicas = await Replicas.open(directory);
  await replicas.install('kv_0', { token: 4n, image });
  await Promise.all([replicas.append('kv_0', batch(1)), replicas.append('kv_0', batch(2))]);
  await replicas.raiseFence('kv_0', 9n);
  return replicas;
}

describe('Replicas', () => {
  it('come back from disk as they were, fence and alignment included', async () => {
    const before = await filled();
    await before.close();
    for (const _ of ['from the journal', 'from the image written at the first opening']) {
      const again = await Replicas.open(directory);
      const replica = again.of('kv_0');
      expect(replica.image()).toEqual(before.of('kv_0').image());
      expect([replica.fence, replica.alignedWith, replica.lastOffset]).toEqual([9n, 4n, 2]);
      await again.close();
    }
  });

  it('drop a last line that was torn by a crash', async () => {
    await (await filled()).close();
    await appendFile(journal(), '0badc0de {"op":"drop","partit');
    const again = await Replicas.open(directory);
    expect(again.of('kv_0').lastOffset).toBe(2);
    await again.close();
  });

  it('refuse a journal that is damaged in the middle', async () => {
    await (await filled()).close();
    const text = await readFile(journal(), 'utf8');
    await truncate(journal(), 0);
    await appendFile(journal(), text.replace('k1', 'kX'));
    await expect(Replicas.open(directory)).rejects.toThrow(/damaged at line 2/);
  });

  it('forget a dropped partition', async () => {
    const replicas = await filled();
    await replicas.drop('kv_0');
    await replicas.close();
    const again = await Replicas.open(directory);
    expect(again.of('kv_0').fence).toBe(0n);
    await again.close();
  });

  it('acknowledge nothing after the journal was closed', async () => {
    const replicas = await filled();
    await replicas.close();
    await expect(replicas.raiseFence('kv_0', 20n)).rejects.toMatchObject({ code: 'E_CLOSED' });
  });
});
