import { KeelsonError, virtualRuntime } from '@keelson/runtime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../memory/index.ts';
import type { MvccBackend } from '../mvcc/index.ts';
import { KeySpace } from './key-space.ts';
import { type Ranger, scanChildren, scanDescendants, withRestart } from './scan.ts';

const keys = new KeySpace('');

async function treeOf(paths: readonly string[]): Promise<MvccBackend> {
  const backend = memoryBackend(virtualRuntime({ seed: 1 }));
  for (const path of paths) {
    const put = { type: 'put', key: keys.keyOf(path), value: new Uint8Array(10) } as const;
    await backend.txn({ compare: [], success: [put], failure: [] });
  }
  return backend;
}

const paths = fc.uniqueArray(
  fc
    .array(fc.constantFrom('a', 'b', 'a-b', 'a!', 'a0', '0', 'é', 'ab'), { minLength: 1, maxLength: 4 })
    .map((segments) => `/${segments.join('/')}`),
  { maxLength: 40 },
);

describe('scans', () => {
  it('find the same children and descendants as looking at every path', async () => {
    await fc.assert(
      fc.asyncProperty(paths, fc.constantFrom('/', '/a', '/a-b', '/a/b'), async (all, parent) => {
        const backend = await treeOf(all);
        const ranger: Ranger = (request) => backend.range({ ...request, limit: Math.min(request.limit ?? 3, 3) });
        const base = parent === '/' ? '/' : `${parent}/`;
        const below = all.filter((path) => path.startsWith(base) && path !== base);
        const names = [...new Set(below.map((path) => keys.keyOf(path.slice(base.length)).split('/')[0]))].sort();
        const children = await scanChildren(keys, parent, ranger);
        expect(children.names).toEqual(names);
        const direct = below.filter((path) => !path.slice(base.length).includes('/'));
        expect(children.kvs.map((kv) => kv.key)).toEqual(direct.map((path) => keys.keyOf(path)).sort());
        const descendants = await scanDescendants(keys, parent, ranger);
        expect(descendants.kvs.map((kv) => kv.key)).toEqual(below.map((path) => keys.keyOf(path)).sort());
      }),
    );
  });

  it('do not read what is below a child', async () => {
    const deep = Array.from({ length: 3_000 }, (_value, index) => `/p/b/deep/${index}`);
    const backend = await treeOf(['/p/a', '/p/c', ...deep]);
    let read = 0;
    const found = await scanChildren(keys, '/p', async (request) => {
      const result = await backend.range(request);
      read += result.kvs.length;
      return result;
    });
    expect(found.names).toEqual(['a', 'b', 'c']);
    expect(read).toBeLessThan(150);
  });

  it('show one state, however many pages they take', async () => {
    const backend = await treeOf(
      Array.from({ length: 250 }, (_value, index) => `/p/${String(index).padStart(3, '0')}`),
    );
    let pages = 0;
    const found = await scanDescendants(keys, '/p', async (request) => {
      const result = await backend.range(request);
      pages += 1;
      const remove = { type: 'delete-range', range: keys.subtree('/p') } as const;
      await backend.txn({ compare: [], success: [remove], failure: [] });
      return result;
    });
    expect(pages).toBeGreaterThan(1);
    expect(found.kvs).toHaveLength(250);
  });

  it('begin again when the history under them is compacted', async () => {
    let attempts = 0;
    const result = await withRestart(async () => {
      attempts += 1;
      if (attempts < 3) throw new KeelsonError('E_COMPACTED', 'gone');
      return attempts;
    });
    expect(result).toBe(3);
    await expect(withRestart(() => Promise.reject(new KeelsonError('E_TIMEOUT', 'late')))).rejects.toMatchObject({
      code: 'E_TIMEOUT',
    });
  });
});
