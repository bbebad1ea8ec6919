import { type ErrorCode, errorCatalogue, isKeelsonError, KeelsonError } from '@keelson/runtime';

/** The error an answer that is not 2xx stands for: the server's own, where it is a problem document. */
export function problemError(status: number, text: string, base: URL): KeelsonError {
  try {
    const { code, detail } = JSON.parse(text) as { code?: string; detail?: string };
    if (code !== undefined && Object.hasOwn(errorCatalogue, code) && detail !== undefined)
      return new KeelsonError(code as ErrorCode, detail, { details: { status } });
  } catch {
    // not an answer of ours; said below
  }
  return new KeelsonError(
    'E_UNAVAILABLE',
    `${base.origin} answers with status ${status}, and not as a Keelson server does. Check the address.`,
  );
}

/** Why a server could not be talked to, and what to do. */
export function unreachable(base: URL, cause: unknown): KeelsonError {
  const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
  if (isCertificateError(reason))
    return new KeelsonError(
      'E_UNAVAILABLE',
      `The certificate of ${base.origin} is not trusted (${reason}). Give its authority with --ca.`,
      { cause },
    );
  return new KeelsonError(
    'E_UNAVAILABLE',
    `No server answers at ${base.origin} (${reason}). Start one with \`keelson start\`, or name it with --server.`,
    { cause },
  );
}

/** What failed before anything was sent: such a write was certainly not made. */
const NOT_SENT: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EACCES',
]);

/** The error of a write that got no answer: `E_OUTCOME_UNKNOWN`, unless it cannot have been sent or is told otherwise. */
export function outcomeUnknown(base: URL, error: unknown): unknown {
  if (!isKeelsonError(error, 'E_UNAVAILABLE') && !isKeelsonError(error, 'E_TIMEOUT')) return error;
  const { code } = (error.cause ?? {}) as { code?: unknown };
  if (NOT_SENT.has(code) || (typeof code === 'string' && isCertificateError(code))) return error;
  return new KeelsonError(
    'E_OUTCOME_UNKNOWN',
    `${base.origin} did not answer a change, which may have been made all the same. Look before you try again.`,
    { cause: error },
  );
}

function isCertificateError(reason: string): boolean {
  return /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_/.test(reason);
}
