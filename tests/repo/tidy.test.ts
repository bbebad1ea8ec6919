import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, productSources, rooms, root, textOf } from './workspace.ts';

const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const isText = (path: string): boolean => /\.(ts|tsx|mjs|js|json|md|yml|yaml|css|html)$|\/run$/.test(path);

describe('the repository', () => {
  it('has a README in every package, with at least ten lines', () => {
    const short = rooms.filter(({ folder }) => {
      const path = join(folder, 'README.md');
      return !existsSync(join(root, path)) || textOf(path).trim().split('\n').length < 10;
    });
    expect(short.map(({ folder }) => folder)).toEqual([]);
  });

  it('has the commands of its packages in the tree, so that npm links them in a clone where nothing is built yet', () => {
    const commands = rooms.flatMap(({ folder, manifest }) =>
      Object.values(manifest.bin ?? {}).map((path) => join(folder, path)),
    );
    expect(commands).not.toEqual([]);
    expect(commands.filter((path) => !tracked.includes(path))).toEqual([]);
  });

  it('keeps download addresses out of the lock file', () => {
    expect(textOf('package-lock.json')).not.toMatch(/"resolved": "http/);
  });

  it('names files in kebab-case and gives each one a size a reader can take in', () => {
    const sources = rooms.flatMap(({ folder }) => productSources(folder));
    expect(sources.filter((path) => !/^[a-z0-9.-]+$/.test(path.split('/').at(-1) ?? ''))).toEqual([]);
    expect(sources.filter((path) => textOf(path).split('\n').length > 600)).toEqual([]);
  });

  it('leaves no test out and none alone', () => {
    const tests = ['packages', 'examples', 'tests'].flatMap((folder) =>
      filesBelow(folder, (path) => /\.test\.tsx?$/.test(path)),
    );
    const marks = /\b(it|test|describe)\.(skip|only|todo)\b/;
    expect(tests.filter((path) => path !== 'tests/repo/tidy.test.ts' && marks.test(textOf(path)))).toEqual([]);
  });

  it('names no folder of the machine it was made on', () => {
    const homes = /(?:^|[\s"'`(=])\/(?:root|work|home\/[a-z]+)\//m;
    expect(tracked.filter((path) => isText(path) && path !== 'package-lock.json' && homes.test(textOf(path)))).toEqual(
      [],
    );
  });

  it('has links in its documents that lead somewhere', () => {
    const dead = tracked
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...textOf(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)]
          .map((match) => join(path, '..', match[1] ?? ''))
          .filter((target) => !existsSync(join(root, target)))
          .map((target) => `${path} → ${target}`),
      );
    expect(dead).toEqual([]);
  });
});
