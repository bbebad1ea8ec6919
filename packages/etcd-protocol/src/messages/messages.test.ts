import { readFileSync } from 'node:fs';
import { isKeelsonError } from '@keelson/runtime';
import * as fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import * as messages from './index.ts';

/**
 * protobufjs with etcd's own field numbers (extracted from the published `rpc.proto`, `kv.proto` and `auth.proto` of 3.7.3) is the
 * oracle: every message written by one side is read by the other to the same values.
 */
const descriptor = new URL('../../fixtures/etcd-3.7.3.descriptor.json', import.meta.url);
const root = protobuf.Root.fromJSON(JSON.parse(readFileSync(descriptor, 'utf8')) as protobuf.INamespace).resolveAll();

type Plain = Record<string, unknown>;

/** A codec whose messages are looked at from outside. */
interface Codec {
  readonly name: string;
  encode(message: Plain): Buffer;
  encodeFrame(message: Plain): Buffer;
  decode(bytes: Uint8Array): Plain;
}

const isMessageType = (value: unknown): value is Codec =>
  typeof value === 'object' && value !== null && 'encodeFrame' in value;
const { EncodedWatchResponse, ...plain } = messages;
const types = Object.values(plain as Record<string, unknown>).filter(isMessageType);

/** Name of our property for a field of etcd's. */
const ourName = (name: string): string =>
  name
    .replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase())
    .replace(/^(ID|TTL)$/, (all) => all.toLowerCase())
    .replace(/(ID|TTL|URL)(s?)$/, (_all, word: string, s: string) => word.charAt(0) + word.slice(1).toLowerCase() + s);

/** Fields that we keep as numbers although the wire has int64. */
const numbers = new Set(['limit', 'count', 'deleted', 'ttl', 'grantedTtl', 'dbSize', 'dbSizeInUse', 'dbSizeQuota']);
const keys = new Set(['key', 'rangeEnd', 'keys']);
const isNumber = (type: string, name: string): boolean =>
  numbers.has(name) || (name === 'version' && type === 'mvccpb.KeyValue');

const wide = (type: string): fc.Arbitrary<bigint> =>
  type === 'int64' ? fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n) : fc.bigInt(0n, 2n ** 64n - 1n);
const latin1 = fc.uint8Array({ maxLength: 80 }).map((value) => Buffer.from(value).toString('latin1'));

function scalar(type: protobuf.Type, field: protobuf.Field, name: string): fc.Arbitrary<unknown> {
  if (field.resolvedType instanceof protobuf.Enum) return fc.constantFrom(...Object.values(field.resolvedType.values));
  if (keys.has(name) && field.type === 'bytes') return latin1;
  switch (field.type) {
    case 'bytes':
      return fc.uint8Array({ maxLength: 300 });
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 80 });
    case 'bool':
      return fc.boolean();
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffff_ffff });
    default:
      return isNumber(type.fullName.slice(1), name) ? fc.maxSafeInteger() : wide(field.type);
  }
}

/** Any message of the type as our decoder gives it. */
function message(type: protobuf.Type, depth: number): fc.Arbitrary<Plain> {
  const fields: Record<string, fc.Arbitrary<unknown>> = {};
  for (const field of type.fieldsArray) {
    const name = ourName(field.name);
    const nested = field.resolvedType instanceof protobuf.Type ? field.resolvedType : undefined;
    if (nested === undefined) fields[name] = scalar(type, field, name);
    else if (depth > 0) fields[name] = message(nested, depth - 1);
    else fields[name] = fc.constant(undefined);
    if (field.repeated)
      fields[name] = nested && depth === 0 ? fc.constant([]) : fc.array(fields[name], { maxLength: 3 });
    else if (nested !== undefined && depth > 0) fields[name] = fc.option(fields[name], { nil: undefined });
  }
  const any = fc.record(fields);
  const groups = type.oneofsArray.map((oneof) => oneof.fieldsArray.map((field) => ourName(field.name)));
  return groups.reduce(
    (all, names) =>
      fc.tuple(all, fc.constantFrom(...names)).map(([value, kept]) => {
        const others = names.filter((name) => name !== kept).map((name) => [name, undefined] as const);
        return { ...value, ...Object.fromEntries(others) };
      }),
    any as fc.Arbitrary<Plain>,
  );
}

