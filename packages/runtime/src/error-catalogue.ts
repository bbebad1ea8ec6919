/** The code of any Keelson error. */
export type ErrorCode =
  | 'E_ABORTED'
  | 'E_TIMEOUT'
  | 'E_UNAVAILABLE'
  | 'E_OUTCOME_UNKNOWN'
  | 'E_CLOSED'
  | 'E_INTERNAL'
  | 'E_INVALID_ARGUMENT'
  | 'E_INVALID_PATH'
  | 'E_TOO_LARGE'
  | 'E_NOT_FOUND'
  | 'E_ALREADY_EXISTS'
  | 'E_NOT_EMPTY'
  | 'E_IN_USE'
  | 'E_VERSION_CONFLICT'
  | 'E_SESSION_EXPIRED'
  | 'E_FENCED'
  | 'E_COMPACTED'
  | 'E_UNSUPPORTED'
  | 'E_STORE_LOCKED'
  | 'E_EXPORT_DAMAGED'
  | 'E_STORE_DAMAGED'
  | 'E_STORE_FORMAT'
  | 'E_STORE_WRITE_FAILED'
  | 'E_UNAUTHENTICATED'
  | 'E_FORBIDDEN'
  | 'E_METHOD_NOT_ALLOWED'
  | 'E_ADDRESS_IN_USE'
  | 'E_INSECURE_LISTENER';

/** One line of the catalogue of errors. */
export interface ErrorKind {
  /** Whether the same call, made again later, may succeed without anything else being changed. */
  readonly retryable: boolean;
  /** The HTTP status the server answers with. */
  readonly httpStatus: number;
  /** What it means, one sentence. */
  readonly meaning: string;
  /** What to do about it, one sentence, addressed to the reader of the message. */
  readonly action: string;
}

const kind = (retryable: boolean, httpStatus: number, meaning: string, action: string): ErrorKind => ({
  retryable,
  httpStatus,
  meaning,
  action,
});

/** Every error code of Keelson. `docs/reference/errors.md` is held to this table by a test. */
export const errorCatalogue: Readonly<Record<ErrorCode, ErrorKind>> = {
  E_ABORTED: kind(false, 499, 'The caller ended the call.', 'Nothing; look at `cause` for the reason given.'),
  E_TIMEOUT: kind(
    true,
    504,
    'The call did not finish in its time limit and changed nothing.',
    'Try again, or allow a longer `timeoutMs`.',
  ),
  E_UNAVAILABLE: kind(
    true,
    503,
    'The store or server could not be reached; the call changed nothing.',
    'Check that it runs and that the address is right, then try again.',
  ),
  E_OUTCOME_UNKNOWN: kind(
    false,
    504,
    'A write was sent but its reply was lost: it may or may not have been applied.',
    'Read, then write again only on condition that what you read still stands: the first may yet arrive.',
  ),
  E_CLOSED: kind(false, 503, 'The object was closed before or during the call.', 'Open a new one.'),
  E_INTERNAL: kind(
    false,
    500,
    'Keelson broke one of its own rules.',
    'Report it with the message and the log around it.',
  ),
  E_INVALID_ARGUMENT: kind(
    false,
    400,
    'An argument has a wrong type, range or shape.',
    'Correct the argument named in the message.',
  ),
  E_INVALID_PATH: kind(
    false,
    400,
    'A path or name has a forbidden character, segment or length.',
    'Use segments of 1 to 255 bytes without `/`, control characters or characters beyond U+FFFF, and none that is `.` or `..`.',
  ),
  E_TOO_LARGE: kind(
    false,
    413,
    'A value or transaction is larger than the store takes.',
    'Make it smaller; the limit is in the message.',
  ),
  E_NOT_FOUND: kind(false, 404, 'What was named does not exist.', 'Check the name, or create it first.'),
  E_ALREADY_EXISTS: kind(
    false,
    409,
    'Something of that name exists already.',
    'Choose another name, or change what is there.',
  ),
  E_NOT_EMPTY: kind(
    false,
    409,
    'An entry with children cannot be deleted alone.',
    'Delete the children first, or delete recursively.',
  ),
  E_IN_USE: kind(false, 409, 'What was to be removed is still in use.', 'End or remove first what the message names.'),
  E_VERSION_CONFLICT: kind(
    false,
    412,
    'It was changed by somebody else since you read it.',
    'Read it again, apply your change to what is there now, and write that.',
  ),
  E_SESSION_EXPIRED: kind(
    false,
    410,
    'The session has ended; what it owned is no longer yours.',
    'Stop the work it protected, then open a new session.',
  ),
  E_FENCED: kind(
    false,
    409,
    'The lock, leadership or membership that protected the write is no longer held; nothing was written.',
    'Stop the work that it protected; take it again before you go on.',
  ),
  E_COMPACTED: kind(
    false,
    410,
    'The revision asked for lies in history that the store no longer keeps.',
    'Read the state of now and go on from there.',
  ),
  E_UNSUPPORTED: kind(
    false,
    501,
    'This engine or server cannot do that.',
    'Look at its `capabilities`; use another engine or another call.',
  ),
  E_STORE_LOCKED: kind(
    true,
    409,
    'Another process has the data folder open.',
    'Stop that process (its pid is in the message), or give this one a data folder of its own.',
  ),
  E_EXPORT_DAMAGED: kind(
    false,
    400,
    'The file is no export of a store, or it is damaged or cut off.',
    'Use another copy of the file; nothing was written.',
  ),
  E_STORE_DAMAGED: kind(
    false,
    500,
    'The data folder cannot be read: it is damaged, or something else is in it.',
    'Put a snapshot or backup in its place, or start with an empty data folder; keep the damaged one for inquiry.',
  ),
  E_STORE_FORMAT: kind(
    false,
    500,
    'The data folder was written by a newer version of Keelson.',
    'Start that version or a later one, or give this one another data folder.',
  ),
  E_STORE_WRITE_FAILED: kind(
    false,
    503,
    'The store could not write to its disk and takes no more writes; reads go on.',
    'Free disk space or repair the disk, then start the store again; nothing acknowledged was lost.',
  ),
  E_UNAUTHENTICATED: kind(
    false,
    401,
    'The server wants a token and was given none, or a wrong one.',
    'Send `Authorization: Bearer <token>`; with the command line set KEELSON_TOKEN or `--token-file`.',
  ),
  E_FORBIDDEN: kind(
    false,
    403,
    'The server refuses the request because of where it comes from.',
    'Use an address the server listens on, from a page the server itself served; `--allowed-host` adds a name.',
  ),
  E_METHOD_NOT_ALLOWED: kind(
    false,
    405,
    'The address exists, but not for this HTTP method.',
    'Use one of the methods in the `Allow` header.',
  ),
  E_ADDRESS_IN_USE: kind(
    true,
    409,
    'Another process listens on the port.',
    'End that process, or choose another port; 0 takes any free one.',
  ),
  E_INSECURE_LISTENER: kind(
    false,
    400,
    'The server was told to listen beyond this machine without encryption and a token.',
    'Give `--tls-cert`, `--tls-key` and `--token-file`, or listen on 127.0.0.1.',
  ),
};
