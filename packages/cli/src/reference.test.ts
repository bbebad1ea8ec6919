import { readFileSync } from 'node:fs';
import { systemRuntime } from '@keelson/runtime';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { createProgram } from './program.ts';

const page = readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8');
const quiet = { write: () => true };
const program = createProgram(
  { stdout: quiet, stderr: quiet, env: {}, signal: new AbortController().signal, runtime: systemRuntime() },
  '0',
);

function commandsBelow(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...commandsBelow(child)]);
}

test('the reference page names every command and every option', () => {
  const commands = commandsBelow(program).filter((command) => command.name() !== 'help');
  expect(commands.length).toBeGreaterThan(30);
  const missing = commands.flatMap((command) => {
    const group = command.parent === program ? `## \`keelson ${command.name()}` : `\`${command.name()}`;
    const options = command.options.map((option) => option.long ?? '').filter((long) => !page.includes(long));
    return [...(page.includes(group) ? [] : [group]), ...options];
  });
  expect(missing).toEqual([]);
});

test('every exit code of the help is on the page', () => {
  for (const code of [0, 1, 2, 3, 4, 5, 6, 130]) expect(page).toContain(`| ${code} |`);
});
