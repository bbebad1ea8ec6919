/** Compiling: TypeScript by its own incremental build, the console by Vite when one of its sources changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, root, say } from './run.mjs';

const stampPath = join(root, '.cache/console.sha256');
const builtConsole = join(root, 'packages/console/assets/index.html');

/** Compiles what changed since the last time; without changes it takes well under a second. */
export async function ensureBuilt() {
  if (!existsSync(join(root, 'packages/runtime/dist/index.js'))) say('Compiling (the first time; some ten seconds).');
  await mustRun('Compiling', process.execPath, ['node_modules/typescript/bin/tsc', '-b']);
  await ensureConsole();
}

async function ensureConsole() {
  const wanted = digestOfConsoleSources();
  if (existsSync(builtConsole) && existsSync(stampPath) && readFileSync(stampPath, 'utf8') === wanted) return;
  say('Building the console (some ten seconds; again only when its sources change).');
  await mustRun('Building the console', 'npm', ['run', '--silent', 'build', '-w', '@keelson/console']);
  mkdirSync(join(root, '.cache'), { recursive: true });
  writeFileSync(stampPath, wanted);
}

/** One digest over everything the console is built from; its packages come in by the lock file. */
function digestOfConsoleSources() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const folder = join(root, 'packages/console');
  const isSource = (name) => !/^(dist|assets|node_modules)(\/|$)|\.test\.tsx?$/.test(name);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter(isSource)
    .sort();
  for (const file of files) hash.update(`${file}\0`).update(readFileSync(join(folder, file)));
  return hash.digest('hex');
}
