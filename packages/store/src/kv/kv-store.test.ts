import { isKeelsonError, virtualRuntime } from '@keelson/runtime';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryBackend } from '../memory/index.ts';
import { isBelow } from '../path.ts';
import type { Store } from '../port.ts';
import type { Operation, Transaction } from '../transaction.ts';
import { kvStore } from './kv-store.ts';

const text = (value: Uint8Array): string => new TextDecoder().decode(value);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A store as slow and plain as can be: what every call should give, by definition. */
class PlainTree {
  readonly entries = new Map<string, { value: string; version: number }>();

  hasChildren(path: string): boolean {
    return [...this.entries.keys()].some((each) => isBelow(each, path));
  }

  put(path: string, value: string, version?: number): string {
    const found = this.entries.get(path)?.version ?? 0;
    if (version !== undefined && version !== found) return found === 0 ? 'E_NOT_FOUND' : 'E_VERSION_CONFLICT';
    this.entries.set(path, { value, version: found + 1 });
    return `version ${found + 1}`;
  }

  create(path: string, value: string): string {
    return this.entries.has(path) ? 'E_ALREADY_EXISTS' : this.put(path, value);
  }

  delete(path: string, recursive: boolean): string {
    if (!recursive && this.hasChildren(path)) return 'E_NOT_EMPTY';
    if (recursive) for (const each of this.entries.keys()) if (isBelow(each, path)) this.entries.delete(each);
    return String(this.entries.delete(path));
  }

  transact(wanted: ReadonlyMap<string, number>, then: readonly Operation[], otherwise: readonly Operation[]): string {
    const holds = [...wanted].every(([path, version]) => (this.entries.get(path)?.version ?? 0) === version);
    const before = new Map(this.entries);
    const branch = holds ? then : otherwise;
    const results: string[] = [];
    for (const operation of branch) {
      if (operation.type === 'get') results.push(before.get(operation.path)?.value ?? 'none');
      else if (operation.type === 'put') results.push(this.put(operation.path, text(operation.value)));
      else {
        const result = this.delete(operation.path, false);
        if (result === 'E_NOT_EMPTY') {
          this.entries.clear();
          for (const [path, entry] of before) this.entries.set(path, entry);
          return 'E_NOT_EMPTY';
        }
        results.push(result);
      }
    }
    return `${holds}: ${results.join(', ')}`;
  }

  children(path: string): string {
    const base = path === '/' ? '/' : `${path}/`;
    const names = [...this.entries.keys()]
      .filter((each) => isBelow(each, path))
      .map((each) => each.slice(base.length).split('/')[0] ?? '');
    return [...new Set(names)].sort().join(',');
  }

  list(path: string, recursive: boolean): string {
    const depth = path === '/' ? 1 : path.split('/').length;
    const all = [...this.entries].filter(
      ([each]) => isBelow(each, path) && (recursive || each.split('/').length === depth + 1),
    );
    return all
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([each, { value, version }]) => `${each}=${value}@${version}`)
      .join(' ');
  }
}

/** What a call of the real store gives, in the words of the plain one. */
async function outcome(work: Promise<string>): Promise<string> {
  try {
    return await work;
  } catch (error) {
    if (isKeelsonError(error)) return error.code;
    throw error;
  }
}

const path = fc
  .array(fc.constantFrom('a', 'b', 'a-b', 'c'), { minLength: 1, maxLength: 3 })
  .map((segments) => `/${segments.join('/')}`);
const value = fc.constantFrom('x', 'y', '');
const version = fc.constantFrom(0, 1, 2, 3);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ type: fc.constant('put' as const), path, value: value.map(bytes) }),
  fc.record({ type: fc.constant('delete' as const), path }),
  fc.record({ type: fc.constant('get' as const), path }),
);
const branch = fc.uniqueArray(operation, { maxLength: 4, selector: (each) => each.path });

