import { isKeelsonError } from './error.ts';

function errorFields(error: Error, withStack: boolean): Record<string, unknown> {
  return {
    ...(isKeelsonError(error) ? error.toJSON() : { name: error.name, message: error.message }),
    ...(withStack && error.stack !== undefined ? { stack: error.stack } : {}),
    ...(error.cause === undefined ? {} : { cause: error.cause }),
  };
}

/** `jsonSafe` of each field of one log line. */
export function jsonSafeFields(fields: Readonly<Record<string, unknown>>, withStack = true): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, item]) => [key, jsonSafe(item, withStack)]));
}

/** `value` as JSON can carry it: `bigint` as a decimal string, errors as objects with code, message, stack and cause. */
export function jsonSafe(value: unknown, withStack = true, depth = 6): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  if (value instanceof Error) return jsonSafe(errorFields(value, withStack), withStack, depth - 1);
  if (Array.isArray(value)) return value.map((item) => jsonSafe(item, withStack, depth - 1));
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto !== Object.prototype && proto !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonSafe(item, withStack, depth - 1)]));
}
