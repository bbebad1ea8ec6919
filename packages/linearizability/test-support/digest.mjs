import { createHash } from 'node:crypto';

/** Tells generated histories from others, so that recorded verdicts are never held against a changed generator. */
export const digestOf = (histories) =>
  createHash('sha256').update(JSON.stringify(histories)).digest('hex').slice(0, 16);
