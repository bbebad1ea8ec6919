import type { Runtime, TimerHandle } from '@keelson/runtime';
import { errorText, isUnauthorized } from '../api/api-error.ts';
import { type ApiClient, apiPath } from '../api/client.ts';
import { decodeMessage, type FeedItem } from '../api/event-decoder.ts';
import { createSseParser } from '../api/sse-parser.ts';
import { reconnectDelayMs } from './backoff.ts';
import type { LiveAction } from './live-state.ts';

/** Silence after which a connection counts as dead. The server sends a heartbeat every 15 s. */
export const SILENCE_MS = 40_000;

/** Events are handed on at most this often, so that a storm of them costs one drawing, not thousands. */
const GATHER_MS = 40;

/** A running feed of one cluster. */
export interface LiveFeed {
  /** Tries at once instead of waiting for the next try. */
  readonly retryNow: () => void;
  /** Ends the feed; nothing is dispatched afterwards. */
  readonly close: () => void;
}

/** What a feed works with. */
export interface LiveFeedOptions {
  readonly client: ApiClient;
  readonly cluster: string;
  readonly runtime: Runtime;
  readonly dispatch: (action: LiveAction) => void;
}

/** Follows `…/events` of a cluster for as long as it is open: reads, notices silence, and comes back after every break. */
export function openLiveFeed(options: LiveFeedOptions): LiveFeed {
  const closed = new AbortController();
  const wake = { now: (): void => undefined };
  void follow(options, closed.signal, wake);
  return { retryNow: () => wake.now(), close: () => closed.abort() };
}

interface Progress {
  lastEventId: string | undefined;
  serverRetryMs: number | undefined;
  attempt: number;
  again: boolean;
}

async function follow(options: LiveFeedOptions, closed: AbortSignal, wake: { now: () => void }): Promise<void> {
  const { runtime, dispatch } = options;
  const progress: Progress = { lastEventId: undefined, serverRetryMs: undefined, attempt: 0, again: false };
  while (!closed.aborted) {
    const error = await readStream(options, closed, progress);
    if (closed.aborted) {
      return;
    }
    progress.attempt += 1;
    progress.again = true;
    const delayMs = reconnectDelayMs(progress.attempt, runtime.random.next(), progress.serverRetryMs);
    dispatch({
      type: 'disconnected',
      reason: errorText(error),
      retryAtMs: runtime.clock.wallMs() + delayMs,
      unauthorized: isUnauthorized(error),
    });
    await pause(runtime, delayMs, closed, wake);
  }
}

function pause(runtime: Runtime, delayMs: number, closed: AbortSignal, wake: { now: () => void }): Promise<void> {
  return new Promise((resolve) => {
    const timer = runtime.timers.after(delayMs, () => done());
    const done = (): void => {
      timer.cancel();
      closed.removeEventListener('abort', done);
      wake.now = () => undefined;
      resolve();
    };
    closed.addEventListener('abort', done, { once: true });
    wake.now = done;
  });
}

/** Reads until the stream ends, fails or falls silent; returns why. Never rejects. */
async function readStream(options: LiveFeedOptions, closed: AbortSignal, progress: Progress): Promise<unknown> {
  const { client, cluster, runtime, dispatch } = options;
  const silent = new AbortController();
  const watchdog = restartable(runtime, SILENCE_MS, () => silent.abort(new Error('The server fell silent.')));
  const gathered = gatherer(runtime, dispatch);
  const signal = AbortSignal.any([closed, silent.signal]);
  try {
    watchdog.restart();
    const path = `${apiPath('clusters', cluster)}/events`;
    const stream = await client.openStream(path, { signal, lastEventId: progress.lastEventId });
    dispatch({ type: 'connected', atMs: runtime.clock.wallMs(), again: progress.again });
    progress.attempt = 0;
    const parser = createSseParser(progress.lastEventId);
    const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return new Error('The server closed the connection.');
      }
      watchdog.restart();
      const { messages, lastEventId, retryMs } = parser.push(value);
      progress.serverRetryMs = retryMs ?? progress.serverRetryMs;
      progress.lastEventId = lastEventId;
      gathered.add(messages.map(decodeMessage).filter((item) => item !== undefined));
    }
  } catch (error) {
    return silent.signal.aborted ? silent.signal.reason : isNetworkBreak(error) ? new Error(CONNECTION_BROKE) : error;
  } finally {
    watchdog.stop();
    gathered.flush(!closed.aborted);
  }
}

const CONNECTION_BROKE = 'The connection to the server broke.';

/** Browsers reject a broken body with a TypeError of their own wording ("network error", "Load failed"). */
function isNetworkBreak(error: unknown): boolean {
  return error instanceof TypeError;
}

function restartable(runtime: Runtime, delayMs: number, run: () => void): { restart(): void; stop(): void } {
  let timer: TimerHandle | undefined;
  const stop = (): void => timer?.cancel();
  return {
    stop,
    restart() {
      stop();
      timer = runtime.timers.after(delayMs, run);
    },
  };
}

function gatherer(runtime: Runtime, dispatch: (action: LiveAction) => void) {
  let items: FeedItem[] = [];
  let timer: TimerHandle | undefined;
  const flush = (wanted: boolean): void => {
    timer?.cancel();
    timer = undefined;
    const batch = items;
    items = [];
    if (wanted && batch.length > 0) {
      dispatch({ type: 'events', items: batch, atMs: runtime.clock.wallMs() });
    }
  };
  return {
    flush,
    add(more: readonly FeedItem[]): void {
      if (more.length === 0) {
        dispatch({ type: 'heard', atMs: runtime.clock.wallMs() });
        return;
      }
      items.push(...more);
      timer ??= runtime.timers.after(GATHER_MS, () => flush(true));
    },
  };
}
