import type { Init, StreamHandlers, WatchRequest, WatchResponse } from '@keelson/etcd-protocol';
import { virtualRuntime } from '@keelson/runtime';
import { expect, test } from 'vitest';
import type { Links } from './links.ts';
import { WatchStream } from './watch-stream.ts';

interface OpenStream {
  readonly sent: Init<WatchRequest>[];
  readonly handlers: StreamHandlers<WatchResponse>;
}

/** A server that creates watches and answers progress requests, but on streams that have gone mute. */
class FakeServer {
  readonly streams: OpenStream[] = [];
  readonly mute = new Set<OpenStream>();
  revision = 5n;

  readonly links = {
    acquire: () => Promise.resolve(this.#link),
    avoid: () => {},
  } as unknown as Links;

  readonly #link = {
    retired: new AbortController().signal,
    progressTrusted: true,
    stream: (_method: unknown, handlers: StreamHandlers<WatchResponse>) => {
      const stream: OpenStream = { sent: [], handlers };
      this.streams.push(stream);
      return {
        send: (request: Init<WatchRequest>) => {
          stream.sent.push(request);
          this.#answer(stream, request);
        },
        cancel: (reason?: unknown) => handlers.onEnd(reason as Parameters<typeof handlers.onEnd>[0]),
      };
    },
  };

  #answer(stream: OpenStream, request: Init<WatchRequest>): void {
    if (this.mute.has(stream)) return;
    const created = request.createRequest !== undefined;
    stream.handlers.onMessage({
      header: { clusterId: 1n, memberId: 1n, revision: this.revision, raftTerm: 1n },
      watchId: created ? (request.createRequest?.watchId ?? 0n) : -1n,
      created,
      canceled: false,
      compactRevision: 0n,
      cancelReason: '',
      fragment: false,
      events: [],
    });
  }
}

test('a stream that answers nothing although it is asked is taken for dead, and another goes on where it was', async () => {
  const runtime = virtualRuntime({ seed: 1 });
  const server = new FakeServer();
  const told: string[] = [];
  const watches = new WatchStream(server.links, runtime);
  watches.watch(
    { key: 'a' },
    {
      onCreated: (revision) => told.push(`created ${revision}`),
      onEvents: () => told.push('events'),
      onProgress: (revision) => told.push(`progress ${revision}`),
      onCompacted: () => told.push('compacted'),
      onInterrupted: () => told.push('interrupted'),
    },
  );
  await runtime.advance(60_000);
  expect(server.streams).toHaveLength(1);
  expect(new Set(told)).toEqual(new Set(['created 5', 'progress 5']));

  for (const stream of server.streams) server.mute.add(stream);
  server.revision = 9n;
  await runtime.advance(20_000);
  expect(told).toContain('interrupted');
  expect(server.streams).toHaveLength(2);
  expect(server.streams[1]?.sent[0]).toMatchObject({ createRequest: { key: 'a', startRevision: 6n } });
  expect(told.at(-1)).toBe('progress 9');
  watches.close();
});
