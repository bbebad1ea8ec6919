/**
 * Splits a 64-bit integer into its two 32-bit halves without allocating: a `bigint` stored into one element of a typed array is
 * read back as two numbers of another typed array over the same eight bytes.
 */
const wide = new BigInt64Array(1);
const halves = new Uint32Array(wide.buffer);
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const lowIndex = littleEndian ? 0 : 1;
const highIndex = 1 - lowIndex;
const unsigned = new BigUint64Array(wide.buffer);

/** Low half of `value` modulo 2^64, as an unsigned 32-bit number. `highOfLast` then gives the other half. */
export function lowHalf(value: bigint): number {
  wide[0] = BigInt.asIntN(64, value);
  return halves[lowIndex] as number;
}

/** High half of the integer last given to `lowHalf`. */
export function highOfLast(): number {
  return halves[highIndex] as number;
}

/** The signed 64-bit integer of two unsigned halves. */
export function signed64(low: number, high: number): bigint {
  halves[lowIndex] = low;
  halves[highIndex] = high;
  return wide[0] as bigint;
}

/** The unsigned 64-bit integer of two unsigned halves. */
export function unsigned64(low: number, high: number): bigint {
  halves[lowIndex] = low;
  halves[highIndex] = high;
  return unsigned[0] as bigint;
}

/** The signed 64-bit integer of two unsigned halves as a number: exact up to 2^53, beyond it the nearest number. */
export function signedNumber(low: number, high: number): number {
  return (high | 0) * 0x1_0000_0000 + (low >>> 0);
}
