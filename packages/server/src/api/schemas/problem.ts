import { type ErrorCode, errorCatalogue } from '@keelson/runtime';
import { z } from 'zod';

/** One thing wrong with a request. */
export interface ProblemIssue {
  /** Where: `partitions`, `states.0.count`; empty for the body as a whole. */
  readonly path: string;
  readonly message: string;
}

/** Body of every answer that is not 2xx: RFC 9457 `application/problem+json` with Keelson's error code. */
export interface Problem {
  /** Where the code is described. */
  readonly type: string;
  /** What the code means, always the same for one code. */
  readonly title: string;
  readonly status: number;
  /** What happened here and what to do about it. */
  readonly detail: string;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  /** What to do, in general, about this code. */
  readonly action: string;
  readonly issues?: readonly ProblemIssue[];
}

const codes = Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]];

/** Schema of {@link Problem}. */
export const problemSchema: z.ZodType<Problem> = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(codes),
    retryable: z.boolean(),
    action: z.string(),
    issues: z.exactOptional(z.array(z.object({ path: z.string(), message: z.string() }))),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details with the code of the error catalogue.' });
