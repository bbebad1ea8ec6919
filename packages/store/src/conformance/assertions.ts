import { type ErrorCode, isKeelsonError } from '@keelson/runtime';

/** A promise of the port that a driver did not keep. */
export class ConformanceFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ConformanceFailure';
  }
}

/** Text to compare and to show: same value, same text. */
export function show(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === 'bigint') return `${item}n`;
    if (item instanceof Uint8Array) return `bytes ${[...item.subarray(0, 16)].join(',')} (${item.byteLength})`;
    return item === undefined ? 'undefined' : item;
  });
}

/** Fails unless `condition`. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new ConformanceFailure(message);
}

/** Fails unless both show the same. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [show(actual), show(expected)];
  if (got !== wanted) throw new ConformanceFailure(`${what}: wanted ${wanted}, got ${got}`);
}

/** Fails where the value is not there. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new ConformanceFailure(`${what}: there is none`);
  return value;
}

/** Fails unless `work` rejects, or throws at once, with one of `codes`. */
export async function rejectsWith(
  work: () => Promise<unknown>,
  codes: ErrorCode | readonly ErrorCode[],
  what: string,
): Promise<void> {
  const wanted = typeof codes === 'string' ? [codes] : codes;
  let outcome: unknown;
  try {
    outcome = await work();
  } catch (error) {
    if (isKeelsonError(error) && wanted.includes(error.code)) return;
    throw new ConformanceFailure(`${what}: wanted ${wanted.join(' or ')}, got ${String(error)}`, error);
  }
  throw new ConformanceFailure(`${what}: wanted ${wanted.join(' or ')}, but it gave ${show(outcome)}`);
}

/** Fails unless each number is greater than the one before. */
export function ascending(numbers: readonly bigint[], what: string): void {
  numbers.forEach((number, index) => {
    const before = numbers[index - 1];
    if (before !== undefined && number <= before)
      throw new ConformanceFailure(`${what}: ${number} comes after ${before} in ${show(numbers)}`);
  });
}
