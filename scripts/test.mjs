/**
 * npm test [-- vitest arguments]: set-up with the real servers, types of the tests, unit tests, then the tests with real servers and
 * processes. The last line counts. Non-zero when a test failed, or when something did not run for want of a server.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { servers } from '../packages/testing/servers.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { installServers, SERVERS_FOR_TESTS, sayMissing } from './lib/install-servers.mjs';
import { main, runToEnd, say } from './lib/run.mjs';
import { addCounts, closingLine, countRun } from './lib/vitest-report.mjs';

const extra = process.argv.slice(2);

/** One pass of vitest per project: unit tests first, as they are quick; who names a project gets that one alone. */
const passes = extra.some((argument) => argument.startsWith('--project'))
  ? [[]]
  : [
      ['--project', 'unit'],
      ['--project', 'conformance'],
      ['--project', 'integration'],
    ];

async function runPass(project, index, folder) {
  const report = join(folder, `report-${index}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const code = await runToEnd(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--passWithNoTests', ...project, ...reporters, ...extra],
    { env: { KEELSON_NOT_RUN_FILE: join(folder, 'not-run') }, stdout: true },
  );
  return countRun(report, code);
}

/** What `tsc -b` does not look at: tests, and the console's application, which Vite compiles without checking. */
async function checkTypes() {
  say('Checking the types of the tests and of the console.');
  let failed = 0;
  for (const project of ['tsconfig.tests.json', 'packages/console/app']) {
    const code = await runToEnd(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project]);
    if (code === 0) continue;
    failed += 1;
    say(`The types of ${project} do not check: counted as one failure.`);
  }
  return { passed: 0, failed, skipped: 0 };
}

/** Which servers tests asked for in vain. */
function notRun(folder) {
  const notes = join(folder, 'not-run');
  return existsSync(notes) ? [...new Set(readFileSync(notes, 'utf8').trim().split('\n'))] : [];
}

await main(async () => {
  await ensureDependencies();
  await ensureBuilt();
  const missing = await installServers(SERVERS_FOR_TESTS);
  const folder = mkdtempSync(join(tmpdir(), 'keelson-npm-test-'));
  try {
    let counts = await checkTypes();
    for (const [index, project] of passes.entries()) {
      counts = addCounts(counts, await runPass(project, index, folder));
    }
    const left = notRun(folder);
    for (const name of left) say(`Did not run: the tests that need ${servers[name].title}.`);
    sayMissing(missing);
    process.stdout.write(`\n${closingLine(counts)}\n`);
    // Without Go the newer etcd is not to be had, and Debian's carries the tests; anything else left out is no success, and in CI nothing may be.
    const excusable = missing.filter(({ optional }) => optional && process.env.CI !== 'true');
    const excused = new Set(excusable.map(({ name }) => name));
    const lacking = [...new Set([...missing.map(({ name }) => name), ...left])].filter((name) => !excused.has(name));
    return counts.failed > 0 || lacking.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
