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
  /** Merges `body` into what stands at `path`, if its version is still `ifMatch`. Throws `ApiError` (412 when not). */
  patch(path: string, body: unknown, options: ReadOptions & { readonly ifMatch: string | undefined }): Promise<void>;
  /** Opens an event stream; the caller reads and cancels its body. Throws `ApiError`. */
  openStream(
    path: string,
    options: { readonly signal: AbortSignal; readonly lastEventId: string | undefined },
  ): Promise<ReadableStream<Uint8Array>>;
}

/** Default deadline of one call, in milliseconds. */
const DEADLINE_MS = 15_000;

/** Joins path segments, each escaped: `apiPath('clusters', 'a b')` is `clusters/a%20b`. */
export function apiPath(...segments: readonly string[]): string {
  return segments.map((segment) => encodeURIComponent(segment)).join('/');
}

/** A client of the API at `baseUrl` (ends with `/api/v1/`). `token` is asked anew for every call. */
export function createApiClient(baseUrl: string, token: () => string | undefined): ApiClient {
  const call = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers);
    const bearer = token();
    if (bearer !== undefined) {
      headers.set('Authorization', `Bearer ${bearer}`);
    }
    const response = await fetch(new URL(path, baseUrl), { ...init, headers, cache: 'no-cache' }).catch(
      (cause: unknown) => {
        if (init.signal?.aborted && !isTimeout(init.signal.reason)) {
          throw cause;
        }
        const late = isTimeout(init.signal?.reason);
        throw new ApiError(0, 'E_UNREACHABLE', 'No answer', late ? NO_ANSWER_IN_TIME : NOT_REACHABLE, { cause });
      },
    );
    if (!response.ok) {
      throw problemToError(response.status, response.statusText, await response.text());
    }
    return response;
  };
  const getTagged = async <T>(path: string, options?: ReadOptions): Promise<Tagged<T>> => {
    const response = await call(path, { headers: { Accept: 'application/json' }, signal: deadline(options?.signal) });
    return { value: (await response.json()) as T, etag: response.headers.get('ETag') ?? undefined };
  };
  return {
    getTagged,
    get: async <T>(path: string, options?: ReadOptions) => (await getTagged<T>(path, options)).value,
    async patch(path, body, { signal, ifMatch }) {
      const headers: Record<string, string> = { 'Content-Type': 'application/json' };
      if (ifMatch !== undefined) {
        headers['If-Match'] = ifMatch;
      }
      await call(path, { method: 'PATCH', headers, body: JSON.stringify(body), signal: deadline(signal) });
    },
    async openStream(path, { signal, lastEventId }) {
      const headers: Record<string, string> = { Accept: 'text/event-stream' };
      if (lastEventId !== undefined) {
        headers['Last-Event-ID'] = lastEventId;
      }
      const { body } = await call(path, { headers, signal });
      if (body === null) {
        throw new ApiError(0, 'E_UNREACHABLE', 'No answer', 'The server closed the event stream at once.');
      }
      return body;
    },
  };
}

const NOT_REACHABLE = 'The server cannot be reached.';
const NO_ANSWER_IN_TIME = `The server did not answer within ${DEADLINE_MS / 1000} s.`;

function deadline(signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(DEADLINE_MS);
  return signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
}

function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}
