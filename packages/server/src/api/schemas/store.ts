import { z } from 'zod';

/** An entry of the store, readable. Revisions are decimal digits, as they are 64-bit numbers. */
export interface StoreEntry {
  readonly path: string;
  /** The value as text, or in base64 where it is no text. */
  readonly value: string;
  /** `gzip`: it was compressed text, and `value` is that text. */
  readonly encoding: 'utf8' | 'base64' | 'gzip';
  readonly sizeBytes: number;
  readonly createRevision: string;
  readonly modifyRevision: string;
  readonly version: number;
  /** Id of the session that owns it; `null` on a persistent entry. */
  readonly owner: string | null;
}

/** Names of the direct children of a path. */
export interface StoreChildren {
  readonly path: string;
  readonly children: readonly string[];
}

/** Schema of {@link StoreEntry}. */
export const storeEntrySchema: z.ZodType<StoreEntry> = z
  .object({
    path: z.string(),
    value: z.string(),
    encoding: z.enum(['utf8', 'base64', 'gzip']),
    sizeBytes: z.int(),
    createRevision: z.string(),
    modifyRevision: z.string(),
    version: z.int(),
    owner: z.string().nullable(),
  })
  .meta({ id: 'StoreEntry' });

/** Schema of {@link StoreChildren}. */
export const storeChildrenSchema: z.ZodType<StoreChildren> = z
  .object({ path: z.string(), children: z.array(z.string()) })
  .meta({ id: 'StoreChildren' });
