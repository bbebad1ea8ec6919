/** npm's packages: installed exactly as package-lock.json says. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun, root, runToEnd, say } from './run.mjs';

const readLock = (path) => JSON.parse(readFileSync(join(root, path), 'utf8')).packages;

/**
 * Whether node_modules holds what package-lock.json asks for. npm keeps a lock of what it really installed beside the packages, so
 * no stamp of ours is needed and a hand-made `npm install` counts too. Optional packages of other platforms are rightly absent.
 */
function areDependenciesInstalled() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json'))) return false;
  const installed = readLock('node_modules/.package-lock.json');
  return Object.entries(readLock('package-lock.json')).every(([place, wanted]) => {
    if (!place.includes('node_modules/')) return true;
    if (wanted.link === true) return existsSync(join(root, place));
    return installed[place] === undefined ? wanted.optional === true : installed[place].version === wanted.version;
  });
}

/** Installs npm's packages unless they are there. */
export async function ensureDependencies() {
  if (areDependenciesInstalled()) return;
  say('Installing the npm packages that package-lock.json names (once; about a minute).');
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error'];
  if ((await runToEnd('npm', ['ci', ...quietly])) === 0) return;
  // `npm ci` wants a lock file that is whole for every platform, which a registry with gaps cannot give; this takes the same versions from it.
  say('npm ci did not accept package-lock.json (`npm run lock` mends it); installing what it names all the same.');
  await mustRun('Installing npm packages', 'npm', ['install', '--no-save', ...quietly]);
}
