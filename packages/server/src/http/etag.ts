import { KeelsonError } from '@keelson/runtime';
import type { Expectation } from '@keelson/store';

/** The strong entity tag of what was last written at `modifyRevision`. */
export function entityTag(modifyRevision: bigint): string {
  return `"${modifyRevision}"`;
}

/** What a write must find, by its conditional headers. */
export interface Precondition {
  /** `If-Match` names a version: what is there must be that. `If-None-Match: *`: nothing may be there. */
  readonly expect?: Expectation;
  /** `If-Match: *`: something must be there. */
  readonly mustExist: boolean;
}

/**
 * Reads `If-Match` and `If-None-Match`. Throws `E_INVALID_ARGUMENT` for tags this server never gave out: weak ones, several at once, or
 * other text.
 */
export function preconditionOf(headers: Readonly<Record<string, string | string[] | undefined>>): Precondition {
  const match = headers['if-match'];
  const noneMatch = headers['if-none-match'];
  if (noneMatch !== undefined && noneMatch !== '*')
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      'On a write only `If-None-Match: *` is understood: create, never replace.',
    );
  if (noneMatch === '*' && match !== undefined)
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      '`If-Match` and `If-None-Match` contradict each other. Send one of them.',
    );
  if (noneMatch === '*') return { expect: { version: 0 }, mustExist: false };
  if (match === undefined) return { mustExist: false };
  if (match === '*') return { mustExist: true };
  const tag = typeof match === 'string' ? /^"(\d{1,19})"$/.exec(match) : null;
  if (tag?.[1] === undefined)
    throw new KeelsonError(
      'E_INVALID_ARGUMENT',
      '`If-Match` must be one strong tag as the `ETag` header gave it, quotes included, or `*`.',
    );
  return { expect: { modifyRevision: BigInt(tag[1]) }, mustExist: true };
}
