/**
 * npm run lock: writes package-lock.json anew and makes it whole. npm leaves an optional package of another platform out of the lock file
 * when the registry in use does not carry it, and `npm ci` then refuses the file everywhere. Name and version of such a package stand in
 * its parent's entry, its platform in its name: enough for npm to pass over it, or to fetch it where it is wanted.
 * --check only says what is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, mustRun, root, say } from './lib/run.mjs';

const path = join(root, 'package-lock.json');
const systems = ['android', 'darwin', 'freebsd', 'linux', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = {
  arm64: 'arm64',
  x64: 'x64',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  arm: 'arm',
};

/** What a package's name says of its platform: `@oxlint/binding-linux-arm64-musl`. */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = systems.filter((system) => words.includes(system));
  const cpu = Object.keys(processors).filter((processor) => words.includes(processor));
  if (os.length !== 1 || cpu.length !== 1) return undefined;
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : undefined;
  return { cpu, ...(libc === undefined ? {} : { libc }), os };
}

/** Optional packages that are wanted at an exact version and have no entry. */
function missingEntries(packages) {
  return Object.entries(packages).flatMap(([place, { optionalDependencies = {}, dev }]) =>
    Object.entries(optionalDependencies).flatMap(([name, version]) => {
      const known = [`${place}/node_modules/${name}`, `node_modules/${name}`].some((one) => one in packages);
      const platform = platformOf(name);
      if (known || platform === undefined || !/^\d/.test(version)) return [];
      const entry = {
        version,
        cpu: platform.cpu,
        ...(dev ? { dev } : {}),
        libc: platform.libc,
        optional: true,
        os: platform.os,
      };
      return [{ place: `node_modules/${name}`, entry }];
    }),
  );
}

await main(async () => {
  const check = process.argv.includes('--check');
  if (!check) {
    await mustRun('Writing the lock file', 'npm', [
      'install',
      '--package-lock-only',
      '--ignore-scripts',
      '--loglevel=error',
    ]);
  }
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = missingEntries(lock.packages);
  if (check) {
    for (const { place } of missing) say(`package-lock.json lacks ${place}; run: npm run lock`);
    return missing.length === 0 ? 0 : 1;
  }
  const byPlace = ([a], [b]) => (a === '' ? -1 : b === '' ? 1 : a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries(
    [...Object.entries(lock.packages), ...missing.map(({ place, entry }) => [place, entry])].sort(byPlace),
  );
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  say(`package-lock.json is whole (${missing.length} optional packages of other platforms added).`);
  return 0;
});
