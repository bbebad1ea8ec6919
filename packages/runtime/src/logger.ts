/** Structured fields of one log line. Values are JSON-representable; `bigint` is written as a decimal string. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where log lines go. A subset of pino's interface, so a pino logger can be passed as it is. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** A logger that adds `fields` to each of its lines. */
  child(fields: LogFields): Logger;
}

/** A logger that writes nothing. The default of every SDK entry point. */
export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};
