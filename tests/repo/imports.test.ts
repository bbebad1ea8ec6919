import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, it } from 'vitest';
import { importTarget, place, productSources, type Room, rooms, root, textOf } from './workspace.ts';

/** The house, from the ground up. A room may import rooms of lower floors only; rooms of one floor do not know each other. */
const floors: readonly (readonly string[])[] = [
  ['runtime', 'placement', 'linearizability'],
  ['etcd-protocol', 'zookeeper-client'],
  ['store'],
  ['store-embedded', 'store-etcd', 'store-zookeeper', 'etcd-endpoint', 'coordination'],
  ['cluster', 'supervisor'],
  ['server', 'simulation'],
  ['console'],
  ['cli', 'replicated-kv', 'fault-runs'],
];

/** Stands beside the house: only tests may use it, and what is a test as a whole. */
const testing = 'testing';
const onlyTests: readonly string[] = [testing, 'fault-runs'];

const floorOf = (room: string): number => floors.findIndex((floor) => floor.includes(room));
const builtins = new Set(builtinModules);

interface Import {
  readonly path: string;
  readonly specifier: string;
  readonly at: string;
}

function importsOf(path: string): Import[] {
  const text = textOf(path);
  const { module } = parseSync(path, text);
  const requests = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest),
    ...module.staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest)),
  ];
  const fixed = requests.flatMap((request) =>
    request == null ? [] : [{ path, specifier: request.value, at: place(path, text, request.start) }],
  );
  const dynamic = module.dynamicImports.flatMap(({ moduleRequest: { start, end } }) => {
    const literal = /^['"](.*)['"]$/.exec(text.slice(start, end));
    return literal?.[1] === undefined ? [] : [{ path, specifier: literal[1], at: place(path, text, start) }];
  });
  return [...fixed, ...dynamic];
}

const bareName = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const everyImport = rooms.flatMap((room) =>
  productSources(room.folder).flatMap((path) => importsOf(path).map((found) => ({ ...found, room }))),
);

const roomOfPackage = (name: string): Room | undefined => rooms.find(({ manifest }) => manifest.name === name);

describe('imports', () => {
  it('knows the floor of every room', () => {
    const unknown = rooms.map(({ room }) => room).filter((room) => room !== testing && floorOf(room) === -1);
    expect(unknown).toEqual([]);
  });

  it('go down only', () => {
    const upward = everyImport.flatMap(({ room, specifier, at }) => {
      const target = roomOfPackage(bareName(specifier));
      if (target === undefined || target === room || room.room === testing) return [];
      const mayBeUsed = target.room !== testing || onlyTests.includes(room.room);
      const allowed = mayBeUsed && floorOf(target.room) < floorOf(room.room);
      return allowed ? [] : [`${at} imports ${specifier}`];
    });
    expect(upward).toEqual([]);
  });

  it('never go past the public face of another package', () => {
    const past = everyImport.flatMap(({ specifier, at }) => {
      const target = roomOfPackage(bareName(specifier));
      if (target === undefined) return [];
      const face = `.${specifier.slice(target.manifest.name.length)}`;
      return face in (target.manifest.exports ?? {}) ? [] : [`${at} imports ${specifier}`];
    });
    expect(past).toEqual([]);
  });

  it('stay inside the package where they are relative, and never go past the index of a folder', () => {
    const astray = everyImport.flatMap(({ room, path, specifier, at }) => {
      if (!specifier.startsWith('.')) return [];
      const target = importTarget(path, specifier);
      if (!target.startsWith(room.folder)) return [`${at} imports ${specifier}`];
      const from = dirname(path);
      const folder = dirname(target);
      const inside = from === folder || from.startsWith(`${folder}/`) || folder.startsWith(`${from}/`);
      const hasFace = existsSync(join(root, folder, 'index.ts'));
      return inside || !hasFace || target.endsWith('/index.ts') ? [] : [`${at} imports ${specifier}`];
    });
    expect(astray).toEqual([]);
  });

  it('name only packages that the manifest declares', () => {
    const undeclared = everyImport.flatMap(({ room, path, specifier, at }) => {
      if (specifier.startsWith('.') || specifier.startsWith('node:')) return [];
      const name = bareName(specifier);
      const { dependencies, peerDependencies, devDependencies } = room.manifest;
      // The browser application is bundled, so what it uses is not installed with the package.
      const bundled = path.startsWith('packages/console/app') ? devDependencies : undefined;
      const declared = { ...dependencies, ...peerDependencies, ...bundled };
      return name === room.manifest.name || name in declared ? [] : [`${at} imports ${specifier}`];
    });
    expect(undeclared).toEqual([]);
  });

  it("write Node's own modules with node:", () => {
    expect(everyImport.filter(({ specifier }) => builtins.has(specifier)).map(({ at }) => at)).toEqual([]);
  });
});

describe('dependencies', () => {
  it('are all used', () => {
    const idle = rooms.flatMap(({ folder, manifest }) => {
      const used = new Set(
        everyImport.filter(({ room }) => room.folder === folder).map(({ specifier }) => bareName(specifier)),
      );
      return Object.keys(manifest.dependencies ?? {})
        .filter((name) => !used.has(name))
        .map((name) => `${folder}: ${name}`);
    });
    expect(idle).toEqual([]);
  });
});
