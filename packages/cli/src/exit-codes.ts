import { type ErrorCode, isKeelsonError } from '@keelson/runtime';

/** Exit codes of `keelson`, documented in docs/reference/cli.md. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  unreachable: 5,
  refused: 6,
  /** As shells report a process that Ctrl-C ended: 128 + SIGINT. */
  interrupted: 130,
} as const;

const byCode: Partial<Record<ErrorCode, number>> = {
  E_INVALID_ARGUMENT: exitCodes.usage,
  E_INVALID_PATH: exitCodes.usage,
  E_TOO_LARGE: exitCodes.usage,
  E_INSECURE_LISTENER: exitCodes.usage,
  E_EXPORT_DAMAGED: exitCodes.usage,
  E_NOT_FOUND: exitCodes.notFound,
  E_ALREADY_EXISTS: exitCodes.conflict,
  E_NOT_EMPTY: exitCodes.conflict,
  E_VERSION_CONFLICT: exitCodes.conflict,
  E_IN_USE: exitCodes.conflict,
  E_ADDRESS_IN_USE: exitCodes.conflict,
  E_STORE_LOCKED: exitCodes.conflict,
  E_UNAVAILABLE: exitCodes.unreachable,
  E_TIMEOUT: exitCodes.unreachable,
  E_CLOSED: exitCodes.unreachable,
  E_OUTCOME_UNKNOWN: exitCodes.unreachable,
  E_UNAUTHENTICATED: exitCodes.refused,
  E_FORBIDDEN: exitCodes.refused,
  E_ABORTED: exitCodes.interrupted,
};

/** The exit code an error ends the command with. */
export function exitCodeOf(error: unknown): number {
  return (isKeelsonError(error) ? byCode[error.code] : undefined) ?? exitCodes.failure;
}

/** Thrown by a command that ends with an exit code of its own, with nothing to say. */
export class EndWith extends Error {
  override readonly name = 'EndWith';
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}
