import { type ErrorCode, isKeelsonError, KeelsonError } from '@keelson/runtime';

/** Result codes of ZooKeeper that callers tell apart. Source: its `KeeperException.Code`. */
export const ResultCode = {
  ok: 0,
  runtimeInconsistency: -2,
  unimplemented: -6,
  badArguments: -8,
  noNode: -101,
  noAuth: -102,
  badVersion: -103,
  noChildrenForEphemerals: -108,
  nodeExists: -110,
  notEmpty: -111,
  sessionExpired: -112,
  authFailed: -115,
  sessionMoved: -118,
  noWatcher: -121,
} as const;

interface Meaning {
  readonly code: ErrorCode;
  readonly text: string;
}

/** What each result code is in the catalogue of errors, and in words. */
const meanings: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [-6, { code: 'E_UNSUPPORTED', text: 'does not know the request' }],
  [-8, { code: 'E_INVALID_ARGUMENT', text: 'finds the arguments wrong' }],
  [-101, { code: 'E_NOT_FOUND', text: 'has no such node' }],
  [-102, { code: 'E_FORBIDDEN', text: "refuses it: the node's access list does not allow it" }],
  [-103, { code: 'E_VERSION_CONFLICT', text: 'has another version of the node' }],
  [-108, { code: 'E_INVALID_ARGUMENT', text: 'gives no children to an ephemeral node' }],
  [-110, { code: 'E_ALREADY_EXISTS', text: 'has the node already' }],
  [-111, { code: 'E_NOT_EMPTY', text: 'does not delete a node that has children' }],
  [-112, { code: 'E_SESSION_EXPIRED', text: 'has ended the session' }],
  [-113, { code: 'E_INVALID_ARGUMENT', text: 'finds the callback invalid' }],
  [-114, { code: 'E_INVALID_ARGUMENT', text: 'finds the access list invalid' }],
  [-115, { code: 'E_UNAUTHENTICATED', text: 'does not accept the credentials' }],
  [-118, { code: 'E_UNAVAILABLE', text: 'says that the session has moved to another server' }],
  [-119, { code: 'E_UNAVAILABLE', text: 'is read-only at present' }],
  [-120, { code: 'E_INVALID_ARGUMENT', text: 'takes no ephemeral node under a local session' }],
  [-121, { code: 'E_NOT_FOUND', text: 'has no such watch' }],
  [-122, { code: 'E_UNAVAILABLE', text: 'did not answer in time' }],
  [-123, { code: 'E_UNSUPPORTED', text: 'is not to be reconfigured' }],
  [-124, { code: 'E_UNAUTHENTICATED', text: 'wants the session to authenticate first' }],
  [-125, { code: 'E_TOO_LARGE', text: 'would go over a quota' }],
  [-127, { code: 'E_UNAVAILABLE', text: 'is throttling: it has too many requests' }],
]);

/** The error of a request that the server refused. `details.zookeeperCode` keeps its own number. */
export function resultError(zookeeperCode: number, request: string, path: string | undefined): KeelsonError {
  const { code, text } = meanings.get(zookeeperCode) ?? { code: 'E_INTERNAL', text: `failed (${zookeeperCode})` };
  const what = path === undefined ? request : `${request} of ${path}`;
  return new KeelsonError(code, `ZooKeeper ${text} (${what}).`, {
    details: { zookeeperCode, ...(path === undefined ? {} : { path }) },
  });
}

/** ZooKeeper's own number in an error of this client; `undefined` in any other. */
export function zookeeperCodeOf(error: unknown): number | undefined {
  const code = isKeelsonError(error) ? error.details?.zookeeperCode : undefined;
  return typeof code === 'number' ? code : undefined;
}
