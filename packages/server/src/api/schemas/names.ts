import { z } from 'zod';

/** Longest name of a cluster, instance, resource, partition or state, in bytes of UTF-8: the longest segment of a store path. */
export const MAX_NAME_BYTES = 255;

/** Longest free text (a reason given by an operator), in characters. */
export const MAX_TEXT_LENGTH = 1_000;

const hasControlCharacter = (name: string): boolean => {
  for (let index = 0; index < name.length; index += 1) {
    const unit = name.charCodeAt(index);
    if (unit < 0x20 || unit === 0x7f) return true;
  }
  return false;
};

/** Says what is wrong with a name that is to be one segment of a store path, or `undefined` where nothing is. */
export function nameProblem(name: string): string | undefined {
  if (name.length === 0) return 'must not be empty';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `must be at most ${MAX_NAME_BYTES} bytes long`;
  if (name === '.' || name === '..') return 'must not be `.` or `..`';
  if (name.includes('/')) return 'must not contain `/`';
  if (hasControlCharacter(name)) return 'must not contain NUL or control characters';
  if (name.trim() !== name) return 'must not begin or end with white space';
  if (/\p{Surrogate}/u.test(name)) return 'must be well-formed Unicode';
  return undefined;
}

/** A name as it stands in a URL or a body: one segment of a store path. */
export const nameSchema: z.ZodType<string, string> = z
  .string()
  .superRefine((name, context) => {
    const problem = nameProblem(name);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem, params: { name: true } });
  })
  .meta({ id: 'Name', description: 'One segment of a store path: 1 to 255 bytes, no `/`, NUL or control characters.' });

/** Free text an operator gives as a reason. */
export const textSchema: z.ZodType<string, string> = z.string().max(MAX_TEXT_LENGTH);
