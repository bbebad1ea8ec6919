import { Buffer } from 'node:buffer';
import type { SimpleFields, ZNRecord } from './record.ts';

/** Text that JSON writes as it is. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;
const controlCharacter = /\p{Cc}/u;

/** A JSON string as Jackson writes it: control characters as upper-case \\u00XX. */
function quote(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  const json = JSON.stringify(text);
  if (!controlCharacter.test(text)) return json;
  return json.replace(/\\(u[0-9a-f]{4}|.)/g, (whole, escaped: string) =>
    escaped.startsWith('u00') ? `\\u${escaped.slice(1).toUpperCase()}` : whole,
  );
}

function writeObject<V>(fields: Readonly<Record<string, V>>, indent: string, value: (value: V) => string): string {
  const lines: string[] = [];
  for (const [key, field] of Object.entries(fields)) lines.push(`${indent}  ${quote(key)} : ${value(field)}`);
  return lines.length === 0 ? '{ }' : `{\n${lines.join(',\n')}\n${indent}}`;
}

/**
 * The text of maps and lists, once written. They are never changed in place, and a record that changes in one of a thousand
 * partitions shares the others with the record before, so that only what is new is written anew.
 */
const written = new WeakMap<object, string>();

function remembered<V extends object>(value: V, write: (value: V) => string): string {
  const known = written.get(value);
  if (known !== undefined) return known;
  const text = write(value);
  written.set(value, text);
  return text;
}

const writeList = (list: readonly string[]): string =>
  remembered(list, () => (list.length === 0 ? '[ ]' : `[ ${list.map(quote).join(', ')} ]`));

const writeMap = (map: SimpleFields): string => remembered(map, () => writeObject(map, '    ', quote));

/** The record as Helix's serializer writes it: Jackson's pretty printer, members in declaration order, map keys in their order. */
export function recordToJson(record: ZNRecord): string {
  const payload =
    record.rawPayload === undefined ? '' : `,\n  "rawPayload" : "${Buffer.from(record.rawPayload).toString('base64')}"`;
  return (
    `{\n  "id" : ${quote(record.id)}` +
    `,\n  "simpleFields" : ${writeObject(record.simpleFields, '  ', quote)}` +
    `,\n  "mapFields" : ${writeObject(record.mapFields, '  ', writeMap)}` +
    `,\n  "listFields" : ${writeObject(record.listFields, '  ', writeList)}${payload}\n}`
  );
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether it can be taken as it is: a map from text to text. Nearly all are, so that nearly nothing is copied. */
function isTextMap(value: unknown): value is SimpleFields {
  if (!isObject(value)) return false;
  for (const key in value) if (typeof value[key] !== 'string') return false;
  return true;
}

function isMapOfTextMaps(value: unknown): value is Readonly<Record<string, SimpleFields>> {
  if (!isObject(value)) return false;
  for (const key in value) if (!isTextMap(value[key])) return false;
  return true;
}

/** Jackson's coercions: a number or boolean where text belongs is taken as text; `null` is internal to Helix and left out. */
function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError('a value is neither text, number nor boolean');
}

function readObject<V>(value: unknown, read: (value: unknown) => V | undefined): Readonly<Record<string, V>> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new TypeError('a group of fields is not a JSON object');
  const entries: [string, V][] = [];
  for (const [key, member] of Object.entries(value)) {
    const field = read(member);
    if (field !== undefined) entries.push([key, field]);
  }
  return Object.fromEntries(entries);
}

function readList(value: unknown): readonly string[] | undefined {
  if (value === null) return undefined;
  if (!Array.isArray(value)) throw new TypeError('a list field is not a JSON array');
  return value.map(toText).filter((item) => item !== undefined);
}

const readSimple = (value: unknown): SimpleFields => (isTextMap(value) ? value : readObject(value, toText));
const readMap = (value: unknown): SimpleFields | undefined => (value === null ? undefined : readSimple(value));

/** Reads the JSON form. Unknown members are ignored, as Helix does. Throws `SyntaxError` or `TypeError` where it is no record. */
export function recordFromJson(json: string): ZNRecord {
  const value: unknown = JSON.parse(json);
  if (!isObject(value)) throw new TypeError('it is not a JSON object');
  const id = toText(value.id);
  if (id === undefined) throw new TypeError('it has no id');
  const record: ZNRecord = {
    id,
    simpleFields: readSimple(value.simpleFields),
    mapFields: isMapOfTextMaps(value.mapFields) ? value.mapFields : readObject(value.mapFields, readMap),
    listFields: readObject(value.listFields, readList),
  };
  const payload = toText(value.rawPayload);
  return payload === undefined ? record : { ...record, rawPayload: new Uint8Array(Buffer.from(payload, 'base64')) };
}
