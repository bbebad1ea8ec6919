import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardFolder, releaseFolder } from './clean-up-guard.ts';

/** A folder that goes with the test. */
export interface TemporaryDirectory extends AsyncDisposable {
  readonly path: string;
  /** Removes it with all it holds. Idempotent. */
  remove(): Promise<void>;
}

/**
 * Makes an empty folder under the system's place for temporary files. Remove it when the test ends; if the test process dies
 * first, it is removed all the same.
 *
 * @example
 * await using folder = await temporaryDirectory();
 */
export async function temporaryDirectory(prefix = 'test'): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), `keelson-${prefix}-`));
  guardFolder(path);
  const remove = async (): Promise<void> => {
    await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    releaseFolder(path);
  };
  return { path, remove, [Symbol.asyncDispose]: remove };
}
