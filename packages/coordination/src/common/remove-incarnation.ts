import { type CallOptions, isKeelsonError } from '@keelson/runtime';
import type { Revision, Store, StorePath } from '@keelson/store';

/** Deletes the entry if it is still the one that `createRevision` names; says whether it was. Can be done again without harm. */
export async function removeIncarnation(
  store: Store,
  path: StorePath,
  createRevision: Revision,
  options: CallOptions = {},
): Promise<boolean> {
  try {
    return await store.delete(path, { ...options, expect: { createRevision } });
  } catch (error) {
    // Gone already, or another's by now.
    if (isKeelsonError(error, 'E_NOT_FOUND') || isKeelsonError(error, 'E_VERSION_CONFLICT')) return false;
    throw error;
  }
}
