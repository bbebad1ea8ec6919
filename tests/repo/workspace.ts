import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the repository. */
export const root: string = fileURLToPath(new URL('../../', import.meta.url));

/** The parts of a package.json that the tests of the repository look at. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** One package of the workspace. */
export interface Room {
  /** Folder relative to the root: `packages/store`. */
  readonly folder: string;
  /** Name of the folder: `store`. */
  readonly room: string;
  readonly manifest: Manifest;
}

/** Every package, `packages/*` and `examples/*`. */
export const rooms: readonly Room[] = ['packages', 'examples'].flatMap((parent) =>
  readdirSync(join(root, parent))
    .map((name) => join(parent, name))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({
      folder,
      room: basename(folder),
      manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest,
    })),
);

/** Packages that are published. */
export const published: readonly Room[] = rooms.filter(({ manifest }) => manifest.private !== true);

const skipped = new Set(['node_modules', 'dist', 'assets', 'fixtures', 'testdata', '.git', '.cache', 'coverage']);

/** Files below `folder` (relative to the root) for which `wanted` holds, relative to the root. */
export function filesBelow(folder: string, wanted: (path: string) => boolean): string[] {
  const absolute = join(root, folder);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(join(root, path)).isDirectory()) return skipped.has(name) ? [] : filesBelow(path, wanted);
    return wanted(path) ? [path] : [];
  });
}

/** What a user runs: TypeScript below `src` (and `app`) that is no test. */
export function productSources(folder: string): string[] {
  const isSource = (path: string): boolean => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path);
  return ['src', 'app'].flatMap((part) => filesBelow(join(folder, part), isSource));
}

/** The text of a file, by its path relative to the root. */
export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

/** Where a relative import of `from` points to, relative to the root. */
export const importTarget = (from: string, specifier: string): string =>
  relative(root, resolve(root, dirname(from), specifier));

/** `path:line`, as a reader can click it. */
export function place(path: string, text: string, offset: number): string {
  return `${path}:${text.slice(0, offset).split('\n').length}`;
}
