import { virtualRuntime } from '@keelson/runtime';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryStore } from '../memory/index.ts';
import { copyStore, exportStore, importStore, readExport } from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function twoStores() {
  const runtime = virtualRuntime({ seed: 1 });
  return { runtime, from: memoryStore(runtime), to: memoryStore(runtime) };
}

async function lines(source: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of source) found.push(line.trimEnd());
  return found;
}

/** Names that sort otherwise by bytes than by code units are among them. */
const segment = fc.constantFrom('a', 'b', 'a-b', 'ä', '10', '9');
const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((segments) => `/${segments.join('/')}`);
const content = fc.dictionary(path, fc.uint8Array({ maxLength: 20, minLength: 1 }), { maxKeys: 12 });

describe('a copy', () => {
  test('makes the target hold what the source holds, whatever either held, and then writes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(content, content, async (wanted, present) => {
        const { runtime, from, to } = twoStores();
        const run = async (): Promise<void> => {
          for (const [at, value] of Object.entries(wanted)) await from.put(at, value);
          for (const [at, value] of Object.entries(present)) await to.put(at, value);
          const report = await copyStore({ from, to, runtime, deleteExtra: true });
          expect(report).toMatchObject({ verified: true, entries: Object.keys(wanted).length });
          const { entries } = await to.list('/', { recursive: true });
          // What had to go, but has entries below it, is left empty.
          const full = entries.filter(({ value }) => value.length > 0);
          expect(Object.fromEntries(full.map((entry) => [entry.path, entry.value]))).toEqual({ ...wanted });
          const again = await copyStore({ from, to, runtime });
          expect(again).toMatchObject({ verified: true, written: 0, deleted: 0 });
        };
        await runtime.drive(run());
      }),
      { numRuns: 40 },
    );
  });

  test('leaves out what belongs to sessions, and refuses a target that holds other things', async () => {
    const { runtime, from, to } = twoStores();
    const run = async (): Promise<void> => {
      const session = await from.openSession({ ttlMs: 5_000 });
      await from.put('/a', bytes('1'));
      await from.put('/mine', bytes('2'), { session });
      await copyStore({ from, to, runtime });
      expect(await to.children('/')).toEqual(['a']);
      await to.put('/other', bytes('3'));
      await expect(copyStore({ from, to, runtime })).rejects.toMatchObject({ code: 'E_ALREADY_EXISTS' });
      expect(await to.children('/')).toEqual(['a', 'other']);
      await copyStore({ from, to, runtime, path: '/a' });
      await session.close();
    };
    await runtime.drive(run());
  });

  test('goes through lost replies, and says that tokens would go back', async () => {
    const { runtime, from, to } = twoStores();
    const run = async (): Promise<void> => {
      for (let index = 0; index < 300; index += 1) await from.put(`/e/${index}`, bytes(`${index}`));
      await from.put('/e/0', bytes('again'));
      to.faults.loseReplies(2);
      expect(await copyStore({ from, to, runtime })).toMatchObject({
        verified: true,
        entries: 300,
        tokensGoBack: true,
      });
    };
    await runtime.drive(run(), { limitMs: 600_000 });
  });

  test('follows what changes until it is told to stop, and ends with both the same', async () => {
    const { runtime, from, to } = twoStores();
    const stop = new AbortController();
    const copying = copyStore({ from, to, runtime, follow: true, signal: stop.signal });
    await runtime.drive(from.put('/a', bytes('1')));
    await runtime.advance(3_000);
    expect((await runtime.drive(to.get('/a')))?.version).toBe(1);
    await runtime.drive(from.delete('/a'));
    await runtime.drive(from.put('/b', bytes('2')));
    stop.abort();
    expect(await runtime.drive(copying)).toMatchObject({ verified: true, entries: 1 });
    expect(await runtime.drive(to.children('/'))).toEqual(['b']);
  });
});

describe('an export', () => {
  test('brings everything back', async () => {
    await fc.assert(
      fc.asyncProperty(content, async (wanted) => {
        const { runtime, from, to } = twoStores();
        const run = async (): Promise<void> => {
          for (const [at, value] of Object.entries(wanted)) await from.put(at, value);
          const file = await lines(exportStore(from));
          const report = await importStore(to, await readExport(file));
          expect(report).toEqual({ entries: Object.keys(wanted).length, written: Object.keys(wanted).length });
          expect(await lines(exportStore(to))).toEqual(file);
        };
        await runtime.drive(run());
      }),
      { numRuns: 40 },
    );
  });

  test('is refused whole where anything in it was changed, taken away, doubled or put behind', async () => {
    const { runtime, from } = twoStores();
    await runtime.drive(from.put('/a', bytes('1')));
    await runtime.drive(from.put('/b', bytes('2')));
    const file = await runtime.drive(lines(exportStore(from)));
    const broken: readonly (readonly string[])[] = [
      [],
      ['{}'],
      ['not json', ...file.slice(1)],
      file.slice(0, -1),
      file.slice(1),
      [...file.slice(0, 1), ...file.slice(2)],
      [...file.slice(0, 2), ...file.slice(1)],
      [...file, '{}'],
      file.map((line) => line.replace('/b', '/c')),
      file.map((line) => line.replace('"path":"/a"', '"path":"/../a"')),
    ];
    for (const each of broken) await expect(readExport(each)).rejects.toMatchObject({ code: 'E_EXPORT_DAMAGED' });
    const newer = file.map((line) => line.replace('"keelson-export":1', '"keelson-export":2'));
    await expect(readExport(newer)).rejects.toMatchObject({ code: 'E_UNSUPPORTED' });
  });

  test('is not written over what is there, unless it is asked to be', async () => {
    const { runtime, from, to } = twoStores();
    const run = async (): Promise<void> => {
      await from.put('/a', bytes('1'));
      await to.put('/a', bytes('old'));
      await to.put('/kept', bytes('2'));
      const file = await readExport(await lines(exportStore(from)));
      await expect(importStore(to, file)).rejects.toMatchObject({ code: 'E_ALREADY_EXISTS' });
      expect((await to.get('/a'))?.value).toEqual(bytes('old'));
      expect(await importStore(to, file, { merge: true })).toEqual({ entries: 1, written: 1 });
      expect((await to.get('/a'))?.value).toEqual(bytes('1'));
      expect((await to.get('/kept'))?.value).toEqual(bytes('2'));
    };
    await runtime.drive(run());
  });
});
