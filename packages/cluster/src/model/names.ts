import { KeelsonError } from '@keelson/runtime';

/** A separator, control characters, and what no store takes in a path: surrogates, private use, specials, anything beyond U+FFFF. */
const forbidden = /[/\p{Cc}\p{Cs}\p{Co}\ufff0-\uffff\u{10000}-\u{10ffff}]/u;
const encoder = new TextEncoder();

/** Most bytes of UTF-8 in the name of a cluster, instance, resource, partition or state model. */
export const MAX_NAME_BYTES = 255;

/** What is wrong with `name` as one segment of a path, or `undefined`. */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name === '.' || name === '..') return 'it is "." or ".."';
  if (forbidden.test(name)) return 'it holds "/", a control or private-use character, or one beyond U+FFFF';
  const bytes = encoder.encode(name).length;
  return bytes > MAX_NAME_BYTES ? `it has ${bytes} bytes, the limit is ${MAX_NAME_BYTES}` : undefined;
}

/**
 * Refuses a name that cannot be one segment of a path.
 *
 * @param kind What is named, for the message: "cluster", "instance"…
 * @throws `E_INVALID_PATH`
 */
export function assertName(kind: string, name: string): void {
  const fault = nameFault(name);
  if (fault === undefined) return;
  const shown = name.length > 60 ? `${name.slice(0, 60)}…` : name;
  throw new KeelsonError('E_INVALID_PATH', `${JSON.stringify(shown)} is no ${kind} name: ${fault}.`, {
    details: { kind },
  });
}
