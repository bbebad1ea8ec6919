import { KeelsonError } from '@keelson/runtime';
import { checkPath } from '../path.ts';
import type { CreateOptions, DeleteOptions, Expectation, PutOptions, StorePath, Written } from '../port.ts';
import type { Session } from '../session.ts';
import type { KeyValue, KvOperation, KvOperationResult } from './backend.ts';
import type { StoreContext } from './context.ts';
import { leaseOfOwner } from './entry.ts';
import { checkExpectation, comparesOf, expectationError, meets, rangeIsEmpty } from './expectation.ts';
import { Sequences } from './sequence.ts';

/** Checks a path that is to be written. Throws `E_INVALID_PATH`, also for the root. */
export function checkWritable(path: StorePath): void {
  checkPath(path);
  if (path === '/')
    throw new KeelsonError('E_INVALID_PATH', 'The root `/` holds no entry of its own.', { details: { path } });
}

/** A copy of `value`, so that the caller may go on using its array. Throws `E_TOO_LARGE`, `E_INVALID_ARGUMENT`. */
export function copyOfValue(path: StorePath, value: Uint8Array, maxValueBytes: number): Uint8Array {
  if (!(value instanceof Uint8Array))
    throw new KeelsonError('E_INVALID_ARGUMENT', 'A value must be a Uint8Array.', { details: { path } });
  if (value.byteLength > maxValueBytes)
    throw new KeelsonError(
      'E_TOO_LARGE',
      `The value for ${path} has ${value.byteLength} bytes; the store takes ${maxValueBytes}.`,
      { details: { path, sizeBytes: value.byteLength, limitBytes: maxValueBytes } },
    );
  return new Uint8Array(value);
}

/** The lease a write goes under; 0 for none. Throws `E_SESSION_EXPIRED` unless the session is known to live. */
export function leaseOf(session: Session | undefined): bigint {
  if (session === undefined) return 0n;
  session.assertAlive();
  const lease = leaseOfOwner(session.id);
  if (lease !== undefined) return lease;
  throw new KeelsonError('E_INVALID_ARGUMENT', 'The session was opened on another kind of store.', {
    details: { session: session.id },
  });
}

/** What a range inside a transaction found first. */
export function firstOf(result: KvOperationResult | undefined): KeyValue | undefined {
  return result?.type === 'range' ? result.result.kvs[0] : undefined;
}

/** The writing half of a store over the etcd model, transactions aside. */
export class Writes {
  readonly #context: StoreContext;
  readonly #sequences: Sequences;

  constructor(context: StoreContext) {
    this.#context = context;
    this.#sequences = new Sequences(context);
  }

  put(path: StorePath, value: Uint8Array, options: PutOptions): Promise<Written> {
    const { backend, calls, keys, capabilities } = this.#context;
    checkWritable(path);
    const expect = options.expect ?? {};
    checkExpectation(expect);
    const copy = copyOfValue(path, value, capabilities.maxValueBytes);
    const lease = leaseOf(options.session);
    const key = keys.keyOf(path);
    const look: KvOperation = { type: 'range', request: { key, keysOnly: true } };
    return calls.write('put', path, options, async (limits) => {
      const request = {
        compare: comparesOf(key, expect),
        // The range after the put tells the version it made.
        success: [{ type: 'put', key, value: copy, lease } as const, look],
        failure: [look],
      };
      const { succeeded, revision, results } = await backend.txn(request, limits);
      if (!succeeded) throw expectationError(path, expect, firstOf(results[0]));
      const written = firstOf(results[1]);
      if (written === undefined)
        throw new KeelsonError('E_INTERNAL', `The engine did not show the entry put at ${path}.`);
      return { path, revision, version: written.version, createRevision: written.createRevision };
    });
  }

  create(path: StorePath, value: Uint8Array, options: CreateOptions): Promise<Written> {
    const { backend, calls, keys, capabilities } = this.#context;
    checkWritable(path);
    const copy = copyOfValue(path, value, capabilities.maxValueBytes);
    const lease = leaseOf(options.session);
    const tell = options.tellSiblings;
    if (options.sequential === true)
      return calls.write('create', path, options, (limits) =>
        this.#sequences.create(path, copy, lease, { limits, tell }),
      );
    const key = keys.keyOf(path);
    return calls.write('create', path, options, async (limits) => {
      const request = {
        compare: comparesOf(key, { version: 0 }),
        success: [{ type: 'put', key, value: copy, lease } as const],
        failure: [],
      };
      const { succeeded, revision } = await backend.txn(request, limits);
      if (succeeded) return { path, revision, version: 1, createRevision: revision };
      throw new KeelsonError('E_ALREADY_EXISTS', `There is an entry at ${path} already.`, { details: { path } });
    });
  }

  delete(path: StorePath, options: DeleteOptions): Promise<boolean> {
    const { backend, calls, keys } = this.#context;
    checkWritable(path);
    const expect = options.expect ?? {};
    checkExpectation(expect);
    const recursive = options.recursive === true;
    const key = keys.keyOf(path);
    const own: KvOperation = { type: 'delete-range', range: { key } };
    const below: KvOperation = { type: 'delete-range', range: keys.subtree(path) };
    return calls.write('delete', path, options, async (limits) => {
      const request = {
        compare: [...comparesOf(key, expect), ...(recursive ? [] : [rangeIsEmpty(keys.descendants(path))])],
        success: recursive ? [own, below] : [own],
        failure: [{ type: 'range', request: { key, keysOnly: true } } as const],
      };
      const { succeeded, results } = await backend.txn(request, limits);
      if (!succeeded) throw refusedDelete(path, expect, firstOf(results[0]));
      return results[0]?.type === 'delete-range' && results[0].deleted > 0;
    });
  }
}

function refusedDelete(path: StorePath, expect: Expectation, found: KeyValue | undefined): KeelsonError {
  if (!meets(expect, found)) return expectationError(path, expect, found);
  return new KeelsonError('E_NOT_EMPTY', `There are entries below ${path}.`, { details: { path } });
}
