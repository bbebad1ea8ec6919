import { jsonSafeFields } from './json-safe.ts';
import type { Logger } from './logger.ts';

/** What is used of a pino logger; every pino from version 9 has it. */
export interface PinoLike {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): PinoLike;
}

/**
 * A logger that writes through pino. `bigint` becomes a decimal string, errors become objects with code, stack and cause.
 *
 * @example
 * const runtime = systemRuntime({ logger: pinoLogger(pino(pino.destination(2))) });
 */
export function pinoLogger(pino: PinoLike): Logger {
  return {
    debug: (fields, message) => pino.debug(jsonSafeFields(fields), message),
    info: (fields, message) => pino.info(jsonSafeFields(fields), message),
    warn: (fields, message) => pino.warn(jsonSafeFields(fields), message),
    error: (fields, message) => pino.error(jsonSafeFields(fields), message),
    child: (fields) => pinoLogger(pino.child(jsonSafeFields(fields))),
  };
}
