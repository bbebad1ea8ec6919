import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { virtualRuntime } from '@keelson/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EventStream, eventFrame, HEARTBEAT_MS, openEventStream } from './event-stream.ts';

const runtime = virtualRuntime({ seed: 1 });
let server: Server;
let opened: EventStream;
let answer: IncomingMessage;

beforeEach(async () => {
  const streams: EventStream[] = [];
  server = createServer((_request, response) => {
    streams.push(openEventStream(response, { runtime, heartbeat: () => ': alive\n\n', maxBufferedBytes: 100_000 }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  answer = await new Promise((resolve) =>
    get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }, resolve),
  );
  const [stream] = streams;
  if (stream === undefined) throw new Error('no stream was opened');
  opened = stream;
});

afterEach(async () => {
  answer.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('frames carry id, event and data; an id alone is a frame too', () => {
  expect(eventFrame({ id: '1-1', event: 'replica', data: { a: 'x\ny' } })).toBe(
    'id: 1-1\nevent: replica\ndata: {"a":"x\\ny"}\n\n',
  );
  expect(eventFrame({ id: '1-1' })).toBe('id: 1-1\n\n');
});

test('begins with the reconnection time, proves itself alive, and ends', async () => {
  expect(answer.headers['content-type']).toBe('text/event-stream; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  opened.send('data: 1\n\n');
  await runtime.advance(HEARTBEAT_MS);
  opened.end();
  expect(opened.closed.aborted).toBe(true);
  expect(opened.send('data: 2\n\n')).toBe(false);
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toBe('retry: 1000\n\ndata: 1\n\n: alive\n\n');
});

test('a client that does not read is refused more at the bound, and served again once it reads', async () => {
  const frame = `data: ${'x'.repeat(50_000)}\n\n`;
  let sent = 0;
  while (opened.send(frame)) {
    sent += 1;
    expect(sent, 'the bound must be met').toBeLessThan(10_000);
  }
  const drained = new Promise<void>((resolve) => opened.onceDrained(resolve));
  answer.resume();
  await drained;
  expect(opened.send(frame)).toBe(true);
});

test('a client that goes away ends its stream', async () => {
  const closed = new Promise<void>((resolve) => opened.closed.addEventListener('abort', () => resolve()));
  answer.destroy();
  await closed;
  expect(opened.send('data: 1\n\n')).toBe(false);
});