/** Our object in the form that protobufjs takes and gives. */
function toOracle(type: protobuf.Type, value: Plain): Plain {
  const result: Plain = {};
  for (const field of type.fieldsArray) {
    const ours = value[ourName(field.name)];
    const one = (item: unknown): unknown => {
      if (field.resolvedType instanceof protobuf.Type) return toOracle(field.resolvedType, item as Plain);
      if (typeof item === 'bigint') return item.toString();
      if (typeof item === 'number' && /int64/.test(field.type)) return item.toString();
      if (field.type === 'bytes') {
        return (typeof item === 'string' ? Buffer.from(item, 'latin1') : Buffer.from(item as Buffer)).toString(
          'base64',
        );
      }
      return item;
    };
    if (Array.isArray(ours)) result[field.name] = ours.map(one);
    else if (ours !== undefined) result[field.name] = one(ours);
  }
  return result;
}

const oracleForm = { longs: String, bytes: String, enums: Number, defaults: true, arrays: true } as const;

/** protobufjs's answer for fields that are absent: undefined where ours is. */
function decodeByOracle(type: protobuf.Type, bytes: Uint8Array): Plain {
  const prune = (messageType: protobuf.Type, value: Plain): Plain => {
    const result: Plain = {};
    for (const field of messageType.fieldsArray) {
      const item = value[field.name];
      if (item === null || item === undefined) continue;
      if (field.partOf && value[field.name] === undefined) continue;
      const nested = field.resolvedType instanceof protobuf.Type ? field.resolvedType : undefined;
      if (nested && Array.isArray(item)) result[field.name] = item.map((one: Plain) => prune(nested, one));
      else result[field.name] = nested ? prune(nested, item as Plain) : item;
    }
    return result;
  };
  return prune(type, type.toObject(type.decode(bytes), oracleForm));
}

describe.each(types.map((type) => [type.name, type] as const))('%s', (name, codec) => {
  const oracle = root.lookupType(name);

  it('has exactly the fields that etcd has', () => {
    const ours = Object.keys(codec.decode(new Uint8Array(0))).sort();
    expect(ours).toEqual(oracle.fieldsArray.map((field) => ourName(field.name)).sort());
  });

  it('is read by protobufjs as it was written, and the other way round', () => {
    fc.assert(
      fc.property(message(oracle, 3), (value) => {
        const bytes = codec.encode(value);
        expect(decodeByOracle(oracle, bytes)).toEqual(toOracle(oracle, value));
        expect(codec.decode(oracle.encode(oracle.fromObject(toOracle(oracle, value))).finish())).toEqual(value);
        expect(codec.decode(bytes)).toEqual(value);
        const frame = codec.encodeFrame(value);
        expect(frame.readUInt8(0)).toBe(0);
        expect(frame.readUInt32BE(1)).toBe(bytes.length);
        expect(frame.subarray(5)).toEqual(bytes);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses what is cut off or garbage with E_INVALID_ARGUMENT and nothing else', () => {
    const attempt = (bytes: Uint8Array): void => {
      try {
        codec.decode(bytes);
      } catch (error) {
        if (!isKeelsonError(error, 'E_INVALID_ARGUMENT')) throw error;
      }
    };
    fc.assert(
      fc.property(message(oracle, 2), fc.nat(), fc.uint8Array({ maxLength: 60 }), (value, cut, garbage) => {
        const bytes = codec.encode(value);
        attempt(bytes.subarray(0, bytes.length === 0 ? 0 : cut % bytes.length));
        attempt(garbage);
        attempt(Buffer.concat([bytes, garbage]));
      }),
      { numRuns: 40 },
    );
  });
});

it('writes a watch answer with encoded events as it writes one with plain events', () => {
  const { Event, WatchResponse } = messages;
  const head = { header: { revision: 7n }, watchId: 3n };
  const events = [{ kv: { key: 'a', value: new Uint8Array([1]) } }, { type: 1, kv: { key: 'b' } }];
  const encoded = EncodedWatchResponse.encode({ ...head, events: events.map((event) => Event.encode(event)) });
  expect(encoded).toEqual(WatchResponse.encode({ ...head, events }));
});
