import { fileURLToPath } from 'node:url';
import { runCommand } from '@keelson/testing';
import { expect, test } from 'vitest';

const program = fileURLToPath(new URL('programs/reset-while-receiving.mjs', import.meta.url));

test('calls that are given up while answers are being read end neither the process nor leave watches behind', async () => {
  const { code, stdout, stderr } = await runCommand(process.execPath, [program], { timeoutMs: 60_000 });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({ answered: true, givenUp: true });
});
