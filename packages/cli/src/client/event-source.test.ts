import { expect, test } from 'vitest';
import { readEvents } from './event-source.ts';

async function* chunks(...parts: readonly string[]): AsyncGenerator<string> {
  yield* parts;
}

test('frames cut anywhere are read whole; comments and ids without data are no events', async () => {
  const text =
    'retry: 1000\n\nid: 1-0\n\n: heartbeat\n\nid: 2-1\nevent: replica\ndata: {"a":\ndata: 1}\n\r\ndata: x\r\n\r\n';
  const expected = [
    { id: '2-1', event: 'replica', data: '{"a":\n1}' },
    { id: '2-1', event: 'message', data: 'x' },
  ];
  expect(await collect(text)).toEqual(expected);
  expect(await collect(...Array.from(text))).toEqual(expected);
});

async function collect(...parts: readonly string[]): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of readEvents(chunks(...parts))) events.push(event);
  return events;
}
