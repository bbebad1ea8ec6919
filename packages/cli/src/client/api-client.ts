import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { abortError, isKeelsonError, KeelsonError, type Runtime, withDeadline } from '@keelson/runtime';
import { outcomeUnknown, problemError, unreachable } from './api-errors.ts';
import { readEvents, type ServerSentEvent } from './event-source.ts';

/** Where the server is and how to be let in. */
export interface ApiClientOptions {
  /** Base address, `http://127.0.0.1:7400`. */
  readonly server: string;
  readonly token?: string;
  /** Certificates to trust, PEM, where the server's is not signed by a public authority. */
  readonly ca?: string;
  readonly runtime: Runtime;
  /** Limit of one request, in milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
}

/** What a request may carry. */
export interface ApiRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer. */
export interface ApiResponse<T> {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: T;
}

/** Longest answer read, in bytes: a bound on memory whatever the other side sends. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Talks to a server's HTTP API. Rejects with the code the server answered with; with `E_UNAVAILABLE` where nobody answers and
 * `E_TIMEOUT` where it takes too long.
 */
export class ApiClient {
  readonly #options: ApiClientOptions;
  readonly #base: URL;
  readonly #timeoutMs: number;

  constructor(options: ApiClientOptions) {
    this.#options = options;
    this.#base = parseServer(options.server);
    this.#timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /** Reads one document. */
  async get<T>(path: string): Promise<T> {
    return (await this.send<T>('GET', path)).body;
  }

  /** Sends one request and reads the answer. */
  send<T>(method: string, path: string, request: ApiRequest = {}): Promise<ApiResponse<T>> {
    return withDeadline(this.#options.runtime, {}, this.#timeoutMs, async (signal) => {
      const { message, text } = await this.#exchange(method, path, request, signal);
      const status = message.statusCode ?? 0;
      if (status < 200 || status > 299) throw problemError(status, text, this.#base);
      return { status, etag: message.headers.etag, body: (text === '' ? undefined : parseAnswer(text)) as T };
    });
  }

  /** Server-sent events of `path`, until `signal` trips or the server ends the stream. */
  async *events(
    path: string,
    options: { readonly signal: AbortSignal; readonly lastEventId?: string },
  ): AsyncGenerator<ServerSentEvent, void> {
    const headers = {
      accept: 'text/event-stream',
      ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
    };
    // The limit is on the answer's beginning; the stream itself goes on for as long as it is wanted.
    const message = await withDeadline(this.#options.runtime, { signal: options.signal }, this.#timeoutMs, () =>
      this.#open('GET', path, { headers }, options.signal),
    );
    if (message.statusCode !== 200)
      throw problemError(message.statusCode ?? 0, await readAll(message, this.#base), this.#base);
    try {
      yield* readEvents(message.setEncoding('utf8'));
    } catch (error) {
      if (!options.signal.aborted) throw unreachable(this.#base, error);
    } finally {
      message.destroy();
    }
  }

  /** One request and its whole answer. A write whose answer is lost on the way may have been made: that is said, not guessed. */
  async #exchange(
    method: string,
    path: string,
    request: ApiRequest,
    signal: AbortSignal,
  ): Promise<{ readonly message: IncomingMessage; readonly text: string }> {
    try {
      const message = await this.#open(method, path, request, signal);
      return { message, text: await readAll(message, this.#base) };
    } catch (error) {
      const reason = signal.aborted ? abortError(signal) : error;
      throw method === 'GET' ? reason : outcomeUnknown(this.#base, reason);
    }
  }

  #open(method: string, path: string, request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const options: RequestOptions & { ca?: string } = {
      method,
      host: this.#base.hostname.replace(/^\[|\]$/g, ''),
      port: this.#base.port === '' ? (this.#base.protocol === 'https:' ? 443 : 80) : this.#base.port,
      path: this.#base.pathname.replace(/\/$/, '') + path,
      signal,
      headers: {
        accept: 'application/json',
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...(this.#options.token === undefined ? {} : { authorization: `Bearer ${this.#options.token}` }),
        ...request.headers,
      },
      ...(this.#options.ca === undefined ? {} : { ca: this.#options.ca }),
    };
    const start = this.#base.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const sent = start(options, resolve);
      sent.once('error', (error) => reject(unreachable(this.#base, error)));
      sent.end(body);
    });
  }
}

function parseServer(server: string): URL {
  try {
    const url = new URL(server);
    if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  } catch {
    // said below, together with other schemes
  }
  throw new KeelsonError(
    'E_INVALID_ARGUMENT',
    `\`${server}\` is no server address. Give one like http://127.0.0.1:7400.`,
  );
}

async function readAll(message: IncomingMessage, base: URL): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_ANSWER_BYTES)
        throw new KeelsonError('E_TOO_LARGE', 'The answer is larger than 256 MiB. Ask for less.');
      chunks.push(chunk);
    }
  } catch (error) {
    throw isKeelsonError(error) ? error : unreachable(base, error);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KeelsonError('E_INTERNAL', 'The answer is not JSON. Is the address that of a Keelson server?', { cause });
  }
}
