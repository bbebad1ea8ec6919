import { abortError, KeelsonError, onAbort, sleep } from '@keelson/runtime';
import { checkPath, parentPath } from '../path.ts';
import type { CreateOptions, StorePath, Written } from '../port.ts';
import type { KeyValue, KvOperationResult } from './backend.ts';
import type { BackendOptions } from './calls.ts';
import type { StoreContext } from './context.ts';
import { siblingsIn, siblingsRequest } from './siblings.ts';

/** Digits of a sequence number, as ZooKeeper writes them. */
const DIGITS = 10;

/** The counter of one parent as last seen: the number to give out next, and where it was read. */
interface Counter {
  readonly next: bigint;
  readonly modRevision: bigint;
}

/** How a sequential entry is created. */
interface SequentialOptions {
  readonly limits: BackendOptions;
  /** Which siblings the creation tells. */
  readonly tell: CreateOptions['tellSiblings'];
}

/** One attempt to create an entry by the number that `counter` gives it. */
interface SequentialPut {
  readonly parent: StorePath;
  readonly path: StorePath;
  readonly counter: Counter;
  readonly value: Uint8Array;
  readonly lease: bigint;
}

const UNUSED: Counter = { next: 0n, modRevision: 0n };

/** Most parents whose counter is remembered. Forgetting one costs a failed attempt, no more. */
const MAX_REMEMBERED = 1_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The path of number `next`: the ten digits appended to the last segment. */
function numbered(path: StorePath, next: bigint): StorePath {
  return checkPath(path + next.toString().padStart(DIGITS, '0'));
}

function counterIn(result: KvOperationResult | undefined): KeyValue | undefined {
  return result?.type === 'range' ? result.result.kvs[0] : undefined;
}

/** Why a creation was given up of which nothing was sent, or all was refused: not with the very error of its limits, which would mean that nobody knows. */
function notDone(cause: KeelsonError): KeelsonError {
  return new KeelsonError(cause.code, 'The entry was not created: others are before it.', { cause });
}

/** Resolves when the creations before are over; rejects where the caller gives up first. */
function inTurn(before: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const release = onAbort(signal, () => reject(notDone(abortError(signal))));
    before.then(() => {
      release();
      resolve();
    }, reject);
  });
}

/**
 * Gives out sequential names. The counter of a parent is raised in the very transaction that creates the entry, on condition that
 * nobody else raised it since it was seen; whoever was too late learns the new count with the refusal and tries again. Creates
 * of this process under one parent wait for each other, so they do not compete among themselves.
 */
export class Sequences {
  readonly #context: StoreContext;
  readonly #counters = new Map<StorePath, Counter>();
  readonly #turns = new Map<StorePath, Promise<void>>();

  constructor(context: StoreContext) {
    this.#context = context;
  }

  create(path: StorePath, value: Uint8Array, lease: bigint, options: SequentialOptions): Promise<Written> {
    const { limits } = options;
    const parent = parentPath(path) ?? '/';
    const before = this.#turns.get(parent) ?? Promise.resolve();
    const { clock } = this.#context.runtime;
    const sendByMs = clock.monotonicMs() + limits.timeoutMs / 2;
    const created = inTurn(before, limits.signal).then(() => {
      // Sent with little time left, its reply might be missed, and nobody would know what became of it: better not sent at all.
      if (clock.monotonicMs() > sendByMs) throw notDone(new KeelsonError('E_TIMEOUT', 'Its turn came late.'));
      return this.#createInTurn(parent, path, value, lease, options);
    });
    // Whose caller has given up is waited for no longer: its answer may never come. Should it be done later all the same, the counter has moved on.
    const settled = new Promise<void>((resolve) => {
      const release = onAbort(limits.signal, () => resolve());
      const settle = (): void => {
        release();
        resolve();
      };
      created.then(settle, settle);
    });
    // One that gave up before its turn lets nobody past those before it.
    const turn = Promise.all([before, settled]).then(() => {
      if (this.#turns.get(parent) === turn) this.#turns.delete(parent);
    });
    this.#turns.set(parent, turn);
    return created;
  }

  async #createInTurn(
    parent: StorePath,
    path: StorePath,
    value: Uint8Array,
    lease: bigint,
    options: SequentialOptions,
  ): Promise<Written> {
    const { runtime } = this.#context;
    const { limits } = options;
    for (let attempt = 1; ; attempt += 1) {
      if (limits.signal.aborted) throw notDone(abortError(limits.signal));
      const counter = this.#counters.get(parent) ?? UNUSED;
      const put: SequentialPut = { parent, path: numbered(path, counter.next), counter, value, lease };
      const written = await this.#attempt(put, options);
      if (written !== undefined) return written;
      // The first refusal usually only brings the count up to date; later ones mean competition with other processes.
      if (attempt === 1) continue;
      await sleep(runtime, runtime.random.next() * Math.min(100, 2 ** attempt), limits).catch(() => {
        throw notDone(abortError(limits.signal));
      });
    }
  }

  async #attempt(
    { parent, path, counter, value, lease }: SequentialPut,
    { limits, tell }: SequentialOptions,
  ): Promise<Written | undefined> {
    const { backend, keys } = this.#context;
    const [key, counterKey] = [keys.keyOf(path), keys.counterKey(parent)];
    const result = await backend.txn(
      {
        compare: [
          { key: counterKey, target: 'mod', result: 'equal', operand: counter.modRevision },
          { key, target: 'version', result: 'equal', operand: 0n },
        ],
        success: [
          { type: 'put', key: counterKey, value: encoder.encode((counter.next + 1n).toString()) },
          ...(tell === undefined ? [] : [{ type: 'range', request: siblingsRequest(keys, parent, tell) } as const]),
          { type: 'put', key, value, lease },
        ],
        failure: [{ type: 'range', request: { key: counterKey } }],
      },
      limits,
    );
    if (!result.succeeded) {
      this.#remember(parent, this.#afterRefusal(counter, counterIn(result.results[0])));
      return undefined;
    }
    this.#remember(parent, { next: counter.next + 1n, modRevision: result.revision });
    const written = { path, revision: result.revision, version: 1, createRevision: result.revision };
    const siblings = tell === undefined ? undefined : siblingsIn(keys, parent, tell, result.results[1]);
    return siblings === undefined ? written : { ...written, siblings };
  }

  #afterRefusal(tried: Counter, found: KeyValue | undefined): Counter {
    const modRevision = found?.modRevision ?? 0n;
    // The count stands as it was seen, so the name itself is taken, by an entry that was not created sequentially: pass over it.
    if (modRevision === tried.modRevision) return { next: tried.next + 1n, modRevision };
    if (found === undefined) return UNUSED;
    const text = decoder.decode(found.value);
    if (!/^\d{1,19}$/.test(text))
      throw new KeelsonError('E_INTERNAL', 'The counter of sequential names holds no number.', {
        details: { key: found.key, value: text },
      });
    return { next: BigInt(text), modRevision };
  }

  #remember(parent: StorePath, counter: Counter): void {
    this.#counters.delete(parent);
    this.#counters.set(parent, counter);
    if (this.#counters.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#counters.keys()) {
      this.#counters.delete(oldest);
      return;
    }
  }
}
