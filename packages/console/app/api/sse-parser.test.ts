import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSseParser, type SseMessage } from './sse-parser.ts';

function parseAll(chunks: readonly string[]): readonly SseMessage[] {
  const parser = createSseParser();
  return chunks.flatMap((chunk) => parser.push(chunk).messages);
}

const STREAM = [
  'retry: 1000\n\n',
  'id: 7-1\nevent: replica\ndata: {"a":1}\n\n',
  ': heartbeat\n\n',
  'id: 8-0\n\n',
  'data:two\r\ndata: lines\r\n\r\n',
  'id\rdata\r\r',
  'event: left over',
].join('');

describe('the event stream parser', () => {
  it('gives messages with event, data and the id that stands', () => {
    expect(parseAll([STREAM])).toEqual([
      { event: 'replica', data: '{"a":1}', id: '7-1' },
      { event: 'message', data: 'two\nlines', id: '8-0' },
      { event: 'message', data: '', id: '' },
    ]);
  });

  it('gives the same messages however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: STREAM.length })), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
        const chunks = places.slice(1).map((end, index) => STREAM.slice(places[index], end));
        expect(parseAll(chunks)).toEqual(parseAll([STREAM]));
      }),
    );
  });

  it('moves the resume point on by a frame that carries nothing but an id, once the frame is complete', () => {
    const parser = createSseParser('3-1');
    expect(parser.push('id: 4-2\n').lastEventId).toBe('3-1');
    expect(parser.push('\n').lastEventId).toBe('4-2');
  });

  it('reads the wish for a reconnect delay, and ignores what is no number', () => {
    expect(createSseParser().push('retry: 250\n\n').retryMs).toBe(250);
    expect(createSseParser().push('retry: soon\n\n').retryMs).toBeUndefined();
  });
});
