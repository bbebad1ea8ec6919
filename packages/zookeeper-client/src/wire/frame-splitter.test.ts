import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from './frame-splitter.ts';

function framed(payloads: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    payloads.flatMap((payload) => {
      const head = Buffer.alloc(4);
      head.writeInt32BE(payload.length);
      return [head, payload];
    }),
  );
}

/** `bytes` in pieces that end at `cuts`. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('frames', () => {
  it('come out whole and in order, however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), fc.array(fc.nat()), (payloads, cuts) => {
        const splitter = new FrameSplitter(1_000);
        const frames: Uint8Array[] = [];
        for (const piece of pieces(framed(payloads), cuts))
          splitter.push(piece, (frame) => frames.push(Uint8Array.from(frame)));
        expect(frames).toEqual(payloads.map((payload) => Uint8Array.from(payload)));
      }),
    );
  });

  it.each([
    ['a negative length', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['a length above the limit', Buffer.from([0, 0, 4, 0])],
    ['an HTTP answer', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('are refused for %s, before memory is taken', (_what, bytes) => {
    const splitter = new FrameSplitter(1_000);
    expect(() => splitter.push(bytes, () => {})).toThrow(expect.objectContaining({ code: 'E_UNAVAILABLE' }));
  });
});
