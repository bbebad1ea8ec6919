import type { ServerResponse } from 'node:http';
import type { Runtime } from '@keelson/runtime';

/** How a stream of server-sent events is kept. */
export interface EventStreamOptions {
  readonly runtime: Pick<Runtime, 'timers'>;
  /** Headers to send besides those of the stream itself. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Text of a heartbeat, given when one is due. */
  readonly heartbeat: () => string;
  /** Most bytes held for a client that reads too slowly. Past it `send` refuses. Default 1 MiB. */
  readonly maxBufferedBytes?: number;
}

/** One client's stream of server-sent events. */
export interface EventStream {
  /** Trips when the client has gone or the stream was ended. */
  readonly closed: AbortSignal;
  /** Sends, unless the client is too far behind: then says `false` and sends nothing. */
  send(frame: string): boolean;
  /** Calls `run` once, when all that was sent has gone out. */
  onceDrained(run: () => void): void;
  /** Ends the stream. Idempotent. */
  end(): void;
}

/** Period of the comment that proves the stream alive to proxies and clients, in milliseconds. */
export const HEARTBEAT_MS = 15_000;

/** How long a client should wait before it reconnects, in milliseconds. */
export const RECONNECT_MS = 1_000;

const MAX_BUFFERED_BYTES = 1_048_576;

/** One frame. `data` is sent as JSON. An id without an event moves the client's resume point and nothing else. */
export function eventFrame(frame: { readonly id?: string; readonly event?: string; readonly data?: unknown }): string {
  let text = '';
  if (frame.id !== undefined) text += `id: ${frame.id}\n`;
  if (frame.event !== undefined) text += `event: ${frame.event}\n`;
  if (frame.data !== undefined) text += `data: ${JSON.stringify(frame.data)}\n`;
  return `${text}\n`;
}

/** Turns a response into a stream of server-sent events. The caller has taken the response over from the framework. */
export function openEventStream(response: ServerResponse, options: EventStreamOptions): EventStream {
  const limit = options.maxBufferedBytes ?? MAX_BUFFERED_BYTES;
  const controller = new AbortController();
  response.writeHead(200, {
    ...options.headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies of the nginx family hold answers back otherwise.
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${RECONNECT_MS}\n\n`);
  const heartbeat = options.runtime.timers.every(HEARTBEAT_MS, () => void send(options.heartbeat()), {
    background: true,
  });
  const close = (): void => {
    heartbeat.cancel();
    controller.abort();
  };
  response.once('close', close);
  response.once('error', close);
  function send(frame: string): boolean {
    if (controller.signal.aborted || response.writableLength > limit) return false;
    response.write(frame);
    return true;
  }
  return {
    closed: controller.signal,
    send,
    onceDrained: (run) => {
      if (response.writableNeedDrain) response.once('drain', run);
      else queueMicrotask(run);
    },
    end: () => {
      close();
      response.end();
    },
  };
}
