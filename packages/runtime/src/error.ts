import { type ErrorCode, errorCatalogue } from './error-catalogue.ts';

const brand = Symbol.for('keelson.error');

/** JSON form of an error, as logs and the HTTP API carry it. */
export interface KeelsonErrorJson {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a Keelson error may carry besides code and message. */
export interface KeelsonErrorOptions {
  readonly cause?: unknown;
  /** Facts about this occurrence (path, limit, versions…), JSON-representable. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The one error class of Keelson. Branch on `code`, never on the message.
 *
 * @example
 * try { await store.create('/a', value); }
 * catch (error) { if (!isKeelsonError(error, 'E_ALREADY_EXISTS')) throw error; }
 */
export class KeelsonError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: KeelsonErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KeelsonError';
    this.code = code;
    this.details = options.details;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Whether the same call, made again later, may succeed. */
  get retryable(): boolean {
    return errorCatalogue[this.code].retryable;
  }

  toJSON(): KeelsonErrorJson {
    const base = { code: this.code, message: this.message, retryable: this.retryable };
    return this.details === undefined ? base : { ...base, details: this.details };
  }
}

/** Whether `error` is a Keelson error (of any copy of this package), and of `code` where one is given. */
export function isKeelsonError(error: unknown, code?: ErrorCode): error is KeelsonError {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false;
  return code === undefined || ('code' in error && error.code === code);
}
