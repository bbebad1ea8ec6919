import { KeelsonError } from '@keelson/runtime';
import type { StorePath } from './port.ts';

/** Longest path, in bytes of UTF-8. */
export const MAX_PATH_BYTES = 4_096;

/** Longest segment of a path, in bytes of UTF-8. */
export const MAX_SEGMENT_BYTES = 255;

/** Paths made of these alone are as many bytes as characters and need no closer look but for their segments. */
const PLAIN = /^[\x20-\x7e]*$/;

/** What ZooKeeper refuses in a path: control characters, surrogates, private use and specials; hence nothing beyond U+FFFF. */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Co}\ufff0-\uffff\u{10000}-\u{10ffff}]/u;

const encoder = new TextEncoder();

const byteLength = (text: string): number => (PLAIN.test(text) ? text.length : encoder.encode(text).length);

/** Why `segment` cannot be part of a path; `undefined` when it can. */
function segmentFault(segment: string): string | undefined {
  if (segment === '') return 'it has an empty segment';
  if (segment === '.' || segment === '..') return `it has the segment \`${segment}\``;
  if (byteLength(segment) > MAX_SEGMENT_BYTES) return `a segment is longer than ${MAX_SEGMENT_BYTES} bytes`;
  return undefined;
}

/** Most paths are this: plain segments, none of which can be too long or a dot. Seen in one pass, as every call looks at its path. */
const COMMON = /^(?:\/[\x20-\x2d\x30-\x7e][\x20-\x2e\x30-\x7e]{0,100})+$/;

function pathFault(path: string): string | undefined {
  if (path === '/') return undefined;
  if (path.length <= MAX_PATH_BYTES && COMMON.test(path)) return undefined;
  if (!path.startsWith('/')) return 'it does not begin with `/`';
  if (path.length > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`;
  if (!PLAIN.test(path)) {
    if (FORBIDDEN.test(path)) return 'it has a control character, a private-use character or one beyond U+FFFF';
    if (byteLength(path) > MAX_PATH_BYTES) return `it is longer than ${MAX_PATH_BYTES} bytes`;
  }
  for (const segment of path.slice(1).split('/')) {
    const fault = segmentFault(segment);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Whether `path` keeps the rules of paths (G1 of the port's reference). */
export function isPath(path: string): boolean {
  return pathFault(path) === undefined;
}

/** Gives `path` back, or throws `E_INVALID_PATH` saying which rule it breaks. */
export function checkPath(path: string): StorePath {
  // Callers in plain JavaScript, and JSON that was cast, come here first.
  const fault = typeof path === 'string' ? pathFault(path) : 'it is not a string';
  if (fault === undefined) return path;
  const shown = typeof path === 'string' && path.length > 100 ? `${path.slice(0, 100)}…` : path;
  throw new KeelsonError('E_INVALID_PATH', `${JSON.stringify(shown)} is no path of an entry: ${fault}.`, {
    details: { path: shown },
  });
}

/**
 * The path of `segments` below `base`, checked. Throws `E_INVALID_PATH`, also for a segment that holds a `/`: names from outside
 * cannot reach another part of the tree.
 *
 * @example
 * joinPath('/clusters', name, 'CONFIGS'); // '/clusters/east/CONFIGS'
 */
export function joinPath(base: StorePath, ...segments: readonly string[]): StorePath {
  for (const segment of segments) {
    if (!segment.includes('/')) continue;
    throw new KeelsonError('E_INVALID_PATH', `${JSON.stringify(segment)} is no segment of a path: it has a \`/\`.`);
  }
  return checkPath([base === '/' ? '' : base, ...segments].join('/'));
}

/** The path one level up; `undefined` for `/`. `path` must be valid. */
export function parentPath(path: StorePath): StorePath | undefined {
  if (path === '/') return undefined;
  const at = path.lastIndexOf('/');
  return at === 0 ? '/' : path.slice(0, at);
}

/** The last segment; empty for `/`. `path` must be valid. */
export function lastSegment(path: StorePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether `path` lies below `ancestor`, at any depth. Both must be valid. */
export function isBelow(path: StorePath, ancestor: StorePath): boolean {
  return path !== '/' && path !== ancestor && path.startsWith(ancestor === '/' ? '/' : `${ancestor}/`);
}
