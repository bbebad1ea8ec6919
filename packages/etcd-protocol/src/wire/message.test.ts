import { describe, expect, it } from 'vitest';
import { bool, byteString, bytes, embedded, int64, integer, many, memberOf, string } from './fields.ts';
import { defineMessage, type MessageType } from './message.ts';

interface Node {
  readonly name: string;
  readonly size: number;
  readonly child: Node | undefined;
  readonly tags: readonly string[];
}
const Node: MessageType<Node> = defineMessage<Node>('test.Node', {
  name: byteString(1),
  size: integer(2),
  child: embedded(3, () => Node),
  tags: many(string(4)),
});

interface Choice {
  readonly left: bigint | undefined;
  readonly right: boolean | undefined;
}
const Choice: MessageType<Choice> = defineMessage<Choice>('test.Choice', {
  left: memberOf('side', int64(1)),
  right: memberOf('side', bool(2)),
});

const nested = (depth: number): Node => ({
  name: '',
  size: 0,
  child: depth === 0 ? undefined : nested(depth - 1),
  tags: [],
});
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('message codec', () => {
  it('gives every field of an empty message its zero', () => {
    expect(Node.decode(new Uint8Array(0))).toEqual({ name: '', size: 0, child: undefined, tags: [] });
  });

  it('does not send zeros, except where a oneof member is set to one', () => {
    expect(Node.encode({ name: '', size: 0, tags: [] })).toHaveLength(0);
    expect(Choice.encode({ left: 0n }).toString('hex')).toBe('0800');
  });

  it('keeps the last member of a oneof that was sent', () => {
    expect(Choice.decode(hex('08 05 10 01'))).toEqual({ left: undefined, right: true });
    expect(Choice.decode(hex('10 01 08 05'))).toEqual({ left: 5n, right: undefined });
  });

  it('merges an embedded message that was sent in two parts', () => {
    const twice = Buffer.concat([Node.encode({ child: { name: 'a' } }), Node.encode({ child: { size: 7 } })]);
    expect(Node.decode(twice).child).toEqual({ name: 'a', size: 7, child: undefined, tags: [] });
  });

  it('skips unknown fields of every wire type, groups within groups among them', () => {
    const known = Node.encode({ size: 9 });
    // varint, fixed64, bytes, fixed32 and a group holding a group, all of field 15 or 16
    const unknown = hex('78 ff01 79 0102030405060708 7a 03 010203 7d 01020304 83 01 0b 08 01 0c 84 01');
    expect(Node.decode(Buffer.concat([unknown, known, unknown])).size).toBe(9);
  });

  it('takes a field of the wrong wire type for an unknown one', () => {
    expect(Node.decode(hex('12 01 41')).size).toBe(0);
  });

  it.each([
    ['a varint without end', '10 ff'],
    ['a varint of eleven bytes', '10 ff ff ff ff ff ff ff ff ff ff 01'],
    ['a varint above 64 bits', '10 ff ff ff ff ff ff ff ff ff 02'],
    ['a length past the end', '0a 05 41'],
    ['a length of 4 GiB', '0a ff ff ff ff 0f'],
    ['field number 0', '00 00'],
    ['an unknown wire type', '0e'],
    ['a group end without a begin', '0c'],
    ['a group without an end', '7b 08 01'],
    ['a string that is not UTF-8', '22 01 ff'],
    ['a body that overruns its length', '1a 02 10 80 01'],
  ])('refuses %s', (_what, text) => {
    expect(() => Node.decode(hex(text))).toThrow(expect.objectContaining({ code: 'E_INVALID_ARGUMENT' }));
  });

  it('reads a hundred levels and refuses more', () => {
    expect(Node.decode(Node.encode(nested(100)))).toEqual(nested(100));
    expect(() => Node.decode(Node.encode(nested(101)))).toThrow(/nested too deeply/);
  });

  it('keeps what it wrote intact while later, larger messages are written', () => {
    const Blob: MessageType<{ readonly data: Uint8Array }> = defineMessage('test.Blob', { data: bytes(1) });
    const sizes = [0, 1, 127, 128, 16_383, 16_384, 65_536, 1_500_000, 3, 40_000, 40_000];
    const written = sizes.map((size, index) => Blob.encode({ data: new Uint8Array(size).fill(index + 1) }));
    for (const [index, bytes] of written.entries()) {
      const { data } = Blob.decode(bytes);
      expect(Buffer.alloc(sizes[index] ?? 0, index + 1).equals(data)).toBe(true);
    }
  });

  it('writes whole frames wherever they fall in its memory', () => {
    const frames = Array.from({ length: 20_000 }, (_, index) => Node.encodeFrame({ name: 'x'.repeat(index % 13) }));
    for (const [index, frame] of frames.entries()) {
      expect(frame.readUInt32BE(1)).toBe(frame.length - 5);
      expect(Node.decode(frame.subarray(5)).name).toHaveLength(index % 13);
    }
  });

  it('decodes bytes into memory of their own', () => {
    const Blob: MessageType<{ readonly data: Uint8Array }> = defineMessage('test.Blob', { data: bytes(1) });
    const source = Blob.encode({ data: new Uint8Array([1, 2, 3]) });
    const { data } = Blob.decode(source);
    source.fill(0);
    expect([...data]).toEqual([1, 2, 3]);
  });

  it('decodes bytes as views where that is asked for', () => {
    const Blob: MessageType<{ readonly data: Uint8Array }> = defineMessage('test.Blob', { data: bytes(1) });
    const source = Blob.encode({ data: new Uint8Array([1, 2, 3]) });
    const { data } = Blob.decodeViews(source);
    expect([...data]).toEqual([1, 2, 3]);
    source.fill(9);
    expect([...data]).toEqual([9, 9, 9]);
  });
});
