import { type Field, type Scalar, scalarOf } from './fields.ts';
import type { MessageCodec } from './message.ts';
import { malformed, type Reader, WireType } from './reader.ts';
import type { Writer } from './writer.ts';

type Message = Record<string, unknown>;

/** One compiled field. */
export interface FieldCodec {
  readonly name: string;
  readonly number: number;
  readonly zero: unknown;
  /** Writes tag and value, or nothing where there is nothing to send. */
  write(writer: Writer, message: Message): void;
  /** Reads the value into the message; false where the wire type is not this field's, which makes it an unknown field. */
  read(reader: Reader, wireType: number, end: number, depth: number, message: Message): boolean;
}

const noItems: readonly unknown[] = Object.freeze([]);

/** Compiles one field. `group` names all members of its oneof, itself among them. */
export function compileField(name: string, field: Field<unknown>, group: readonly string[]): FieldCodec {
  const others = group.filter((member) => member !== name);
  switch (field.label) {
    case 'optional':
      return optionalScalar(name, field.number, scalarOf(field), others);
    case 'many':
      return manyScalars(name, field.number, scalarOf(field));
    case 'message':
      return oneMessage(name, field.number, lazyCodec(field), others);
    case 'many-messages':
      return manyMessages(name, field.number, lazyCodec(field));
    default:
      return oneScalar(name, field.number, scalarOf(field));
  }
}

function oneScalar(name: string, number: number, scalar: Scalar<unknown>): FieldCodec {
  const tag = number * 8 + scalar.wireType;
  return {
    name,
    number,
    zero: scalar.zero,
    write: (writer, message) => {
      const value = message[name];
      if (value === undefined || scalar.isZero(value)) return;
      scalar.write(writer, value);
      writer.varint32(tag);
    },
    read: (reader, wireType, end, _depth, message) => {
      if (wireType !== scalar.wireType) return false;
      message[name] = scalar.read(reader, end);
      return true;
    },
  };
}

function optionalScalar(name: string, number: number, scalar: Scalar<unknown>, others: readonly string[]): FieldCodec {
  const tag = number * 8 + scalar.wireType;
  return {
    name,
    number,
    zero: undefined,
    write: (writer, message) => {
      const value = message[name];
      if (value === undefined) return;
      scalar.write(writer, value);
      writer.varint32(tag);
    },
    read: (reader, wireType, end, _depth, message) => {
      if (wireType !== scalar.wireType) return false;
      for (const other of others) message[other] = undefined;
      message[name] = scalar.read(reader, end);
      return true;
    },
  };
}

/** Numbers are sent packed, as proto3 does by default, and read in either form. */
function manyScalars(name: string, number: number, scalar: Scalar<unknown>): FieldCodec {
  const packable = scalar.wireType === WireType.varint;
  return {
    name,
    number,
    zero: noItems,
    write: (writer, message) => {
      const items = message[name] as readonly unknown[] | undefined;
      if (items === undefined || items.length === 0) return;
      const before = writer.length;
      for (let i = items.length - 1; i >= 0; i--) {
        scalar.write(writer, items[i]);
        if (!packable) writer.varint32(number * 8 + scalar.wireType);
      }
      if (!packable) return;
      writer.varint32(writer.length - before);
      writer.varint32(number * 8 + WireType.length);
    },
    read: (reader, wireType, end, _depth, message) => {
      if (wireType !== scalar.wireType && !(packable && wireType === WireType.length)) return false;
      const items = itemsOf(message, name);
      if (wireType === scalar.wireType) {
        items.push(scalar.read(reader, end));
        return true;
      }
      const packedEnd = reader.lengthEnd(end);
      while (reader.position < packedEnd) items.push(scalar.read(reader, packedEnd));
      if (reader.position !== packedEnd) throw malformed('a packed field runs past its end');
      return true;
    },
  };
}

function oneMessage(name: string, number: number, codec: () => MessageCodec, others: readonly string[]): FieldCodec {
  const tag = number * 8 + WireType.length;
  return {
    name,
    number,
    zero: undefined,
    write: (writer, message) => {
      const value = message[name];
      if (value !== undefined) writeMessage(writer, codec(), value as object, tag);
    },
    read: (reader, wireType, end, depth, message) => {
      if (wireType !== WireType.length) return false;
      for (const other of others) message[other] = undefined;
      const messageEnd = reader.lengthEnd(end);
      message[name] = codec().read(reader, messageEnd, depth + 1, message[name] as object | undefined);
      return true;
    },
  };
}

function manyMessages(name: string, number: number, codec: () => MessageCodec): FieldCodec {
  const tag = number * 8 + WireType.length;
  return {
    name,
    number,
    zero: noItems,
    write: (writer, message) => {
      const items = message[name] as readonly object[] | undefined;
      if (items === undefined) return;
      for (let i = items.length - 1; i >= 0; i--) writeMessage(writer, codec(), items[i] as object, tag);
    },
    read: (reader, wireType, end, depth, message) => {
      if (wireType !== WireType.length) return false;
      const messageEnd = reader.lengthEnd(end);
      itemsOf(message, name).push(codec().read(reader, messageEnd, depth + 1, undefined));
      return true;
    },
  };
}

function writeMessage(writer: Writer, codec: MessageCodec, message: object, tag: number): void {
  const before = writer.length;
  codec.write(writer, message);
  writer.varint32(writer.length - before);
  writer.varint32(tag);
}

/** The array of a repeated field, made on the first item: an empty field shares one frozen array. */
function itemsOf(message: Message, name: string): unknown[] {
  const items = message[name];
  if (items !== noItems) return items as unknown[];
  const fresh: unknown[] = [];
  message[name] = fresh;
  return fresh;
}

function lazyCodec(field: Field<unknown>): () => MessageCodec {
  let codec: MessageCodec | undefined;
  return () => {
    codec ??= field.message?.().codec;
    if (codec === undefined) throw malformed(`field ${field.number} has no message type`);
    return codec;
  };
}
