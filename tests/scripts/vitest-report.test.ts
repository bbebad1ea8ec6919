import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '@keelson/testing';
import { expect, test } from 'vitest';
import { addCounts, closingLine, countRun } from '../../scripts/lib/vitest-report.mjs';

interface FileResult {
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string }[];
}

const report = (testResults: readonly FileResult[], counts: Readonly<Record<string, number>> = {}): string =>
  JSON.stringify({
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    ...counts,
    testResults,
  });

async function counted(text: string | undefined, exitCode: number): Promise<unknown> {
  await using folder = await temporaryDirectory();
  const path = join(folder.path, 'report.json');
  if (text !== undefined) writeFileSync(path, text);
  return countRun(path, exitCode);
}

const fine = { status: 'passed', assertionResults: [{ status: 'passed' }] };

test('a run is counted as vitest counts it', async () => {
  const text = report([fine], { numPassedTests: 7, numFailedTests: 2, numPendingTests: 1, numTodoTests: 1 });
  expect(await counted(text, 1)).toEqual({ passed: 7, failed: 2, skipped: 2 });
});

test('a file that could not be loaded is a failure, though it has no test', async () => {
  const text = report([fine, { status: 'failed', assertionResults: [] }], { numPassedTests: 1 });
  expect(await counted(text, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
});

test('a run that ends with an error never reads "0 failed"', async () => {
  expect(await counted(report([fine], { numPassedTests: 1 }), 1)).toMatchObject({ failed: 1 });
  expect(await counted(undefined, 0)).toMatchObject({ failed: 1 });
});

test('the closing line names what was skipped only where something was', () => {
  const sum = addCounts({ passed: 1, failed: 0, skipped: 0 }, { passed: 2, failed: 1, skipped: 3 });
  expect(closingLine(sum)).toBe('3 passed, 1 failed, 3 skipped');
  expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
});
