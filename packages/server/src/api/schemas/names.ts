import { nameFault } from '@keelson/cluster';
import { z } from 'zod';

/** Longest free text (a reason given by an operator), in characters. */
export const MAX_TEXT_LENGTH = 1_000;

/** Says what is wrong with a name that is to be one segment of a store path, or `undefined` where nothing is. */
export function nameProblem(name: string): string | undefined {
  // JSON can spell half of a surrogate pair, which has no UTF-8 form: two such names would be one in the store.
  return nameFault(name) ?? (/\p{Surrogate}/u.test(name) ? 'it is not well-formed Unicode' : undefined);
}

/** A name as it stands in a URL or a body: one segment of a store path. */
export const nameSchema: z.ZodType<string, string> = z
  .string()
  .superRefine((name, context) => {
    const problem = nameProblem(name);
    if (problem !== undefined)
      context.addIssue({ code: 'custom', message: `this is no name: ${problem}`, params: { name: true } });
  })
  .meta({ id: 'Name', description: 'One segment of a store path: 1 to 255 bytes, no `/`, NUL or control characters.' });

// Control characters but for tab and line end, and halves of surrogate pairs: no text of people, and trouble for whoever shows it.
const UNPRINTABLE = /(?![\t\n])\p{Cc}|\p{Surrogate}/u;

/** Text of at most `limit` characters, without control characters other than tab and line end. */
export function printableText(limit: number): z.ZodString {
  return z
    .string()
    .max(limit)
    .refine((text) => !UNPRINTABLE.test(text), 'holds a control character, or is not well-formed Unicode');
}

/** Free text an operator gives as a reason. */
export const textSchema: z.ZodType<string, string> = printableText(MAX_TEXT_LENGTH);
