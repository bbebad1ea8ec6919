/** A refused or failed call: what the server's problem document said, or why there was no answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Code from Keelson's error catalogue; `HTTP_…` for an answer that is not the API's. */
  readonly code: string;
  /** Short title of the problem. */
  readonly title: string;

  constructor(status: number, code: string, title: string, detail: string, options?: { readonly cause?: unknown }) {
    super(detail, options);
    this.status = status;
    this.code = code;
    this.title = title;
  }
}

/** True for an answer that says that the edited thing was changed by somebody else in the meantime. */
export function isVersionConflict(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 412 || error.code === 'E_VERSION_CONFLICT');
}

/** True when the server asks for a token, or does not accept the one it got. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** Reads an `application/problem+json` body, or makes the best of any other one. */
export function problemToError(status: number, statusText: string, body: string): ApiError {
  const fields = parseObject(body);
  const text = (key: string, fallback: string): string => {
    const value = fields[key];
    return typeof value === 'string' && value.length > 0 ? value : fallback;
  };
  const title = text('title', statusText || `HTTP ${status}`);
  return new ApiError(status, text('code', `HTTP_${status}`), title, text('detail', title));
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // Not JSON, for example a proxy's page: the status line is all there is to tell.
    return {};
  }
}

/** One sentence about any failure, for showing. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
