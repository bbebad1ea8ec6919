import { type CallOptions, KeelsonError, type Runtime, withDeadline } from '@keelson/runtime';

/**
 * Runs `work`, within `timeoutMs` where one is given and else for as long as it takes: who queues may wait for days. `work`
 * hears of the end through its signal, and cleans up after itself even when its caller is no longer there.
 */
export function limited<T>(
  runtime: Runtime,
  { signal, timeoutMs }: CallOptions,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined) return work(signal);
  return withDeadline(runtime, signal === undefined ? { timeoutMs } : { signal, timeoutMs }, timeoutMs, work);
}

/** The limits among `options`, with nothing else and no field that is `undefined`. */
export function limitsOf({ signal, timeoutMs }: CallOptions): CallOptions {
  return { ...(signal === undefined ? {} : { signal }), ...(timeoutMs === undefined ? {} : { timeoutMs }) };
}

/** Most characters of a reason, or of a name of a person or program. */
const MAX_TEXT = 1_000;

/** Most bytes, as JSON, of the metadata that others are shown. */
const MAX_METADATA = 16_384;

/** Throws `E_INVALID_ARGUMENT` for text that is too long to be shown beside a lock, or none. */
export function checkText(text: string | undefined, what: string): void {
  if (text === undefined) return;
  if (typeof text !== 'string' || text.length > MAX_TEXT)
    throw new KeelsonError('E_INVALID_ARGUMENT', `${what} must be text of at most ${MAX_TEXT} characters.`);
}

/** Throws `E_TOO_LARGE` for metadata that would weigh on everybody who looks, `E_INVALID_ARGUMENT` for some that is no JSON. */
export function checkMetadata(metadata: Readonly<Record<string, unknown>> | undefined): void {
  if (metadata === undefined) return;
  let bytes: number;
  try {
    bytes = JSON.stringify(metadata).length;
  } catch (cause) {
    throw new KeelsonError('E_INVALID_ARGUMENT', 'metadata must be JSON-representable.', { cause });
  }
  if (bytes > MAX_METADATA)
    throw new KeelsonError('E_TOO_LARGE', `metadata has ${bytes} bytes as JSON; ${MAX_METADATA} are allowed.`, {
      details: { bytes, limit: MAX_METADATA },
    });
}

/** Throws `E_INVALID_ARGUMENT` unless `value` is a whole number from 1 to a million. */
export function checkCount(value: number, what: string): void {
  if (Number.isInteger(value) && value >= 1 && value <= 1_000_000) return;
  throw new KeelsonError('E_INVALID_ARGUMENT', `${what} must be a whole number from 1 to 1,000,000, not ${value}.`);
}
