#!/usr/bin/env node
// Not compiled, so that it is there when npm links commands: in a fresh clone npm does so before anything has been built.
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
if (existsSync(program)) await import(program.href);
else {
  process.stderr.write('keelson: It is not built yet. Run `npm start` or `npm run setup` in the clone first.\n');
  process.exitCode = 1;
}
