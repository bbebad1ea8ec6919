import { isKeelsonError } from '@keelson/runtime';
import type { StorePath } from '../port.ts';
import type { ByteString, KeyRange, KeyValue, RangeRequest, RangeResult } from './backend.ts';
import type { KeySpace } from './key-space.ts';

/** Asks the engine for one range, within the limits of the call the scan belongs to. */
export type Ranger = (request: RangeRequest) => Promise<RangeResult>;

/** What a scan found, all at one revision. */
export interface ScanResult {
  /** Entries found, in order of key. */
  readonly kvs: readonly KeyValue[];
  /** First segments found, implied parents included, in order of bytes. Empty for a scan of all descendants. */
  readonly names: readonly ByteString[];
  readonly revision: bigint;
}

/** What every page of a scan asks. */
export type ScanRequest = Pick<RangeRequest, 'serializable' | 'keysOnly' | 'maxCreateRevision'>;

const FIRST_PAGE_KEYS = 100;
const LARGEST_PAGE_KEYS = 2_000;
const SMALLEST_PAGE_KEYS = 8;

/** Bytes a page should have, so that one answer stays well below what a connection takes. */
const PAGE_TARGET_BYTES = 1_048_576;

/** Begins again when the history under a scan was compacted meanwhile; the limits of the call bound it. */
export async function withRestart<T>(scan: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await scan();
    } catch (error) {
      if (!isKeelsonError(error, 'E_COMPACTED')) throw error;
    }
  }
}

/** Pages through a range at the revision of its first page (or `atRevision`). `next` says where to go on, or that it is enough. */
async function pages(
  ranger: Ranger,
  range: Required<KeyRange>,
  request: ScanRequest,
  atRevision: bigint | undefined,
  next: (page: RangeResult, limit: number) => { readonly key: ByteString; readonly limit: number },
): Promise<bigint> {
  let { key } = range;
  let limit = FIRST_PAGE_KEYS;
  let revision = atRevision;
  for (;;) {
    // Only a first page may come from a member that lags: later ones must have the revision of the first.
    const consistency = revision === undefined ? request : { ...request, serializable: false };
    const page = await ranger({
      key,
      end: range.end,
      limit,
      ...consistency,
      ...(revision === undefined ? {} : { revision }),
    });
    revision ??= page.revision;
    const step = next(page, limit);
    if (!page.more || step.key >= range.end) return revision;
    ({ key, limit } = step);
  }
}

/** The first key after the last one of a page. */
const afterLast = (page: RangeResult): ByteString => `${page.kvs.at(-1)?.key ?? ''}\0`;

/** Everything below `path`. */
export async function scanDescendants(
  keys: KeySpace,
  path: StorePath,
  ranger: Ranger,
  request: ScanRequest = {},
  atRevision?: bigint,
): Promise<ScanResult> {
  const kvs: KeyValue[] = [];
  const revision = await pages(ranger, keys.descendants(path), request, atRevision, (page) => {
    kvs.push(...page.kvs);
    const bytes = page.kvs.reduce((sum, kv) => sum + kv.value.byteLength + kv.key.length, 1);
    const fitting = Math.floor((PAGE_TARGET_BYTES / bytes) * page.kvs.length);
    return { key: afterLast(page), limit: Math.min(LARGEST_PAGE_KEYS, Math.max(SMALLEST_PAGE_KEYS, fitting)) };
  });
  return { kvs, names: [], revision };
}

/**
 * The direct children of `path`, without reading what is below them: once a key deeper down is seen, the scan jumps behind the
 * subtree it is in. Pages grow while they bring new names and shrink while they bring little else than depths.
 */
export async function scanChildren(
  keys: KeySpace,
  path: StorePath,
  ranger: Ranger,
  request: ScanRequest = {},
  atRevision?: bigint,
): Promise<ScanResult> {
  const base = keys.baseOf(path);
  const kvs: KeyValue[] = [];
  const names = new Set<ByteString>();
  const revision = await pages(ranger, keys.descendants(path), request, atRevision, (page, limit) => {
    const knownBefore = names.size;
    let skipUntil = '';
    for (const kv of page.kvs) {
      if (kv.key < skipUntil) continue;
      const slashAt = kv.key.indexOf('/', base.length);
      const child = slashAt === -1 ? kv.key : kv.key.slice(0, slashAt);
      names.add(child.slice(base.length));
      if (slashAt === -1) kvs.push(kv);
      else skipUntil = keys.afterSubtree(child);
    }
    const last = afterLast(page);
    const found = names.size - knownBefore;
    const grown = found * 2 >= limit ? limit * 2 : found * 8 <= limit ? limit / 4 : limit;
    return {
      key: skipUntil > last ? skipUntil : last,
      limit: Math.min(LARGEST_PAGE_KEYS, Math.max(SMALLEST_PAGE_KEYS, Math.floor(grown))),
    };
  });
  return { kvs, names: [...names].sort(), revision };
}
