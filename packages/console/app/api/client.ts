import { isKeelsonError, type Runtime, withDeadline } from '@keelson/runtime';
import { ApiError, problemToError } from './api-error.ts';

/** A value together with the version tag the server gave it, for an `If-Match` later. */
export interface Tagged<T> {
  readonly value: T;
  readonly etag: string | undefined;
}

/** What every call takes. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Calls of the HTTP API. Paths are relative to `/api/v1/` and already encoded, see `apiPath`. */
export interface ApiClient {
  /** Reads a JSON answer. Throws `ApiError`. */
  get<T>(path: string, options?: ReadOptions): Promise<T>;
  /** Reads a JSON answer with its version tag. Throws `ApiError`. */
  getTagged<T>(path: string, options?: ReadOptions): Promise<Tagged<T>>;
  /**
   * Merges `body` into what stands at `path`, if its version is still `ifMatch`. Throws `ApiError`: 412 when it is not,
   * `E_OUTCOME_UNKNOWN` when no answer came.
   */
  patch(path: string, body: unknown, options: ReadOptions & { readonly ifMatch: string | undefined }): Promise<void>;
  /** Asks for something to be done. Throws `ApiError`: `E_OUTCOME_UNKNOWN` when no answer came. */
  post(path: string, body: unknown, options?: ReadOptions): Promise<void>;
  /** Opens an event stream; the caller reads and cancels its body, and sees to it that it does not wait for ever. Throws `ApiError`. */
  openStream(
    path: string,
    options: { readonly signal: AbortSignal; readonly lastEventId: string | undefined },
  ): Promise<ReadableStream<Uint8Array>>;
}

/** What a client works with. */
export interface ApiClientOptions {
  /** Ends with `/api/v1/`. */
  readonly baseUrl: string;
  /** The bearer token; asked anew for every call. */
  readonly token: () => string | undefined;
  readonly runtime: Pick<Runtime, 'timers'>;
}

/** Default deadline of one call, in milliseconds. */
const DEADLINE_MS = 15_000;

/** Joins path segments, each escaped: `apiPath('clusters', 'a b')` is `clusters/a%20b`. */
export function apiPath(...segments: readonly string[]): string {
  return segments.map((segment) => encodeURIComponent(segment)).join('/');
}

/** A client of the HTTP API. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const timely = <T>(signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    withDeadline(options.runtime, signal === undefined ? {} : { signal }, DEADLINE_MS, work).catch((error: unknown) => {
      throw signal?.aborted === true ? signal.reason : withoutAnswer(error);
    });
  const getTagged = <T>(path: string, { signal }: ReadOptions = {}): Promise<Tagged<T>> =>
    timely(signal, async (signal) => {
      const response = await request(options, path, { headers: { Accept: 'application/json' }, signal });
      return { value: (await response.json()) as T, etag: response.headers.get('ETag') ?? undefined };
    });
  const write = (
    method: 'PATCH' | 'POST',
    path: string,
    body: unknown,
    signal: AbortSignal | undefined,
    more: Readonly<Record<string, string>>,
  ): Promise<void> =>
    timely(signal, async (signal) => {
      const headers = { 'Content-Type': 'application/json', ...more };
      await request(options, path, { method, headers, body: JSON.stringify(body), signal });
    }).catch((error: unknown) => {
      throw error instanceof ApiError && error.status === 0 ? outcomeUnknown(error) : error;
    });
  return {
    getTagged,
    get: async <T>(path: string, read?: ReadOptions) => (await getTagged<T>(path, read)).value,
    patch: (path, body, { signal, ifMatch }) =>
      write('PATCH', path, body, signal, ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
    post: (path, body, { signal } = {}) => write('POST', path, body, signal, {}),
    async openStream(path, { signal, lastEventId }) {
      const resume = lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId };
      const headers = { Accept: 'text/event-stream', ...resume };
      const { body } = await request(options, path, { headers, signal }).catch((error: unknown) => {
        throw signal.aborted ? signal.reason : withoutAnswer(error);
      });
      return body ?? new ReadableStream({ start: (stream) => stream.close() });
    },
  };
}

async function request({ baseUrl, token }: ApiClientOptions, path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  const bearer = token();
  if (bearer !== undefined) {
    headers.set('Authorization', `Bearer ${bearer}`);
  }
  const response = await fetch(new URL(path, baseUrl), { ...init, headers, cache: 'no-cache' });
  if (!response.ok) {
    throw problemToError(response.status, response.statusText, await response.text());
  }
  return response;
}

/** Browsers tell of a failed connection by a TypeError with a text of their own, which helps nobody. */
function withoutAnswer(error: unknown): unknown {
  if (isKeelsonError(error, 'E_TIMEOUT')) {
    const text = `The server did not answer within ${DEADLINE_MS / 1_000} s.`;
    return new ApiError(0, 'E_TIMEOUT', 'No answer', text, { cause: error });
  }
  return error instanceof TypeError
    ? new ApiError(0, 'E_UNAVAILABLE', 'No answer', 'The server cannot be reached.', { cause: error })
    : error;
}

function outcomeUnknown(error: ApiError): ApiError {
  const text = `${error.message} The change may have been made all the same: look before you repeat it.`;
  return new ApiError(0, 'E_OUTCOME_UNKNOWN', 'Outcome unknown', text, { cause: error });
}
