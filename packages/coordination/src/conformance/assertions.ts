import { type ErrorCode, isKeelsonError, type Runtime, sleep } from '@keelson/runtime';

/** A promise of a recipe that was not kept. */
export class RecipeFailure extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RecipeFailure';
  }
}

/** Text to compare and to show. */
export function show(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? `${item}n` : item));
  return text ?? 'undefined';
}

/** Fails unless `condition`. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new RecipeFailure(message);
}

/** Fails unless both show the same. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [show(actual), show(expected)];
  if (got !== wanted) throw new RecipeFailure(`${what}: wanted ${wanted}, got ${got}`);
}

/** Fails where the value is not there. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new RecipeFailure(`${what}: there is none`);
  return value;
}

/** Fails unless `work` rejects, or throws at once, with `code`. */
export async function rejectsWith(work: () => unknown, code: ErrorCode, what: string): Promise<void> {
  let outcome: unknown;
  try {
    outcome = await work();
  } catch (error) {
    if (isKeelsonError(error, code)) return;
    throw new RecipeFailure(`${what}: wanted ${code}, got ${String(error)}`, error);
  }
  throw new RecipeFailure(`${what}: wanted ${code}, but it gave ${show(outcome)}`);
}

/** Waits until `question` gives something; fails where it does not within `limitMs`. */
export async function eventually<T>(
  runtime: Runtime,
  limitMs: number,
  what: string,
  question: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const untilMs = runtime.clock.monotonicMs() + limitMs;
  for (;;) {
    const answer = await question();
    if (answer !== undefined && answer !== false) return answer;
    check(runtime.clock.monotonicMs() < untilMs, `waited ${limitMs} ms in vain: ${what}`);
    await sleep(runtime, 10);
  }
}

/** What a promise has come to by now. */
export interface Outcome<T> {
  value: T | undefined;
  error: unknown;
  settled: boolean;
}

/** Follows a promise without waiting for it. */
export function outcomeOf<T>(work: Promise<T>): Outcome<T> {
  const outcome: Outcome<T> = { value: undefined, error: undefined, settled: false };
  work.then(
    (value) => Object.assign(outcome, { value, settled: true }),
    (error: unknown) => Object.assign(outcome, { error, settled: true }),
  );
  return outcome;
}
