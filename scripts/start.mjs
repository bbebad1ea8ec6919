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

if (process.exitCode === 0) {
  // In this very process: signals and the terminal reach the server without a parent in between.
  const program = join(root, 'packages/cli/dist/main.js');
  // `--no-example` and KEELSON_EXAMPLE=0 win over this.
  process.env.KEELSON_EXAMPLE ??= join(root, 'examples/replicated-kv/dist/index.js');
  process.argv = [process.execPath, program, 'start', ...process.argv.slice(2)];
  await import(pathToFileURL(program).href);
}
