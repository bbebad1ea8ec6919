import { KeelsonError } from '@keelson/runtime';
import type { Entry } from '@keelson/store';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What a write must find, by its conditional headers. */
export interface Precondition {
  /** Nothing may be there: `If-None-Match: *`. */
  readonly createOnly: boolean;
  /** The version that must be there: `If-Match` with a tag. */
  readonly expect?: number;
}

/** The strong entity tag of an entry: which incarnation, and how often it was written. */
export function entityTag(entry: Pick<Entry, 'createRevision' | 'version'>): string {
  return `"${entry.createRevision}-${entry.version}"`;
}

/**
 * Reads `If-Match` and `If-None-Match` in the light of what is there now. Throws `E_VERSION_CONFLICT` where `If-Match` is not met already,
 * `E_INVALID_ARGUMENT` for tags this server never gave out: weak ones, several at once, or other text.
 */
export function preconditionOf(headers: Headers, current: Entry | undefined): Precondition {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined && noneMatch !== '*')
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      'On a write only `If-None-Match: *` is understood: create, never replace.',
    );
  if (noneMatch !== undefined && match !== undefined)
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      '`If-Match` and `If-None-Match` contradict each other. Send one of them.',
    );
  if (match === undefined) return { createOnly: noneMatch !== undefined };
  if (match !== '*' && (typeof match !== 'string' || !/^"\d{1,19}-\d{1,15}"$/.test(match)))
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      '`If-Match` must be one strong tag as the `ETag` header gave it, quotes included, or `*`.',
    );
  if (current === undefined)
    throw new KeelsonError(
      'E_VERSION_CONFLICT',
      'There is nothing to change any more: it was removed since you read it.',
    );
  if (match === '*') return { createOnly: false };
  if (match !== entityTag(current))
    throw new KeelsonError(
      'E_VERSION_CONFLICT',
      `It was changed since you read it: its tag is ${entityTag(current)} now. Read it again.`,
    );
  return { createOnly: false, expect: current.version };
}
