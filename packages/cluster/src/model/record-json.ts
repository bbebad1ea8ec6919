import { Buffer } from 'node:buffer';
import type { SimpleFields, ZNRecord } from './record.ts';

const controlCharacter = /\p{Cc}/u;

/** A JSON string as Jackson writes it: control characters as upper-case \\u00XX. */
function quote(text: string): string {
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

const writeList = (list: readonly string[]): string =>
  list.length === 0 ? '[ ]' : `[ ${list.map(quote).join(', ')} ]`;

const writeMap = (map: SimpleFields): string => writeObject(map, '    ', quote);

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

/** Jackson's coercions: a number or boolean where text belongs is taken as text; `null` is internal to Helix and left out. */
function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TypeError('a value is neither text, number nor boolean');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readObject<V>(value: unknown, read: (value: unknown) => V | undefined): Readonly<Record<string, V>> {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw new TypeError('a group of fields is not a JSON object');
  const entries: [string, V][] = [];
  for (const key of Object.keys(value)) {
    const field = read(value[key]);
    if (field !== undefined) entries.push([key, field]);
  }
  return Object.fromEntries(entries);
}

function readList(value: unknown): readonly string[] | undefined {
  if (value === null) return undefined;
  if (!Array.isArray(value)) throw new TypeError('a list field is not a JSON array');
  return value.map(text).filter((item) => item !== undefined);
}

const readMap = (value: unknown): SimpleFields | undefined => (value === null ? undefined : readObject(value, text));

/** Reads the JSON form. Unknown members are ignored, as Helix does. Throws `SyntaxError` or `TypeError` where it is no record. */
export function recordFromJson(json: string): ZNRecord {
  const value: unknown = JSON.parse(json);
  if (!isObject(value)) throw new TypeError('it is not a JSON object');
  const id = text(value.id);
  if (id === undefined) throw new TypeError('it has no id');
  const record: ZNRecord = {
    id,
    simpleFields: readObject(value.simpleFields, text),
    mapFields: readObject(value.mapFields, readMap),
    listFields: readObject(value.listFields, readList),
  };
  const payload = text(value.rawPayload);
  return payload === undefined ? record : { ...record, rawPayload: new Uint8Array(Buffer.from(payload, 'base64')) };
}
