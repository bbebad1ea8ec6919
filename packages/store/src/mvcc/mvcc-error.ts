import { type ErrorCode, isKeelsonError, KeelsonError } from '@keelson/runtime';

/**
 * Why the engine refused a request: stable words in `details.reason`, finer than the error's code, so that an endpoint can answer
 * with the exact message of the protocol it speaks.
 */
export type MvccReason =
  | 'compacted'
  | 'future-revision'
  | 'lease-not-found'
  | 'lease-exists'
  | 'lease-ttl-too-large'
  | 'duplicate-key'
  | 'key-not-found'
  | 'value-provided'
  | 'lease-provided'
  | 'too-many-operations'
  | 'empty-key'
  | 'value-too-large'
  | 'journal-failed';

const kinds: Readonly<Record<MvccReason, readonly [ErrorCode, string]>> = {
  compacted: [
    'E_COMPACTED',
    'That revision has been compacted. Read at a newer revision, or start again from a snapshot.',
  ],
  'future-revision': ['E_INVALID_ARGUMENT', 'That revision does not exist yet. Ask for one that has been written.'],
  'lease-not-found': ['E_SESSION_EXPIRED', 'There is no such lease: it expired, was revoked or was never granted.'],
  'lease-exists': [
    'E_ALREADY_EXISTS',
    'A lease of that id exists already. Choose another id, or 0 to have one chosen.',
  ],
  'lease-ttl-too-large': ['E_INVALID_ARGUMENT', 'The lease ttl is too large; the most is 9,000,000,000 seconds.'],
  'duplicate-key': ['E_INVALID_ARGUMENT', 'A key is written more than once in one branch of the transaction.'],
  'key-not-found': ['E_NOT_FOUND', 'The key must exist when its value or its lease is to be kept.'],
  'value-provided': ['E_INVALID_ARGUMENT', 'A value was given together with the wish to keep the present one.'],
  'lease-provided': ['E_INVALID_ARGUMENT', 'A lease was given together with the wish to keep the present one.'],
  'too-many-operations': ['E_TOO_LARGE', 'The transaction has too many comparisons or operations.'],
  'empty-key': ['E_INVALID_ARGUMENT', 'The key is empty.'],
  'value-too-large': ['E_TOO_LARGE', 'The value is larger than the store takes.'],
  'journal-failed': [
    'E_STORE_WRITE_FAILED',
    'The store could not write to its disk and takes no more writes. Free disk space or repair the disk, then start it again.',
  ],
};

/** The engine's error for `reason`; `details` adds facts, such as the revision or the limit. */
export function mvccError(
  reason: MvccReason,
  details: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): KeelsonError {
  const [code, message] = kinds[reason];
  return new KeelsonError(code, message, {
    details: { reason, ...details },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The reason an engine error carries; `undefined` for any other error. */
export function mvccReason(error: unknown): MvccReason | undefined {
  if (!isKeelsonError(error)) return undefined;
  const reason = error.details?.reason;
  return typeof reason === 'string' && reason in kinds ? (reason as MvccReason) : undefined;
}
