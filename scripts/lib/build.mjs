/** Compiling: TypeScript by its own incremental build, the console by Vite when one of its sources changed. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
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
  const build = ['run', '--silent', 'build', '-w', '@keelson/console', '--', '--logLevel', 'warn'];
  await mustRun('Building the console', 'npm', build);
  mkdirSync(join(root, '.cache'), { recursive: true });
  writeFileSync(stampPath, wanted);
}

/** One digest over everything the console is built from: its files, those of our packages it uses, and, for all others, the lock file. */
function digestOfConsoleSources() {
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  const manifest = JSON.parse(readFileSync(join(root, 'packages/console/package.json'), 'utf8'));
  const used = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter((name) => name.startsWith('@keelson/'))
    .map((name) => join('packages', name.slice('@keelson/'.length), 'src'));
  for (const file of ['packages/console', ...used].flatMap(sourcesBelow)) {
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

/** Files below a folder that are neither built nor tests, relative to the root. */
function sourcesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !/\/(dist|assets|node_modules)\/|\.test\.tsx?$/.test(path.slice(folder.length)))
    .sort();
}
