import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freePorts, spawnProcess } from './index.ts';

const index = fileURLToPath(new URL('../dist/index.js', import.meta.url));
const ASKED = 150;

/** Asks for ports and lives on, as they are its own only while it lives. */
const asker = `
  import { freePorts } from ${JSON.stringify(index)};
  console.log(JSON.stringify(await freePorts(${ASKED})));
  setInterval(() => {}, 60_000);`;

test('processes that ask side by side are never given the same port, though nobody listens yet', async () => {
  const askers = await Promise.all(
    Array.from({ length: 4 }, () => spawnProcess(process.execPath, ['--input-type=module', '-e', asker])),
  );
  try {
    const lines = await Promise.all(askers.map((asking) => asking.lineMatching(/^\[.*\]$/)));
    const given = [...lines.map(([line]) => JSON.parse(line) as number[]), await freePorts(ASKED)].flat();
    expect(given).toHaveLength(5 * ASKED);
    expect(new Set(given).size).toBe(given.length);
    expect(Math.min(...given)).toBeGreaterThan(11_000);
    expect(Math.max(...given)).toBeLessThan(32_768);
  } finally {
    await Promise.all(askers.map((asking) => asking.kill()));
  }
});

test('asking for ports does not keep a process alive', async () => {
  const asking = await spawnProcess(process.execPath, [
    '--input-type=module',
    '-e',
    `import { freePort } from ${JSON.stringify(index)}; console.log(await freePort());`,
  ]);
  expect(await asking.exited).toEqual({ code: 0, signal: null });
});
