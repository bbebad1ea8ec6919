/** npm start [-- flags]: whatever set-up is missing, then `keelson start` with the flags given. Needs Node alone. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { main, root } from './lib/run.mjs';

await main(async () => {
  await ensureDependencies();
  await ensureBuilt();
  return 0;
});

/**
 * npm runs this through a shell. A SIGTERM for npm ends npm and that shell, but never arrives here: then this process finds itself with
 * another parent, and stops as if it had been told.
 */
function stopWithParent() {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

if (process.exitCode === 0) {
  if (process.env.npm_lifecycle_event !== undefined) stopWithParent();
  // In this very process: signals and the terminal reach the server without a parent in between.
  const program = join(root, 'packages/cli/dist/main.js');
  // `--no-example` and KEELSON_EXAMPLE=0 win over this.
  process.env.KEELSON_EXAMPLE ??= join(root, 'examples/replicated-kv/dist/index.js');
  process.argv = [process.execPath, program, 'start', ...process.argv.slice(2)];
  await import(pathToFileURL(program).href);
}
