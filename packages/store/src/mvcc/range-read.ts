import type { KeyValue, RangeRequest, RangeResult } from '../kv/backend.ts';
import { compareBytes } from './bytes.ts';
import type { KeyIndex } from './key-index.ts';
import { isSingleKey, spanOf } from './key-range.ts';
import { mvccError } from './mvcc-error.ts';
import { toKeyValue, type Version, versionAt } from './version.ts';

/** What a reader of the store stands on. */
export interface ReadView {
  readonly index: KeyIndex;
  /** The newest revision the reader may see. */
  readonly revision: number;
  /** History below this revision is gone; -1 where none was compacted. */
  readonly compactRevision: number;
}

const EMPTY = new Uint8Array(0);

/**
 * Answers a range as etcd does: `count` counts the whole range whatever the limit and the filters; a limit cuts after filtering and
 * sorting; any target but the key sorts, ascending unless said otherwise; the revision of the answer is the reader's, also for a read
 * of the past. Throws `future-revision` or `compacted`.
 */
export function readRange(view: ReadView, request: RangeRequest): RangeResult {
  const revision = readableRevision(view, request.revision);
  const answer = { revision: BigInt(view.revision) };
  const versions: Version[] = [];
  const limit = request.limit ?? 0;
  // Only an answer in plain key order can stop collecting early; it still has to count.
  const enough =
    request.countOnly === true ? 0 : plainOrder(request) && limit > 0 ? limit + 1 : Number.POSITIVE_INFINITY;
  const count = collect(view.index, request, revision, enough, versions);
  if (request.countOnly === true) return { kvs: [], more: false, count, ...answer };
  const wanted = ordered(filtered(versions, request), request);
  const more = limit > 0 && wanted.length > limit;
  const shown = more ? wanted.slice(0, limit) : wanted;
  return { kvs: shown.map(request.keysOnly === true ? toKeyOnly : toKeyValue), more, count, ...answer };
}

/** The revision to read at: the one asked for, or the newest where it is 0, negative or absent. */
export function readableRevision(view: ReadView, asked: bigint | undefined): number {
  if (asked === undefined || asked <= 0n) return view.revision;
  if (asked > BigInt(view.revision)) throw mvccError('future-revision', { revision: `${asked}` });
  if (asked < BigInt(view.compactRevision))
    throw mvccError('compacted', { revision: `${asked}`, compactRevision: view.compactRevision });
  return Number(asked);
}

function collect(index: KeyIndex, request: RangeRequest, revision: number, enough: number, into: Version[]): number {
  let count = 0;
  const take = (version: Version | undefined): void => {
    if (version === undefined) return;
    count += 1;
    if (into.length < enough) into.push(version);
  };
  if (isSingleKey(request)) {
    const entry = index.get(request.key);
    if (entry !== undefined) take(versionAt(entry, revision));
    return count;
  }
  index.scan(spanOf(request), (entry) => {
    take(versionAt(entry, revision));
    return true;
  });
  return count;
}

function hasFilter(request: RangeRequest): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  return Boolean(minModRevision || maxModRevision || minCreateRevision || maxCreateRevision);
}

function plainOrder(request: RangeRequest): boolean {
  const order = request.sortOrder ?? 'none';
  const byKey = (request.sortTarget ?? 'key') === 'key';
  // As etcd, which sorts by any other target where no order is given, but only what the limit let through in order of keys.
  return !hasFilter(request) && (order === 'none' || (byKey && order === 'ascend'));
}

function filtered(versions: readonly Version[], request: RangeRequest): readonly Version[] {
  if (!hasFilter(request)) return versions;
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  return versions.filter(
    ({ main, create }) =>
      (!maxModRevision || BigInt(main) <= maxModRevision) &&
      (!minModRevision || BigInt(main) >= minModRevision) &&
      (!maxCreateRevision || BigInt(create) <= maxCreateRevision) &&
      (!minCreateRevision || BigInt(create) >= minCreateRevision),
  );
}

const orderings: Readonly<Record<NonNullable<RangeRequest['sortTarget']>, (a: Version, b: Version) => number>> = {
  key: (a, b) => (a.entry.key < b.entry.key ? -1 : a.entry.key > b.entry.key ? 1 : 0),
  version: (a, b) => a.version - b.version,
  create: (a, b) => a.create - b.create,
  mod: (a, b) => a.main - b.main,
  value: (a, b) => compareBytes(a.value, b.value),
};

function ordered(versions: readonly Version[], request: RangeRequest): readonly Version[] {
  const target = request.sortTarget ?? 'key';
  const descend = request.sortOrder === 'descend';
  if (target === 'key') return descend ? versions.toReversed() : versions;
  const order = orderings[target];
  return versions.toSorted(descend ? (a, b) => order(b, a) : order);
}

function toKeyOnly(version: Version): KeyValue {
  return { ...toKeyValue(version), value: EMPTY };
}
