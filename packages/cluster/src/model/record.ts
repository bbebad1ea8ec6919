/** One level of a record: names and values. Both are always strings, numbers and booleans too. */
export type SimpleFields = Readonly<Record<string, string>>;

/**
 * The one shape of everything Helix keeps in the store (spec: Apache Helix `ZNRecord`). Never changed in place: every helper of
 * this file answers a new record and shares what did not change.
 *
 * Keys come from users (partition and instance names), so look them up with {@link simpleField}, {@link mapField} and
 * {@link listField}, which see own fields only, never `constructor` and its like.
 */
export interface ZNRecord {
  /** Mostly the last segment of the record's path. */
  readonly id: string;
  readonly simpleFields: SimpleFields;
  readonly mapFields: Readonly<Record<string, SimpleFields>>;
  /** Order within a list matters: preference lists, priorities. */
  readonly listFields: Readonly<Record<string, readonly string[]>>;
  /** Opaque bytes, base64 in JSON. */
  readonly rawPayload?: Uint8Array;
}

/** A record without fields. */
export function emptyRecord(id: string): ZNRecord {
  return { id, simpleFields: {}, mapFields: {}, listFields: {} };
}

const own = <V>(fields: Readonly<Record<string, V>>, key: string): V | undefined =>
  Object.hasOwn(fields, key) ? fields[key] : undefined;

/** The simple field `key`, if there is one. */
export function simpleField(record: ZNRecord, key: string): string | undefined {
  return own(record.simpleFields, key);
}

/** The map field `key`, if there is one. */
export function mapField(record: ZNRecord, key: string): SimpleFields | undefined {
  return own(record.mapFields, key);
}

/** The value of `inner` in the map field `key`, if there is one. */
export function mapValue(record: ZNRecord, key: string, inner: string): string | undefined {
  const map = own(record.mapFields, key);
  return map === undefined ? undefined : own(map, inner);
}

/** The list field `key`, if there is one. */
export function listField(record: ZNRecord, key: string): readonly string[] | undefined {
  return own(record.listFields, key);
}

/** The simple field as a boolean, as Helix reads it: `true` in any case is true, anything else false, absent is `fallback`. */
export function booleanField(record: ZNRecord, key: string, fallback: boolean): boolean {
  const text = simpleField(record, key);
  return text === undefined ? fallback : text.toLowerCase() === 'true';
}

/** Text as an integer, as Helix reads it: absent or not an integer is `fallback`. */
export function integerText(text: string | undefined, fallback: number): number {
  return text !== undefined && /^[+-]?\d{1,15}$/.test(text) ? Number(text) : fallback;
}

/** The simple field as an integer; absent or not an integer is `fallback`. */
export function integerField(record: ZNRecord, key: string, fallback: number): number {
  return integerText(simpleField(record, key), fallback);
}

/** `fields` with `changes` laid over; a change to `undefined` removes the key. New keys stand where Helix's sorted maps would write them. */
function overlay<V>(
  fields: Readonly<Record<string, V>>,
  changes: Readonly<Record<string, V | undefined>>,
): Readonly<Record<string, V>> {
  const set: [string, V][] = [];
  const removed = new Set<string>();
  let added = false;
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) removed.add(key);
    else {
      set.push([key, value]);
      added ||= !Object.hasOwn(fields, key);
    }
  }
  // The common case, one replica of many changed, must not cost a sort of all.
  if (!added && removed.size === 0) return { ...fields, ...Object.fromEntries(set) };
  const kept = Object.entries(fields).filter(([key]) => !removed.has(key));
  return added ? sortedFields([...kept, ...set]) : { ...Object.fromEntries(kept), ...Object.fromEntries(set) };
}

/** The entries as an object whose keys stand in the order of Java's sorted maps (UTF-16 code units). */
export function sortedFields<V>(entries: Iterable<readonly [string, V]>): Readonly<Record<string, V>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** The record with simple fields set (or, where `undefined`, removed). */
export function withSimpleFields(record: ZNRecord, changes: Readonly<Record<string, string | undefined>>): ZNRecord {
  return { ...record, simpleFields: overlay(record.simpleFields, changes) };
}

/** The record with whole map fields set (or, where `undefined`, removed). */
export function withMapFields(record: ZNRecord, changes: Readonly<Record<string, SimpleFields | undefined>>): ZNRecord {
  return { ...record, mapFields: overlay(record.mapFields, changes) };
}

/** The record with values inside the map field `key` set (or, where `undefined`, removed). A map field left empty is removed. */
export function withMapValues(
  record: ZNRecord,
  key: string,
  changes: Readonly<Record<string, string | undefined>>,
): ZNRecord {
  const merged = overlay(mapField(record, key) ?? {}, changes);
  return withMapFields(record, { [key]: Object.keys(merged).length === 0 ? undefined : merged });
}

/** The record with list fields set (or, where `undefined`, removed). */
export function withListFields(
  record: ZNRecord,
  changes: Readonly<Record<string, readonly string[] | undefined>>,
): ZNRecord {
  return { ...record, listFields: overlay(record.listFields, changes) };
}

function sameMap<V>(
  a: Readonly<Record<string, V>>,
  b: Readonly<Record<string, V>>,
  same: (left: V, right: V) => boolean,
): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  for (const key of keys) {
    const left = own(a, key);
    const right = own(b, key);
    if (left === undefined || right === undefined || (left !== right && !same(left, right))) return false;
  }
  return true;
}

const sameText = (a: string, b: string): boolean => a === b;
const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

/** Whether both hold the same fields. The id and the order of keys do not count, as in Helix's `equals`. */
export function sameContent(a: ZNRecord, b: ZNRecord): boolean {
  return (
    a === b ||
    (sameMap(a.simpleFields, b.simpleFields, sameText) &&
      sameMap(a.mapFields, b.mapFields, (x, y) => sameMap(x, y, sameText)) &&
      sameMap(a.listFields, b.listFields, sameList))
  );
}
