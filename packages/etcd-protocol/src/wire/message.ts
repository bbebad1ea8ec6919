import type { Buffer } from 'node:buffer';
import { compileField, type FieldCodec } from './field-codec.ts';
import type { Field } from './fields.ts';
import { MAX_DEPTH, malformed, Reader } from './reader.ts';
import { Writer } from './writer.ts';

/** What an encoder takes for a message `T`: any field may be left out, at every depth, and is then zero. */
export type Init<T> = T extends string | number | boolean | bigint | Uint8Array | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Init<Item>[]
    : { readonly [Key in keyof T]?: Init<T[Key]> | undefined };

/** The fields of `T` by property name. */
export type FieldTable<T> = { readonly [Key in keyof T]-?: Field<T[Key]> };

/** Encoder and decoder of one message. */
export interface MessageType<T> {
  /** Full Protocol Buffers name, as in `etcdserverpb.PutRequest`. */
  readonly name: string;
  encode(message: Init<T>): Buffer;
  /** The message behind the five bytes of prefix that gRPC puts before each (not compressed, length). */
  encodeFrame(message: Init<T>): Buffer;
  /** Every field is set in the result; unknown ones are dropped. Throws `E_INVALID_ARGUMENT` where the bytes are no such message. */
  decode(bytes: Uint8Array): T;
  /** As `decode`, but its `bytes` fields are views of the memory given: for a reader that copies what it keeps. */
  decodeViews(bytes: Uint8Array): T;
  /** Parts for enclosing messages; not for use outside this package. */
  readonly codec: MessageCodec;
}

/** How a message writes and reads itself inside another. */
export interface MessageCodec {
  write(writer: Writer, message: object): void;
  /** Reads up to `end`, into `target` where the field came before (the two are merged, as the format wants). */
  read(reader: Reader, end: number, depth: number, target: object | undefined): object;
}

const shared = new Writer();

/**
 * Compiles a field table into a codec.
 *
 * @example
 * const Point = defineMessage<{ readonly x: bigint }>('demo.Point', { x: int64(1) });
 * Point.decode(Point.encode({ x: 7n })); // { x: 7n }
 */
export function defineMessage<T>(name: string, table: FieldTable<T>): MessageType<T> {
  const codec = compile(table);
  return {
    name,
    codec,
    encode: (message) => encodeWith(codec, message as object, false),
    encodeFrame: (message) => encodeWith(codec, message as object, true),
    decode: (bytes) => decodeWith(codec, new Reader(bytes, false)) as T,
    decodeViews: (bytes) => decodeWith(codec, new Reader(bytes, true)) as T,
  };
}

function decodeWith(codec: MessageCodec, reader: Reader): object {
  return codec.read(reader, reader.end, 0, undefined);
}

function encodeWith(codec: MessageCodec, message: object, frame: boolean): Buffer {
  try {
    codec.write(shared, message);
    if (frame) {
      shared.uint32BigEndian(shared.length);
      shared.byte(0);
    }
  } catch (error) {
    shared.discard();
    throw error;
  }
  return shared.finish();
}

function compile(table: Readonly<Record<string, Field<unknown>>>): MessageCodec {
  const oneofs = membersByOneof(table);
  // Written from the back, so the highest number first; the wire then has them ascending.
  const fields = Object.entries(table)
    .map(([name, field]) => compileField(name, field, oneofs.get(field.oneof) ?? []))
    .sort((a, b) => b.number - a.number);
  const byNumber: (FieldCodec | undefined)[] = [];
  for (const field of fields) byNumber[field.number] = field;
  // Cloning one object gives every message the same shape, whatever was sent.
  const zero = Object.fromEntries(Object.keys(table).map((name) => [name, zeroOf(fields, name)]));
  return {
    write: (writer, message) => {
      for (const field of fields) field.write(writer, message as Record<string, unknown>);
    },
    read: (reader, end, depth, target) => {
      if (depth > MAX_DEPTH) throw malformed('it is nested too deeply');
      const message = (target ?? { ...zero }) as Record<string, unknown>;
      while (reader.position < end) {
        const tag = reader.tag();
        const field = byNumber[tag >>> 3];
        if (field === undefined || !field.read(reader, tag & 7, end, depth, message)) reader.skip(tag, end, depth);
      }
      if (reader.position !== end) throw malformed('a field runs past the end of its message');
      return message;
    },
  };
}

function zeroOf(fields: readonly FieldCodec[], name: string): unknown {
  return fields.find((field) => field.name === name)?.zero;
}

function membersByOneof(table: Readonly<Record<string, Field<unknown>>>): Map<string | undefined, string[]> {
  const members = new Map<string | undefined, string[]>();
  for (const [name, field] of Object.entries(table)) {
    if (field.oneof !== undefined) members.set(field.oneof, [...(members.get(field.oneof) ?? []), name]);
  }
  return members;
}
