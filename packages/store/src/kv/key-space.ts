import { isPath } from '../path.ts';
import type { StorePath } from '../port.ts';
import type { ByteString, KeyRange } from './backend.ts';
import { textOfUtf8, utf8ByteString } from './byte-string.ts';

/** The byte after `/`: what lies below a path ends before it. */
const AFTER_SLASH = '0';

/** The least byte a segment may begin with; bookkeeping keys begin below it. */
const FIRST_SEGMENT_BYTE = '\x20';

/**
 * Where paths lie among the keys of the etcd model: key = prefix + path, as UTF-8 bytes. Keys that are no valid path under the
 * prefix (bookkeeping, or written by other programs) have no path and are shown by no call.
 */
export class KeySpace {
  readonly #prefix: ByteString;

  constructor(prefix: string) {
    this.#prefix = utf8ByteString(prefix);
  }

  keyOf(path: StorePath): ByteString {
    return this.#prefix + utf8ByteString(path);
  }

  pathOf(key: ByteString): StorePath | undefined {
    if (!key.startsWith(this.#prefix)) return undefined;
    const path = textOfUtf8(key.slice(this.#prefix.length));
    return path !== undefined && path !== '/' && isPath(path) ? path : undefined;
  }

  /** What every key below `path` begins with. */
  baseOf(path: StorePath): ByteString {
    return path === '/' ? `${this.#prefix}/` : `${this.keyOf(path)}/`;
  }

  /** All valid keys below `path`; the bookkeeping of `path` itself lies before them. */
  descendants(path: StorePath): Required<KeyRange> {
    return { key: this.baseOf(path) + FIRST_SEGMENT_BYTE, end: this.#endOf(path) };
  }

  /** Everything below `path`, bookkeeping included. */
  subtree(path: StorePath): Required<KeyRange> {
    return { key: this.baseOf(path), end: this.#endOf(path) };
  }

  /** `path` and all below it in one range, with siblings that begin alike: whoever reads it has to filter. */
  watched(path: StorePath): Required<KeyRange> {
    return { key: path === '/' ? this.baseOf(path) : this.keyOf(path), end: this.#endOf(path) };
  }

  /** Where the counter of sequential names under `parent` is kept: below the parent, but no valid path. */
  counterKey(parent: StorePath): ByteString {
    return `${this.baseOf(parent)}\0seq`;
  }

  /** The first key after everything below `key`. */
  afterSubtree(key: ByteString): ByteString {
    return key + AFTER_SLASH;
  }

  #endOf(path: StorePath): ByteString {
    return this.baseOf(path).slice(0, -1) + AFTER_SLASH;
  }
}
