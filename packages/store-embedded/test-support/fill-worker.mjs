// Writes until the disk is full, then prints what it saw as one line of JSON.
//   node fill-worker.mjs DIRECTORY
import { systemRuntime } from '@keelson/runtime';
import { openEmbeddedBackend } from '@keelson/store-embedded';

const backend = await openEmbeddedBackend({ directory: process.argv[2], runtime: systemRuntime() });
const codeOf = (error) => error.code;
let acknowledged = 0;
async function fill(writer) {
  for (let n = 0; ; n += 1) {
    await backend.execute({ type: 'put', key: `${writer}/${n}`, value: new Uint8Array(1_000) });
    acknowledged += 1;
  }
}
const writers = await Promise.all(Array.from({ length: 20 }, (_, writer) => fill(writer).catch(codeOf)));
const afterwards = await backend.execute({ type: 'put', key: 'late', value: new Uint8Array(1) }).catch(codeOf);
const { count } = await backend.range({ key: '\0', end: '\0', countOnly: true });
await backend.close();
process.stdout.write(`${JSON.stringify({ writers: [...new Set(writers)], afterwards, acknowledged, count })}\n`);
