import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JuteReader } from './jute-reader.ts';
import { JuteWriter } from './jute-writer.ts';

const LIMIT = 1_000_000;

/** The payload of the one frame that `fill` writes. */
function payload(fill: (writer: JuteWriter) => void): Buffer {
  const writer = new JuteWriter(LIMIT);
  writer.frame(fill);
  const bytes = writer.take();
  expect(bytes.readInt32BE(0)).toBe(bytes.length - 4);
  return bytes.subarray(4);
}

type Field =
  | { readonly type: 'int'; readonly value: number }
  | { readonly type: 'long'; readonly value: bigint }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: Uint8Array };

const field: fc.Arbitrary<Field> = fc.oneof(
  fc.integer().map((value) => ({ type: 'int', value }) as const),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ type: 'long', value }) as const),
  fc.boolean().map((value) => ({ type: 'bool', value }) as const),
  fc.string({ unit: 'grapheme' }).map((value) => ({ type: 'text', value }) as const),
  fc.uint8Array().map((value) => ({ type: 'bytes', value }) as const),
);

function write(writer: JuteWriter, one: Field): void {
  if (one.type === 'int') writer.int(one.value);
  else if (one.type === 'long') writer.long(one.value);
  else if (one.type === 'bool') writer.bool(one.value);
  else if (one.type === 'text') writer.text(one.value);
  else writer.bytes(one.value);
}

describe('jute', () => {
  it('reads what was written, many frames in one chunk or one larger than a chunk', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(field), { maxLength: 30 }),
        fc.integer({ min: 0, max: 200_000 }),
        (frames, large) => {
          const writer = new JuteWriter(LIMIT);
          for (const fields of frames)
            writer.frame((inner) => {
              for (const one of fields) write(inner, one);
            });
          writer.frame((inner) => inner.bytes(new Uint8Array(large).fill(7)));
          const bytes = writer.take();
          let at = 0;
          for (const fields of frames) {
            const reader = new JuteReader(bytes.subarray(at + 4, at + 4 + bytes.readInt32BE(at)));
            expect(fields.map(({ type }) => reader[type]())).toEqual(fields.map(({ value }) => value));
            expect(reader.leftBytes).toBe(0);
            at += 4 + bytes.readInt32BE(at);
          }
          const last = new JuteReader(bytes.subarray(at + 4)).bytes();
          expect([last.length, last.every((byte) => byte === 7)]).toEqual([large, true]);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('leaves what was taken as it is', () => {
    const writer = new JuteWriter(LIMIT);
    writer.frame((inner) => inner.text('first'));
    const first = writer.take();
    const copy = Buffer.from(first);
    for (let index = 0; index < 5_000; index += 1) writer.frame((inner) => inner.text('another, and another'));
    expect(first.equals(copy)).toBe(true);
    expect(writer.take().length).toBe(5_000 * (4 + 4 + 20));
    expect(writer.pendingBytes).toBe(0);
  });

  it('refuses a frame that is too large, and keeps those beside it', () => {
    const writer = new JuteWriter(100);
    writer.frame((inner) => inner.int(1));
    expect(() => writer.frame((inner) => inner.bytes(new Uint8Array(101)))).toThrow(
      expect.objectContaining({ code: 'E_TOO_LARGE' }),
    );
    expect(() =>
      writer.frame((inner) => {
        for (let index = 0; index < 30; index += 1) inner.int(index);
      }),
    ).toThrow(expect.objectContaining({ code: 'E_TOO_LARGE' }));
    writer.frame((inner) => inner.bytes(new Uint8Array(96)));
    expect(writer.take().length).toBe(8 + 4 + 100);
  });

  it('reads times beyond 2^32 and before 1970, and a missing buffer as empty', () => {
    const reader = new JuteReader(
      payload((writer) => {
        writer.long(1_795_257_174_125n);
        writer.long(-1n);
        writer.int(-1);
      }),
    );
    expect([reader.longAsNumber(), reader.longAsNumber(), reader.bytes()]).toEqual([
      1_795_257_174_125,
      -1,
      new Uint8Array(),
    ]);
  });

  it('says of garbage that it is garbage, and takes no memory for it', () => {
    const huge = payload((writer) => writer.int(0x7fff_ffff));
    for (const read of [
      (reader: JuteReader) => reader.bytes(),
      (reader: JuteReader) => reader.text(),
      (reader: JuteReader) => reader.vector(() => reader.int()),
      (reader: JuteReader) => reader.long(),
    ])
      expect(() => read(new JuteReader(huge))).toThrow(expect.objectContaining({ code: 'E_UNAVAILABLE' }));
    const negative = payload((writer) => writer.int(-2));
    expect(() => new JuteReader(negative).text()).toThrow(/not ZooKeeper's protocol/);
  });
});
