import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runCommand, temporaryDirectory } from '@keelson/testing';
import { expect, it } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const samples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);

it.each(samples.map((code, index) => [index + 1, code] as const))(
  'sample %i of the README runs and prints what it says',
  async (_, code) => {
    await using folder = await temporaryDirectory('readme');
    const file = join(folder.path, 'sample.mjs');
    // The samples are plain enough to be JavaScript as they stand; that they type-check is tested with all documents.
    writeFileSync(file, code.replace("'@keelson/placement'", JSON.stringify(built)));
    const { code: exit, stdout, stderr } = await runCommand(process.execPath, [file]);
    expect(exit, stderr).toBe(0);
    const promised = [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(([, line = '']) => line);
    expect(promised).not.toEqual([]);
    expect(stdout.trim().split('\n')).toEqual(promised);
  },
);

it('has a first solve of at most fifteen lines', () => {
  expect(samples[0]?.trim().split('\n').length).toBeLessThanOrEqual(15);
});
