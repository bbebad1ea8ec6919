/** Facts that a program wants others to see beside its lock, candidacy or membership. JSON-representable. */
export type Metadata = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a record of the layout: JSON in UTF-8. */
export function encodeRecord(record: Metadata): Uint8Array {
  return encoder.encode(JSON.stringify(record));
}

/** The record in `value`; empty where the bytes are no JSON object, as anybody may write below the layout's paths. */
export function decodeRecord(value: Uint8Array): Metadata {
  try {
    const parsed: unknown = JSON.parse(decoder.decode(value));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : {};
  } catch {
    return {};
  }
}

/** A field that should be text. */
export const textField = (record: Metadata, name: string): string | undefined => {
  const value = record[name];
  return typeof value === 'string' ? value : undefined;
};

/** A field that should be a finite number. */
export const numberField = (record: Metadata, name: string): number | undefined => {
  const value = record[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

/** A field that should be an object. */
export const objectField = (record: Metadata, name: string): Metadata | undefined => {
  const value = record[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
};

/** A field that should be a revision, written as decimal text because JSON has no integers of 64 bits. */
export const revisionField = (record: Metadata, name: string): bigint | undefined => {
  const value = record[name];
  return typeof value === 'string' && /^\d{1,19}$/.test(value) ? BigInt(value) : undefined;
};
