import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnProcess, temporaryDirectory } from '@keelson/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks, expectedOutput, sdkSample } from './readme.ts';
import { startKeelson } from './start-keelson.ts';
import { filesBelow, root, textOf } from './workspace.ts';

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  folder = await temporaryDirectory();
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'));
  writeFileSync(join(folder.path, 'package.json'), '{"type":"module"}');
});
afterAll(() => folder[Symbol.asyncDispose]());

const pages = [
  'README.md',
  ...['docs', 'packages', 'examples'].flatMap((part) => filesBelow(part, (path) => path.endsWith('.md'))),
];
/** Blocks that begin with an import stand alone; others are excerpts. */
const samples = pages.flatMap((page) =>
  codeBlocks(page).filter(({ language, code }) => language === 'ts' && /^import /m.test(code)),
);

describe('code in the documents', () => {
  it('compiles, every block that stands alone', async () => {
    const names = samples.map((sample, index) => {
      const name = `sample-${index}.ts`;
      writeFileSync(join(folder.path, name), `// ${sample.at}\n${sample.code}`);
      return name;
    });
    const compilerOptions = {
      rootDir: folder.path,
      outDir: join(folder.path, 'out'),
      types: ['node'],
      composite: false,
    };
    const config = {
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: { ...compilerOptions, isolatedDeclarations: false },
      files: names,
    };
    writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    await using compiler = await spawnProcess(process.execPath, [tsc, '-p', folder.path], { cwd: folder.path });
    const { code } = await compiler.exited;
    expect(compiler.stdout()).toBe('');
    expect(code).toBe(0);
    expect(samples.length).toBeGreaterThan(0);
  });

  it('runs, the one that shows how to join a cluster, and prints what it says', async () => {
    const sample = sdkSample();
    const index = samples.findIndex(({ at }) => at === sample.at);
    await using server = await startKeelson();
    await using program = await spawnProcess(process.execPath, [join(folder.path, 'out', `sample-${index}.js`)], {
      env: { KEELSON_STORE: server.storeUrl },
    });
    const { code } = await program.exited;
    expect(program.stderr()).toBe('');
    for (const line of expectedOutput(sample)) expect(program.stdout()).toContain(line);
    expect(expectedOutput(sample)).not.toEqual([]);
    expect(code).toBe(0);
  });

  it('has the two commands on the first screen of the README', () => {
    const firstScreen = textOf('README.md').split('\n').slice(0, 40).join('\n');
    expect(firstScreen).toContain('npm start');
    expect(firstScreen).toContain('npm test');
  });
});
