// Tries to open a folder when told to go, says what came of it, and holds it until it is killed.
//   node contend-worker.mjs DIRECTORY GO_FILE
import { existsSync } from 'node:fs';
import { sleep, systemRuntime } from '@keelson/runtime';
import { openEmbeddedBackend } from '@keelson/store-embedded';

const [directory, goFile] = process.argv.slice(2);
const runtime = systemRuntime();
process.stdout.write('waiting\n');
while (!existsSync(goFile)) await sleep(runtime, 1);
try {
  await openEmbeddedBackend({ directory, runtime });
  process.stdout.write('outcome opened\n');
} catch (error) {
  process.stdout.write(`outcome ${error.code}\n`);
}
runtime.timers.every(1_000, () => {});
