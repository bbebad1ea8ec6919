import { systemRuntime } from '@keelson/runtime';
import { run } from './program.ts';
import { readVersion } from './version.ts';

// A reader that has seen enough (`keelson store get … | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const stop = new AbortController();
// `keelson run` passes signals on, each of them, and ends when what it runs has ended.
const passesSignalsOn = process.argv[2] === 'run';
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // The first asks for an orderly end; a second one of somebody who will not wait ends at once.
  if (!passesSignalsOn) process.on(name, () => (stop.signal.aborted ? process.exit(130) : stop.abort()));
}

process.exitCode = await run(
  process.argv.slice(2),
  { stdout: process.stdout, stderr: process.stderr, env: process.env, signal: stop.signal, runtime: systemRuntime() },
  await readVersion(),
);
