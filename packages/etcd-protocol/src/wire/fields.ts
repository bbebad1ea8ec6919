import { signed64, signedNumber, unsigned64 } from './int64.ts';
import type { MessageType } from './message.ts';
import { malformed, type Reader, WireType } from './reader.ts';
import type { Writer } from './writer.ts';

/** How values of one Protocol Buffers type are written and read. */
export interface Scalar<T> {
  readonly wireType: number;
  /** What a message has where the field was not sent. */
  readonly zero: T;
  isZero(value: T): boolean;
  /** Writes the value, with its length where it has one, without its tag. */
  write(writer: Writer, value: T): void;
  read(reader: Reader, limit: number): T;
}

/** One field of a message: its number on the wire and how it is kept in the object. `T` is the property's type. */
export interface Field<T> {
  readonly number: number;
  /**
   * one: absent means zero. optional: member of a oneof, absent means undefined and zero is sent. many: repeated.
   * message: embedded, absent means undefined.
   */
  readonly label: 'one' | 'optional' | 'many' | 'message' | 'many-messages';
  readonly scalar?: Scalar<unknown>;
  readonly message?: () => MessageType<unknown>;
  /** Names a group of fields of which at most one is set. */
  readonly oneof?: string;
  /** Never set; carries the property's type for the compiler. */
  readonly type?: T;
}

const varint = <T>(zero: T, write: (writer: Writer, value: T) => void, read: (reader: Reader) => T): Scalar<T> => ({
  wireType: WireType.varint,
  zero,
  isZero: (value) => value === zero,
  write,
  read,
});

const boolScalar: Scalar<boolean> = varint<boolean>(
  false,
  (writer, value) => writer.byte(value ? 1 : 0),
  (reader) => reader.boolean(),
);
const int64Scalar: Scalar<bigint> = varint(
  0n,
  (writer, value) => writer.varint64(value),
  (reader) => {
    reader.varint64();
    return signed64(reader.low, reader.high);
  },
);
const uint64Scalar: Scalar<bigint> = varint(
  0n,
  (writer, value) => writer.varint64(value),
  (reader) => {
    reader.varint64();
    return unsigned64(reader.low, reader.high);
  },
);
const integerScalar: Scalar<number> = varint(
  0,
  (writer, value) => writer.varintNumber(value),
  (reader) => {
    reader.varint64();
    return signedNumber(reader.low, reader.high);
  },
);
const uint32Scalar: Scalar<number> = varint(
  0,
  (writer, value) => writer.varint32(value >>> 0),
  (reader) => reader.uint32(),
);
const enumScalar: Scalar<number> = varint(
  0,
  (writer, value) => writer.varintNumber(value | 0),
  (reader) => {
    reader.varint64();
    return reader.low | 0;
  },
);
const emptyBytes = new Uint8Array(0);
const bytesScalar: Scalar<Uint8Array> = {
  wireType: WireType.length,
  zero: emptyBytes,
  isZero: (value) => value.length === 0,
  write: (writer, value) => {
    writer.bytes(value);
    writer.varint32(value.length);
  },
  read: (reader, limit) => reader.bytesTo(reader.lengthEnd(limit)),
};
const latin1Scalar: Scalar<string> = {
  wireType: WireType.length,
  zero: '',
  isZero: (value) => value === '',
  write: (writer, value) => {
    writer.latin1(value);
    writer.varint32(value.length);
  },
  read: (reader, limit) => reader.latin1To(reader.lengthEnd(limit)),
};
const stringScalar: Scalar<string> = {
  wireType: WireType.length,
  zero: '',
  isZero: (value) => value === '',
  write: (writer, value) => {
    writer.varint32(writer.utf8(value));
  },
  read: (reader, limit) => reader.utf8To(reader.lengthEnd(limit)),
};

const one = <T>(number: number, scalar: Scalar<T>): Field<T> => ({
  number,
  label: 'one',
  scalar,
});

/** `bool`. */
export const bool = (number: number): Field<boolean> => one(number, boolScalar);
/** `int64` kept as a `bigint`: ids and revisions. */
export const int64 = (number: number): Field<bigint> => one(number, int64Scalar);
/** `uint64` kept as a `bigint`. */
export const uint64 = (number: number): Field<bigint> => one(number, uint64Scalar);
/** `int64` kept as a number: counts, limits, seconds. Exact up to 2^53, beyond it the nearest number. */
export const integer = (number: number): Field<number> => one(number, integerScalar);
/** `uint32`. */
export const uint32 = (number: number): Field<number> => one(number, uint32Scalar);
/** An `enum`, kept as its number; numbers without a name are kept as they are. */
export const enumeration = (number: number): Field<number> => one(number, enumScalar);
/** `bytes`, decoded into memory of its own. */
export const bytes = (number: number): Field<Uint8Array> => one(number, bytesScalar);
/** `bytes` kept as a string of one byte per code unit: keys, which are compared and looked up. */
export const byteString = (number: number): Field<string> => one(number, latin1Scalar);
/** `string`. */
export const string = (number: number): Field<string> => one(number, stringScalar);

/** The field as a member of the oneof `group`: undefined unless it was the last of its group to be sent. */
export const memberOf = <T>(group: string, field: Field<T>): Field<T | undefined> => ({
  ...(field as Field<T | undefined>),
  label: field.label === 'message' ? 'message' : 'optional',
  oneof: group,
});

/** The field as a repeated one. */
export const many = <T>(field: Field<T>): Field<readonly NonNullable<T>[]> =>
  ({
    ...(field as Field<unknown>),
    label: field.label === 'message' ? 'many-messages' : 'many',
  }) as Field<readonly NonNullable<T>[]>;

/** An embedded message. A function gives its type, so that messages may embed themselves. */
export const embedded = <T>(number: number, type: () => MessageType<T>): Field<T | undefined> => ({
  number,
  label: 'message',
  message: type,
});

/** The scalar of a field that has one. */
export function scalarOf(field: Field<unknown>): Scalar<unknown> {
  if (field.scalar === undefined) throw malformed(`field ${field.number} has no scalar type`);
  return field.scalar;
}
