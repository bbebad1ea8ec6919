import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnProcess, temporaryDirectory } from '@keelson/testing';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectedOutput, sdkSample } from './readme.ts';
import { startKeelson } from './start-keelson.ts';
import { published, type Room, root } from './workspace.ts';

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
const tarballs = new Map<string, string>();

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  await using child = await spawnProcess(command, args, { cwd });
  const { code } = await child.exited;
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${child.stdout()}${child.stderr()}`);
  return child.stdout();
}

beforeAll(async () => {
  folder = await temporaryDirectory();
  const packs = join(folder.path, 'packs');
  mkdirSync(packs);
  const spaces = published.flatMap(({ folder: room }) => ['-w', room]);
  const listing = await run(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', packs, ...spaces],
    root,
  );
  for (const packed of parsePacked(listing)) tarballs.set(packed.name, join(packs, packed.filename));
}, 240_000);
afterAll(() => folder[Symbol.asyncDispose]());

interface Packed {
  readonly name: string;
  readonly filename: string;
}

/** npm 10 prints a list, npm 11 and newer an object by name. */
function parsePacked(listing: string): Packed[] {
  const parsed = JSON.parse(listing) as Packed[] | Record<string, Packed>;
  return Array.isArray(parsed) ? parsed : Object.values(parsed);
}

/** The package and every package of the workspace that it needs. */
function closure(name: string, seen: Set<string> = new Set()): Set<string> {
  const room = published.find(({ manifest }) => manifest.name === name);
  if (room === undefined || seen.has(name)) return seen;
  seen.add(name);
  for (const needed of Object.keys(room.manifest.dependencies ?? {})) closure(needed, seen);
  return seen;
}

/** An empty project with the packed packages in it, from their tarballs, and nothing else. */
async function projectWith(name: string, ...packages: string[]): Promise<string> {
  const project = join(folder.path, name);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'a-user', private: true, type: 'module' }));
  const wanted = new Set(packages.flatMap((one) => [...closure(one)]));
  const files = [...wanted].map((one) => tarballs.get(one) ?? `${one} was not packed`);
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...files], project);
  return project;
}

function installed(project: string): string[] {
  const modules = join(project, 'node_modules');
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    )
    .sort();
}

describe('packages', () => {
  it.each(published.map((room: Room) => [room.manifest.name, room.folder] as const))(
    '%s is as npm users expect',
    async (_, room) => {
      const { messages } = await publint({ pkgDir: join(root, room), strict: true });
      expect(messages).toEqual([]);
    },
  );

  it('holds nothing but what it needs to join a cluster over etcd, and the sample of the README runs there', async () => {
    const project = await projectWith('joins', '@keelson/cluster', '@keelson/store-etcd', '@keelson/runtime');
    const names = installed(project);
    expect(names.filter((name) => !name.startsWith('@keelson/'))).toEqual([]);
    expect(names).not.toContain('@keelson/server');
    const sample = sdkSample();
    // That the sample type-checks is tested beside the README; here it only has to run.
    writeFileSync(join(project, 'sample.ts'), sample.code);
    const compile = ['--noCheck', '--module', 'nodenext', '--target', 'es2023', '--ignoreConfig', 'sample.ts'];
    await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...compile], project);
    await using server = await startKeelson();
    await using program = await spawnProcess(process.execPath, ['sample.js'], {
      cwd: project,
      env: { KEELSON_STORE: server.storeUrl },
    });
    expect(await program.exited).toMatchObject({ code: 0 });
    for (const line of expectedOutput(sample)) expect(program.stdout()).toContain(line);
  });

  it('runs the server with its console from the package keelson', async () => {
    const project = await projectWith('serves', 'keelson');
    const program = join(project, 'node_modules/keelson/bin/keelson.js');
    expect(existsSync(program)).toBe(true);
    await using server = await startKeelson(program);
    const page = await fetch(server.console);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>');
    const clusters = await fetch(`${server.console}/api/v1/clusters`);
    expect(await clusters.json()).toEqual({ clusters: [] });
  });
});
