import { Buffer } from 'node:buffer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from './frame-splitter.ts';
import { decodeGrpcMessage, encodeGrpcMessage } from './percent.ts';
import { decodeGrpcTimeout, encodeGrpcTimeout } from './timeout.ts';

describe('grpc-message', () => {
  it('carries any text in printable ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const header = encodeGrpcMessage(text);
        expect(header).toMatch(/^[\x20-\x7e]*$/);
        expect(decodeGrpcMessage(header)).toBe(text);
      }),
    );
  });

  it('keeps what is no escape', () => {
    expect(decodeGrpcMessage('100% sure, %zz and %4')).toBe('100% sure, %zz and %4');
  });
});

describe('grpc-timeout', () => {
  it('never shortens a time limit, and lengthens it by an hour in 416 days at most', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), (timeoutMs) => {
        const header = encodeGrpcTimeout(timeoutMs);
        expect(header).toMatch(/^\d{1,8}[HMSm]$/);
        expect(decodeGrpcTimeout(header)).toBeGreaterThanOrEqual(timeoutMs);
      }),
    );
    expect(encodeGrpcTimeout(5_000)).toBe('5000m');
  });

  it.each([
    ['5S', 5_000],
    ['2M', 120_000],
    ['1H', 3_600_000],
    ['250u', 0.25],
    ['1000000n', 1],
  ])('reads %s', (header, timeoutMs) => expect(decodeGrpcTimeout(header)).toBeCloseTo(timeoutMs));

  it.each(['', '5', 'm', '123456789m', '5 m', '-1S', '5s'])('finds %j malformed', (header) =>
    expect(decodeGrpcTimeout(header)).toBeUndefined(),
  );
});

describe('FrameSplitter', () => {
  const frame = (message: Uint8Array): Buffer => {
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    return Buffer.concat([prefix, message]);
  };

  it('finds the same messages however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
        fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 12 }),
        (messages, cuts) => {
          const found: string[] = [];
          const splitter = new FrameSplitter(1_000, (message) => found.push(message.toString('hex')));
          let rest = Buffer.concat(messages.map(frame));
          for (let at = 0; rest.length > 0; at++) {
            const size = Math.max(1, cuts[at % cuts.length] ?? 1);
            splitter.push(rest.subarray(0, size));
            rest = rest.subarray(size);
          }
          expect(found).toEqual(messages.map((message) => Buffer.from(message).toString('hex')));
          expect(splitter.incomplete).toBe(false);
        },
      ),
    );
  });

  it('refuses a message by its announced size, before it has come', () => {
    const splitter = new FrameSplitter(10, () => {});
    expect(() => splitter.push(Buffer.from([0, 0, 0, 0, 11]))).toThrow(
      expect.objectContaining({ status: 8, message: 'grpc: received message larger than max (11 vs. 10)' }),
    );
  });
});