type Step = (store: Store, plain: PlainTree) => Promise<[string, string]>;

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(path, value, fc.option(version, { nil: undefined })).map(
    ([at, each, wanted]): Step =>
      async (store, plain) => [
        await outcome(
          store
            .put(at, bytes(each), wanted === undefined ? {} : { expect: { version: wanted } })
            .then((written) => `version ${written.version}`),
        ),
        plain.put(at, each, wanted),
      ],
  ),
  fc.tuple(path, value).map(
    ([at, each]): Step =>
      async (store, plain) => [
        await outcome(store.create(at, bytes(each)).then((written) => `version ${written.version}`)),
        plain.create(at, each),
      ],
  ),
  fc.tuple(path, fc.boolean()).map(
    ([at, recursive]): Step =>
      async (store, plain) => [
        await outcome(store.delete(at, { recursive }).then(String)),
        plain.delete(at, recursive),
      ],
  ),
  fc.tuple(fc.constantFrom('/', '/a', '/a/b', '/a-b'), fc.boolean()).map(
    ([at, recursive]): Step =>
      async (store, plain) => {
        const { entries } = await store.list(at, { recursive });
        const children = await store.children(at);
        return [
          `${children.join(',')} ${entries.map((entry) => `${entry.path}=${text(entry.value)}@${entry.version}`).join(' ')}`,
          `${plain.children(at)} ${plain.list(at, recursive)}`,
        ];
      },
  ),
  fc.tuple(fc.array(fc.tuple(path, version), { maxLength: 2 }), branch, branch).map(
    ([wanted, then, otherwise]): Step =>
      async (store, plain) => {
        const compares = new Map(wanted);
        const transaction: Transaction = {
          if: [...compares].map(([at, each]) => ({ path: at, version: each })),
          then,
          else: otherwise,
        };
        const real = outcome(
          store.transact(transaction).then(({ succeeded, results }) => {
            const shown = results.map((result) => {
              if (result.type === 'put') return `version ${result.written.version}`;
              return result.type === 'delete'
                ? String(result.existed)
                : result.entry
                  ? text(result.entry.value)
                  : 'none';
            });
            return `${succeeded}: ${shown.join(', ')}`;
          }),
        );
        const answer = await real;
        // A branch that contradicts itself is refused before either is looked at.
        return answer === 'E_INVALID_ARGUMENT' ? [answer, answer] : [answer, plain.transact(compares, then, otherwise)];
      },
  ),
);

describe('the store over the etcd model', () => {
  it('answers every call as a plain tree would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const runtime = virtualRuntime({ seed: 1 });
        const store = kvStore(memoryBackend(runtime), runtime);
        const plain = new PlainTree();
        for (const each of steps) {
          const [real, expected] = await each(store, plain);
          expect(real).toBe(expected);
        }
        const { entries } = await store.list('/', { recursive: true });
        expect(entries.map((entry) => `${entry.path}=${text(entry.value)}@${entry.version}`).join(' ')).toBe(
          plain.list('/', true),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('keeps stores of different prefixes apart', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const backend = memoryBackend(runtime);
    const [one, two, bare] = ['/one', '/two', ''].map((prefix) =>
      kvStore(backend, runtime, { prefix, closeBackend: false }),
    ) as [Store, Store, Store];
    await one.put('/a', bytes('1'));
    await two.put('/a', bytes('2'));
    expect([await one.get('/a'), await two.get('/a')].map((entry) => entry && text(entry.value))).toEqual(['1', '2']);
    expect(await bare.children('/')).toEqual(['one', 'two']);
    expect((await one.list('/', { recursive: true })).entries.map((entry) => entry.path)).toEqual(['/a']);
    await one.delete('/a', { recursive: true });
    expect(await two.get('/a')).toBeDefined();
    await one.close();
    await two.put('/b', bytes('still open'));
    expect(await two.children('/')).toEqual(['a', 'b']);
    await backend.close();
  });

  it('does not show keys of others that are no path, and removes them with the tree around them', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const backend = memoryBackend(runtime);
    const store = kvStore(backend, runtime);
    for (const key of ['/p//x', '/p/', '/p/a\xff', 'elsewhere', '/p/ok'])
      await backend.txn({ compare: [], success: [{ type: 'put', key, value: bytes('') }], failure: [] });
    expect(await store.children('/p')).toEqual(['ok']);
    expect((await store.list('/', { recursive: true })).entries.map((entry) => entry.path)).toEqual(['/p/ok']);
    await store.delete('/p', { recursive: true });
    expect(backend.readRange({ key: '\0', end: '\0' }).kvs.map((kv) => kv.key)).toEqual(['elsewhere']);
  });

  it('gives out sequential names past ones that somebody took, and again from the start after the parent is gone', async () => {
    const runtime = virtualRuntime({ seed: 1 });
    const store = kvStore(memoryBackend(runtime), runtime);
    await store.put('/q/n-0000000001', bytes('taken'));
    const create = async (): Promise<string> => (await store.create('/q/n-', bytes(''), { sequential: true })).path;
    expect(await runtime.drive((async () => [await create(), await create(), await create()])())).toEqual([
      '/q/n-0000000000',
      '/q/n-0000000002',
      '/q/n-0000000003',
    ]);
    await store.delete('/q', { recursive: true });
    expect(await runtime.drive(create())).toBe('/q/n-0000000000');
  });
});
