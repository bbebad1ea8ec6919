import { KeelsonError, onAbort, sleep } from '@keelson/runtime';
import { checkPath, parentPath } from '../path.ts';
import type { StorePath, Written } from '../port.ts';
import type { KeyValue, KvOperationResult } from './backend.ts';
import type { BackendOptions } from './calls.ts';
import type { StoreContext } from './context.ts';

/** Digits of a sequence number, as ZooKeeper writes them. */
const DIGITS = 10;

/** The counter of one parent as last seen: the number to give out next, and where it was read. */
interface Counter {
  readonly next: bigint;
  readonly modRevision: bigint;
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

  create(path: StorePath, value: Uint8Array, lease: bigint, limits: BackendOptions): Promise<Written> {
    const parent = parentPath(path) ?? '/';
    const before = this.#turns.get(parent) ?? Promise.resolve();
    const attempt = (): Promise<Written> => this.#createInTurn(parent, path, value, lease, limits);
    const created = before.then(attempt);
    // Whose caller has given up is waited for no longer: its answer may never come. Should it be done later all the same, the counter has moved on.
    const turn = new Promise<void>((resolve) => {
      const release = onAbort(limits.signal, () => resolve());
      const settle = (): void => {
        release();
        resolve();
      };
      created.then(settle, settle);
    }).then(() => {
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
    limits: BackendOptions,
  ): Promise<Written> {
    const { runtime } = this.#context;
    for (let attempt = 1; ; attempt += 1) {
      if (limits.signal.aborted) throw limits.signal.reason;
      const counter = this.#counters.get(parent) ?? UNUSED;
      const written = await this.#attempt(parent, numbered(path, counter.next), counter, value, lease, limits);
      if (written !== undefined) return written;
      // The first refusal usually only brings the count up to date; later ones mean competition with other processes.
      if (attempt > 1) await sleep(runtime, runtime.random.next() * Math.min(100, 2 ** attempt), limits);
    }
  }

  async #attempt(
    parent: StorePath,
    path: StorePath,
    counter: Counter,
    value: Uint8Array,
    lease: bigint,
    limits: BackendOptions,
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
    return { path, revision: result.revision, version: 1, createRevision: result.revision };
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
