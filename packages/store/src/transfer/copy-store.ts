import { abortError, KeelsonError, onAbort, type Runtime, retry, sleep } from '@keelson/runtime';
import { checkPath } from '../path.ts';
import type { Revision, Store, StorePath } from '../port.ts';
import { differences, type Holdings } from './differences.ts';
import { readHoldings, writeDifferences } from './reconcile.ts';

/** What is copied where. */
export interface CopyStoreOptions {
  readonly from: Store;
  readonly to: Store;
  readonly runtime: Runtime;
  /** Only what stands at and below this path. Default `/`. */
  readonly path?: StorePath;
  /** Whether to delete what the target holds there and the source does not. Default false: `E_ALREADY_EXISTS` where there is such a thing at the beginning. */
  readonly deleteExtra?: boolean;
  /** Go on copying what changes, until `signal` trips; then a last comparison. Default false: until both hold the same. */
  readonly follow?: boolean;
  /** Ends a copy that follows; ends one that does not with `E_ABORTED`, to be begun again at will. */
  readonly signal?: AbortSignal;
  /** Told after every round. */
  readonly onRound?: (round: CopyRound) => void;
}

/** One comparison of both stores, and what was done about it. */
export interface CopyRound {
  readonly round: number;
  /** Entries that the source holds. */
  readonly entries: number;
  /** Entries written, and deleted, in this round. */
  readonly written: number;
  readonly deleted: number;
}

/** What a copy came to. */
export interface CopyReport {
  readonly entries: number;
  readonly written: number;
  readonly deleted: number;
  readonly rounds: number;
  /** Whether the last comparison found both the same. False only where the source kept changing. */
  readonly verified: boolean;
  /**
   * Whether revisions of the target are below those of the source: fencing tokens given out there would be smaller than those given out before. Whatever refuses old tokens has
   * to forget them first, or the target's revision has to be raised.
   */
  readonly tokensGoBack: boolean;
}

/** Rounds without an end after which a copy that does not follow gives up: the source changes faster than it is copied. */
const MOST_ROUNDS = 20;
/** Least time between two rounds of a copy that follows, in milliseconds. */
const FOLLOW_EVERY_MS = 1_000;
/** One read of a whole store may take as long, in milliseconds. */
const CALL_TIMEOUT_MS = 60_000;
/** Attempts to read from a store that is out of reach now and then: with the pauses between them some ten seconds. */
const ATTEMPTS = 10;

/**
 * Copies entries from one store to another, whatever their engines, while the source is in use: compares both, writes what differs, and
 * compares again, until nothing does. So it can be broken off and begun again at any time, and what it reports as verified was read back.
 *
 * Entries of sessions are not copied: their owners write them again where they are. Versions and revisions begin anew, and so do the numbers of sequential names:
 * nobody may create such names in the target before the copy is done.
 *
 * Rejects with `E_ALREADY_EXISTS` as `deleteExtra` says, `E_ABORTED`, `E_INVALID_PATH`, or as the stores do.
 *
 * @example
 * const { verified } = await copyStore({ from: embedded, to: etcd, runtime });
 */
export async function copyStore(options: CopyStoreOptions): Promise<CopyReport> {
  const { from, to, runtime, path = '/', deleteExtra = false, follow = false, signal } = options;
  if (path !== '/') checkPath(path);
  const limits = { timeoutMs: CALL_TIMEOUT_MS };
  if (!deleteExtra) await refuseExtra(options);
  const total = { entries: 0, written: 0, deleted: 0, rounds: 0 };
  const compare = async (): Promise<boolean> => {
    const source = await read(options, from);
    const found = differences(source, await read(options, to));
    const done = await writeDifferences(to, source, found, limits);
    total.rounds += 1;
    total.entries = source.size;
    total.written += done.puts;
    total.deleted += done.deletes;
    options.onRound?.({ round: total.rounds, entries: source.size, written: done.puts, deleted: done.deletes });
    return found.puts.length + found.deletes.length > 0;
  };
  const ended = (): boolean => signal?.aborted === true;
  const changes = follow ? new ChangeWatch(from, path) : undefined;
  let verified = false;
  for (let lastRounds = 0; !verified && lastRounds < MOST_ROUNDS; ) {
    if (ended() && !follow) throw abortError(signal as AbortSignal);
    if (ended() || !follow) lastRounds += 1;
    const last = lastRounds > 0;
    const differed = await compare();
    verified = last && !differed;
    if (!last) await changes?.next(runtime, signal);
  }
  await changes?.close();
  return { ...total, verified, tokensGoBack: (await revisionOf(to)) < (await revisionOf(from)) };
}

/** The newest revision that an empty listing tells of. */
async function revisionOf(store: Store): Promise<Revision> {
  return (await store.list('/keelson-revision-probe')).revision;
}

function read({ path = '/', runtime }: CopyStoreOptions, store: Store): Promise<Holdings> {
  return retry(runtime, { attempts: ATTEMPTS }, () => readHoldings(store, path, { timeoutMs: CALL_TIMEOUT_MS }));
}

async function refuseExtra(options: CopyStoreOptions): Promise<void> {
  const { deletes } = differences(await read(options, options.from), await read(options, options.to));
  const [first] = deletes;
  if (first === undefined) return;
  throw new KeelsonError(
    'E_ALREADY_EXISTS',
    `The target holds ${deletes.length} entries that the source does not, ${first} among them. Copy to an empty prefix, or have them deleted.`,
    { details: { path: first, entries: deletes.length } },
  );
}

/** Knows whether something has changed at or below a path since it was asked last. */
class ChangeWatch {
  readonly #ended = new AbortController();
  readonly #watching: Promise<void>;
  #dirty = false;
  #wake: () => void = () => {};

  constructor(store: Store, path: StorePath) {
    this.#watching = this.#watch(store, path);
  }

  /** Resolves once something has changed, but not too soon; or when `signal` trips. */
  async next(runtime: Runtime, signal: AbortSignal | undefined): Promise<void> {
    const options = signal === undefined ? {} : { signal };
    await sleep(runtime, FOLLOW_EVERY_MS, options).catch(() => {}); // ended: a last round follows
    await new Promise<void>((resolve) => {
      const stop = onAbort(signal, () => this.#wake());
      this.#wake = () => {
        stop();
        resolve();
      };
      if (this.#dirty || signal?.aborted === true) this.#wake();
    });
    this.#dirty = false;
  }

  async close(): Promise<void> {
    this.#ended.abort();
    await this.#watching;
  }

  async #watch(store: Store, path: StorePath): Promise<void> {
    let snapshots = 0;
    for await (const event of store.watch(path, { recursive: true, signal: this.#ended.signal })) {
      if (event.type === 'snapshot') snapshots += 1;
      if (event.type !== 'changes' && (event.type !== 'snapshot' || snapshots === 1)) continue;
      this.#dirty = true;
      this.#wake();
    }
  }
}
