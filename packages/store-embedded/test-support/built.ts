import { fileURLToPath } from 'node:url';
import { runCommand } from '@keelson/testing';

/** Path of a script beside this file. */
export const workerPath = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Builds the package, for child processes run what is built. Throws what the compiler says. */
export async function buildPackage(): Promise<void> {
  const cwd = fileURLToPath(new URL('../../..', import.meta.url));
  const compiler = 'node_modules/typescript/bin/tsc';
  const built = await runCommand(process.execPath, [compiler, '-b', 'packages/store-embedded'], {
    cwd,
    timeoutMs: 110_000,
  });
  if (built.stdout !== '') throw new Error(built.stdout);
}
