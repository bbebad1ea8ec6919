import type { Inspection } from './inspection.ts';

/** Anything that came in as an object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Amounts other than 0 lie between these, so that no sum or quotient of them overflows or vanishes. */
export const LEAST_AMOUNT = 1e-50;
/** @see LEAST_AMOUNT */
export const MOST_AMOUNT = 1e50;

/** Counts go into 32-bit arrays. */
export const MOST_COUNT: number = 2 ** 31 - 1;

/** Whether it is an object with fields; a fault otherwise. */
export function checkFields(inspection: Inspection, value: unknown): value is Fields {
  if (isFields(value)) return true;
  inspection.fault(`must be an object, is ${shown(value)}`);
  return false;
}

/** Its items if it is an array, nothing if it is missing; a fault otherwise. */
export function itemsOf(inspection: Inspection, fields: Fields, key: string): readonly unknown[] {
  const value = fields[key];
  if (Array.isArray(value)) return value;
  if (value !== undefined) inspection.faultAt(key, `must be an array, is ${shown(value)}`);
  return [];
}

/** The same for a field that may not be missing. */
export function requiredItemsOf(inspection: Inspection, fields: Fields, key: string): readonly unknown[] {
  if (fields[key] === undefined) inspection.faultAt(key, 'is missing: must be an array');
  return itemsOf(inspection, fields, key);
}

/** A name: a string that is not empty. Its text, or `undefined` with a fault noted. */
export function nameOf(inspection: Inspection, key: string | number, value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  inspection.faultAt(key, value === undefined ? 'is missing: must be a name' : `must be a name, is ${shown(value)}`);
  return undefined;
}

/** One of a few words. Missing is fine unless `required`. */
export function checkWord(
  inspection: Inspection,
  fields: Fields,
  key: string,
  words: readonly string[],
  required = false,
): void {
  const value = fields[key];
  if (value === undefined && !required) return;
  if (typeof value !== 'string' || !words.includes(value)) {
    inspection.faultAt(key, `must be one of ${words.join(', ')}, is ${shown(value)}`);
  }
}

/** An amount: 0, or a number between `LEAST_AMOUNT` and `MOST_AMOUNT`. */
export function checkAmount(inspection: Inspection, key: string | number, value: unknown): void {
  if (!isAmount(value)) inspection.faultAt(key, amountFault(value));
}

/** An object of amounts by dimension. Missing is fine. */
export function checkAmounts(
  inspection: Inspection,
  key: string,
  value: unknown,
  dimensions: ReadonlySet<string>,
): void {
  if (value === undefined) return;
  inspection.enter(key);
  if (checkFields(inspection, value)) {
    for (const dimension in value) {
      if (!dimensions.has(dimension)) inspection.faultAt(dimension, 'is not one of the dimensions');
      else if (value[dimension] !== undefined) checkAmount(inspection, dimension, value[dimension]);
    }
  }
  inspection.leave();
}

/** A whole number from `least` on. Missing is fine. */
export function checkCount(inspection: Inspection, fields: Fields, key: string, least: number): void {
  const value = fields[key];
  if (value === undefined || (Number.isInteger(value) && (value as number) >= least && (value as number) <= MOST_COUNT))
    return;
  inspection.faultAt(key, `must be a whole number from ${least} to ${MOST_COUNT}, is ${shown(value)}`);
}

/** A moment: any finite number. Missing is fine. */
export function checkMoment(inspection: Inspection, fields: Fields, key: string): void {
  const value = fields[key];
  if (value !== undefined && !Number.isFinite(value))
    inspection.faultAt(key, `must be a finite number, is ${shown(value)}`);
}

/** Whether it has fields: arrays do not count. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAmount(value: unknown): boolean {
  return typeof value === 'number' && (value === 0 || (value >= LEAST_AMOUNT && value <= MOST_AMOUNT));
}

function amountFault(value: unknown): string {
  if (typeof value !== 'number' || Number.isNaN(value)) return `must be a number, is ${shown(value)}`;
  if (value < 0) return `must not be negative, is ${value}`;
  if (value === Number.POSITIVE_INFINITY) return 'must be finite: leave it out where there is no limit';
  return value > MOST_AMOUNT
    ? `must not be above ${MOST_AMOUNT}, is ${value}`
    : `must be 0 or at least ${LEAST_AMOUNT}, is ${value}`;
}

const MOST_SHOWN = 40;

/** A value as a message shows it: short, and whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value.length > MOST_SHOWN ? `${value.slice(0, MOST_SHOWN)}…` : value);
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value);
}
