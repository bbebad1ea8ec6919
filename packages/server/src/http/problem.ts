import { type ErrorCode, errorCatalogue, isKeelsonError } from '@keelson/runtime';
import type { Problem, ProblemIssue } from '../api/schemas.ts';

/** Media type of RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

interface ProblemOptions {
  /** Where HTTP has a more exact status than the code's own. */
  readonly status?: number;
  readonly issues?: readonly ProblemIssue[];
}

/** A problem document of a code. */
export function problem(code: ErrorCode, detail: string, options: ProblemOptions = {}): Problem {
  const kind = errorCatalogue[code];
  return {
    type: `urn:keelson:error:${code}`,
    title: kind.meaning,
    status: options.status ?? kind.httpStatus,
    detail,
    code,
    retryable: kind.retryable,
    action: kind.action,
    ...(options.issues === undefined ? {} : { issues: options.issues }),
  };
}

interface ValidationIssue {
  readonly instancePath: string;
  readonly message: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What is read of an error of fastify or of a plug-in of it. */
interface HttpError {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly message: string;
  readonly validation?: readonly ValidationIssue[];
  readonly validationContext?: string;
}

/** Keelson's words for the errors fastify raises before a handler runs. */
const frameworkErrors: Readonly<Record<string, { code: ErrorCode; detail: string; status?: number }>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: {
    code: 'E_INVALID_ARGUMENT',
    detail: 'The body is not valid JSON. Send one JSON document in UTF-8.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: 'E_INVALID_ARGUMENT',
    detail: 'The body is empty. Send a JSON object, `{}` at least, or leave the content type out.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'E_INVALID_ARGUMENT',
    detail: 'The body has a media type the server does not read. Send `Content-Type: application/json`.',
    status: 415,
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'E_INVALID_ARGUMENT',
    detail: 'The body is not as long as its Content-Length says. Send the right length.',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: {
    code: 'E_TOO_LARGE',
    detail: 'The body is larger than 4 MiB. Send less in one request.',
  },
  FST_ERR_BAD_URL: {
    code: 'E_INVALID_PATH',
    detail: 'The address is not well-formed: percent-encode each name as UTF-8.',
  },
  FST_ERR_MAX_PARAM_LENGTH: {
    code: 'E_INVALID_PATH',
    detail: 'A name in the address is longer than 255 bytes. Use a shorter one.',
  },
};

/**
 * The problem document of whatever was thrown. Errors nobody foresaw become `E_INTERNAL` and say nothing of their cause: that is
 * for the log, where `requestId` finds it.
 */
export function problemOf(error: unknown, requestId: string): Problem {
  if (isKeelsonError(error)) return problem(error.code, sentence(error.message));
  const known = error as HttpError;
  if (Array.isArray(known?.validation))
    return validationProblem(known.validation, known.validationContext ?? 'request');
  const framework = typeof known?.code === 'string' ? frameworkErrors[known.code] : undefined;
  if (framework !== undefined)
    return problem(
      framework.code,
      framework.detail,
      framework.status === undefined ? {} : { status: framework.status },
    );
  const status = typeof known?.statusCode === 'number' ? known.statusCode : 500;
  if (status >= 400 && status < 500) return problem(codeOfStatus(status), sentence(known.message), { status });
  return problem('E_INTERNAL', `The server failed on this request; its log says more under request ${requestId}.`);
}

function codeOfStatus(status: number): ErrorCode {
  if (status === 404) return 'E_NOT_FOUND';
  if (status === 413) return 'E_TOO_LARGE';
  return 'E_INVALID_ARGUMENT';
}

/** What people call the parts of a request that fastify validates. */
const contexts: Readonly<Record<string, string>> = {
  params: 'address',
  querystring: 'query',
  headers: 'headers',
  body: 'body',
};

function validationProblem(validation: readonly ValidationIssue[], context: string): Problem {
  const issues = validation.slice(0, 20).map((issue) => ({
    path: issue.instancePath.slice(1).replaceAll('/', '.'),
    message: messageOf(issue),
  }));
  const names = validation.every((issue) => issue.params.params !== undefined && context === 'params');
  const [first] = issues;
  const place = contexts[context] ?? context;
  const where = first === undefined || first.path === '' ? `The ${place}` : `\`${first.path}\` in the ${place}`;
  const more = validation.length > 1 ? ` (and ${validation.length - 1} more)` : '';
  const detail = `${where}: ${first?.message ?? 'not as the API describes it'}${more}. Correct it and send it again.`;
  return problem(names ? 'E_INVALID_PATH' : 'E_INVALID_ARGUMENT', detail, { issues });
}

function messageOf(issue: ValidationIssue): string {
  const unknown = issue.params.keys;
  if (Array.isArray(unknown))
    return `unknown ${unknown.length === 1 ? 'field' : 'fields'} ${unknown.map((key) => `\`${String(key).slice(0, 100)}\``).join(', ')}`;
  return issue.message.replace(/\.$/, '');
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
