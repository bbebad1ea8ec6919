import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRuntime } from '@keelson/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedBackend, openEmbeddedBackend, openEmbeddedStore } from './index.ts';
import { openLmdb } from './lmdb-file.ts';
import { FORMAT_KEY } from './record.ts';

const runtime = systemRuntime();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('an embedded store', () => {
  let directory: string;
  const open: EmbeddedBackend[] = [];
  const openIt = async (options: { writes?: number } = {}): Promise<EmbeddedBackend> => {
    const backend = await openEmbeddedBackend({ directory, runtime, history: options });
    open.push(backend);
    return backend;
  };
  const put = (backend: EmbeddedBackend, key: string, value: string, lease = 0n): Promise<unknown> =>
    backend.execute({ type: 'put', key, value: bytes(value), lease });
  const read = async (backend: EmbeddedBackend): Promise<string[]> =>
    (await backend.range({ key: '\0', end: '\0' })).kvs.map((kv) => `${kv.key}=${new TextDecoder().decode(kv.value)}`);

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'keelson-embedded-'));
  });
  afterEach(async () => {
    for (const backend of open.splice(0)) await backend.close();
    await rm(directory, { recursive: true });
  });

  it('has its keys, its history, its revisions and its hash again after it was closed', async () => {
    const before = await openIt();
    await put(before, 'a', '1');
    await put(before, 'a', '2');
    await put(before, '\xff\x00', 'binary key');
    await before.execute({ type: 'delete-range', range: { key: 'a' } });
    const hash = before.hash();
    await before.close();

    const after = await openIt();
    expect(after.revision).toBe(5n);
    expect(await read(after)).toEqual(['\xff\x00=binary key']);
    expect((await after.range({ key: 'a', revision: 3n })).kvs[0]?.value).toEqual(bytes('2'));
    expect(after.hash()).toEqual(hash);
  });

  it('makes its folder with all above it, and says where it cannot', async () => {
    const below = await openEmbeddedBackend({ directory: join(directory, 'a', 'b', 'c'), runtime });
    await below.close();
    expect(await readdir(join(directory, 'a', 'b'))).toEqual(['c']);
    await writeFile(join(directory, 'file'), '');
    // Below /dev/null nothing can be made on any system; below /proc, Linux says for ever that there is no such folder.
    for (const folder of [join(directory, 'file'), join(directory, 'file', 'x'), '/dev/null/x/y', '/proc/x/y'])
      await expect(openEmbeddedBackend({ directory: folder, runtime }), folder).rejects.toMatchObject({
        code: 'E_INVALID_ARGUMENT',
      });
  });

  it('has its leases again, with their keys and their full ttl', async () => {
    const before = await openIt();
    const lease = await before.grantLease(60_000);
    const revoked = await before.grantLease(60_000);
    await put(before, 'owned', 'x', lease.id);
    await put(before, 'owned too', 'x', revoked.id);
    await before.revokeLease(revoked.id);
    await before.close();

    const after = await openIt();
    expect(await after.leases()).toEqual([lease.id]);
    const status = await after.leaseStatus(lease.id);
    expect(status).toMatchObject({ grantedTtlMs: 60_000, keys: ['owned'] });
    await after.revokeLease(lease.id);
    expect(await read(after)).toEqual([]);
  });

  it('keeps what a compaction left, and no more, over a restart', async () => {
    const before = await openIt();
    for (const value of ['1', '2', '3']) await put(before, 'a', value);
    await before.compact(3n);
    await before.close();

    const after = await openIt();
    expect(after.describe().compactRevision).toBe(3n);
    await expect(after.range({ key: 'a', revision: 2n })).rejects.toMatchObject({ code: 'E_COMPACTED' });
    expect((await after.range({ key: 'a', revision: 3n })).kvs[0]?.value).toEqual(bytes('2'));
  });

  it('compacts by itself past its limit and erases what it dropped from the file', async () => {
    const before = await openIt({ writes: 100 });
    for (let n = 0; n < 1_000; n += 1) await put(before, 'a', `${n}`);
    expect(Number(before.describe().compactRevision)).toBeGreaterThan(850);
    await before.close();
    const file = openLmdb(join(directory, 'keelson.mdb'));
    expect(file.getKeysCount()).toBeLessThan(200);
    await file.close();
  });

  it('refuses a folder that is open, and names the process', async () => {
    await openIt();
    await expect(openIt()).rejects.toMatchObject({ code: 'E_STORE_LOCKED', details: { pid: process.pid } });
    await expect(openIt()).rejects.toThrow(`pid ${process.pid}`);
  });

  it('takes a folder whose owner has closed, and leaves no socket behind', async () => {
    await (await openIt()).close();
    expect((await readdir(directory)).filter((name) => name.endsWith('.sock'))).toEqual([]);
    expect((await openIt()).revision).toBe(1n);
  });

  it('locks by the folder itself, not by the name it is reached by, however long that is', async () => {
    const link = `${directory}-${'long'.repeat(40)}`;
    await symlink(directory, link);
    try {
      await openIt();
      await expect(openEmbeddedBackend({ directory: link, runtime })).rejects.toMatchObject({ code: 'E_STORE_LOCKED' });
    } finally {
      await rm(link);
    }
  });

  it('works in a folder with a name too long for a socket', async () => {
    const deep = join(directory, 'd'.repeat(120), 'e'.repeat(60));
    const backend = await openEmbeddedBackend({ directory: deep, runtime });
    open.push(backend);
    await expect(openEmbeddedBackend({ directory: deep, runtime })).rejects.toMatchObject({ code: 'E_STORE_LOCKED' });
    await put(backend, 'a', '1');
    expect(await read(backend)).toEqual(['a=1']);
  });

  it('refuses a file of a newer format and leaves it as it is', async () => {
    await (await openIt()).close();
    const file = openLmdb(join(directory, 'keelson.mdb'));
    await file.put(FORMAT_KEY, Buffer.from('{"product":"keelson","format":2}'));
    await file.close();
    await expect(openIt()).rejects.toMatchObject({ code: 'E_STORE_FORMAT', details: { format: 2, supported: 1 } });
    // And lets go of the folder.
    await expect(openIt()).rejects.toMatchObject({ code: 'E_STORE_FORMAT' });
  });

  it('refuses a file that is not its own', async () => {
    await writeFile(join(directory, 'keelson.mdb'), 'something else '.repeat(1_000));
    await expect(openIt()).rejects.toMatchObject({ code: 'E_STORE_DAMAGED', details: { directory } });
    await writeFile(join(directory, 'keelson.mdb'), '');
    await expect(openIt()).rejects.toMatchObject({ code: 'E_STORE_DAMAGED' });
  });

  it('refuses a file that was cut short or overwritten anywhere its data lie', async () => {
    const backend = await openIt();
    await Promise.all(
      Array.from({ length: 400 }, (_, n) => put(backend, `k${n}`, 'v'.repeat(n % 50 === 0 ? 9_000 : 200))),
    );
    await backend.close();
    const path = join(directory, 'keelson.mdb');
    const whole = await readFile(path);
    for (const cut of [0.3, 0.6, 0.99]) {
      await writeFile(path, whole.subarray(0, Math.floor(whole.length * cut)));
      await expect(openIt(), `cut at ${cut}`).rejects.toMatchObject({ code: 'E_STORE_DAMAGED' });
    }
    // Every copy of it, as some lie in pages no longer used.
    const flipped = Buffer.from(whole.toString('latin1').replaceAll('vvvvvvvv', 'vvvwvvvv'), 'latin1');
    await writeFile(path, flipped);
    await expect(openIt()).rejects.toThrow(/does not match its checksum/);
    await writeFile(path, whole);
    expect((await read(await openIt())).length).toBe(400);
  });

  it('gives a snapshot that opens as a store of its own, while it goes on', async () => {
    const backend = await openIt();
    await put(backend, 'a', '1');
    const chunks: Uint8Array[] = [];
    for await (const chunk of backend.snapshot()) chunks.push(chunk);
    await put(backend, 'a', '2');
    expect((await readdir(directory)).filter((name) => name.includes('snapshot'))).toEqual([]);
    const restored = await mkdtemp(join(tmpdir(), 'keelson-restored-'));
    try {
      await writeFile(join(restored, 'keelson.mdb'), Buffer.concat(chunks));
      const copy = await openEmbeddedBackend({ directory: restored, runtime });
      expect(await read(copy)).toEqual(['a=1']);
      await copy.close();
    } finally {
      await rm(restored, { recursive: true });
    }
  });

  it('is smaller after a defragmentation, whole, and goes on under load', async () => {
    const backend = await openIt({ writes: 10 });
    await Promise.all(Array.from({ length: 500 }, (_, n) => put(backend, `k${n % 20}`, 'v'.repeat(2_000))));
    const before = backend.describe().sizeBytes;
    const load = Promise.all(Array.from({ length: 200 }, (_, n) => put(backend, `l${n}`, 'x')));
    await backend.defragment();
    await load;
    expect(backend.describe().sizeBytes).toBeLessThan(before);
    await backend.close();
    expect((await read(await openIt())).length).toBe(220);
  });

  it('removes what a process that died left half done', async () => {
    await writeFile(join(directory, 'snapshot-1.tmp'), 'x');
    await writeFile(join(directory, 'create-2.tmp-lock'), 'x');
    await openIt();
    expect((await readdir(directory)).filter((name) => name.includes('.tmp'))).toEqual([]);
  });

  it('stands behind the store port', async () => {
    const store = await openEmbeddedStore({ directory, runtime, prefix: '/p' });
    await store.put('/a/b', bytes('1'));
    expect(await store.children('/a')).toEqual(['b']);
    expect(store.capabilities.engine).toBe('embedded');
    await store.close();
    expect(await read(await openIt())).toEqual(['/p/a/b=1']);
  });
});
