import type { ByteString } from '../kv/backend.ts';
import type { KeySpan } from './key-range.ts';
import type { KeyEntry } from './version.ts';

/** Most keys of one chunk. An insertion moves at most this many references; a split moves one reference per chunk. */
const CHUNK_KEYS = 512;

/**
 * All keys that have a version, found by name and walked in order: a map, beside a sorted list in chunks of at most 512. Two flat
 * levels hold ten million keys with cheap insertions and walk faster than a tree of nodes.
 */
export class KeyIndex {
  readonly #byKey = new Map<ByteString, KeyEntry>();
  readonly #chunks: KeyEntry[][] = [];

  /** Number of keys, deleted ones whose history is kept included. */
  get size(): number {
    return this.#byKey.size;
  }

  get(key: ByteString): KeyEntry | undefined {
    return this.#byKey.get(key);
  }

  /** The entry of `key`, made where there was none. */
  ensure(key: ByteString): KeyEntry {
    const found = this.#byKey.get(key);
    if (found !== undefined) return found;
    const entry: KeyEntry = { key, head: undefined };
    this.#byKey.set(key, entry);
    this.#insert(entry);
    return entry;
  }

  remove(key: ByteString): void {
    if (!this.#byKey.delete(key)) return;
    const at = this.#chunkFor(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return;
    chunk.splice(lowerBound(chunk, key), 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** Calls `visit` for each entry of the span in order of key, until it returns `false`. `visit` must not add or remove keys. */
  scan(span: KeySpan, visit: (entry: KeyEntry) => boolean): void {
    let chunkAt = this.#chunkFor(span.start);
    const first = this.#chunks[chunkAt];
    let at = first === undefined ? 0 : lowerBound(first, span.start);
    for (; chunkAt < this.#chunks.length; chunkAt += 1, at = 0) {
      const chunk = this.#chunks[chunkAt] ?? [];
      for (; at < chunk.length; at += 1) {
        const entry = chunk[at];
        if (entry === undefined || (span.end !== undefined && entry.key >= span.end)) return;
        if (!visit(entry)) return;
      }
    }
  }

  #insert(entry: KeyEntry): void {
    const at = this.#chunkFor(entry.key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([entry]);
      return;
    }
    const place = lowerBound(chunk, entry.key);
    if (place === chunk.length) chunk.push(entry);
    else chunk.splice(place, 0, entry);
    if (chunk.length <= CHUNK_KEYS) return;
    // Keys often arrive in order: then a full chunk is left behind full instead of half empty.
    const cut = place === chunk.length - 1 ? CHUNK_KEYS : CHUNK_KEYS >> 1;
    this.#chunks.splice(at + 1, 0, chunk.splice(cut));
  }

  /** The last chunk whose first key is not above `key`; 0 where there is none. */
  #chunkFor(key: ByteString): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const first = this.#chunks[middle]?.[0];
      if (first !== undefined && first.key <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

function lowerBound(chunk: readonly KeyEntry[], key: ByteString): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const entry = chunk[middle];
    if (entry !== undefined && entry.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
