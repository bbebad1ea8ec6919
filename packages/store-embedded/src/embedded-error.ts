import { KeelsonError } from '@keelson/runtime';

/** The error for a data folder that cannot be read. `what` completes "… is damaged: ". */
export function damaged(
  what: string,
  options: { readonly directory?: string; readonly cause?: unknown } = {},
): KeelsonError {
  const { directory, cause } = options;
  const folder = directory === undefined ? 'The data folder' : `The data folder ${directory}`;
  return new KeelsonError(
    'E_STORE_DAMAGED',
    `${folder} is damaged: ${what}. Move it away for inquiry, then put a snapshot in its place or start with an empty folder.`,
    {
      details: { what, ...(directory === undefined ? {} : { directory }) },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
