/** Other people's locks, built by their own means. Each function gives the command that contends, or says why there is none. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findExecutable } from '../../packages/testing/servers.mjs';

const BUILD_MS = 600_000;
const folder = (name) => fileURLToPath(new URL(`./${name}`, import.meta.url));

/** etcd's Go client, `concurrency.Mutex`, built into `target`. */
export function buildGoMutex(target) {
  if (findExecutable('go') === undefined) return { why: 'Go is not here' };
  const program = join(target, 'go-mutex');
  const why = failureOf('go', ['build', '-o', program, '.'], folder('etcd-go'));
  return why === undefined ? { command: (...args) => [program, ...args] } : { why };
}

/** Curator's InterProcessMutex, from Maven Central. */
export function buildCurator() {
  for (const program of ['java', 'mvn'])
    if (findExecutable(program) === undefined) return { why: `${program} is not here` };
  const cwd = folder('curator');
  const why = failureOf('mvn', ['-B', '-q', 'compile', 'dependency:copy-dependencies'], cwd);
  const classPath = `${join(cwd, 'target/classes')}:${join(cwd, 'target/dependency/*')}`;
  return why === undefined
    ? { command: (...args) => ['java', '-cp', classPath, 'keelson.bench.Contention', ...args] }
    : { why };
}

function failureOf(program, args, cwd) {
  const built = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: BUILD_MS });
  if (built.status === 0) return undefined;
  return `${program} could not build it: ${(built.stderr || built.stdout || 'it took too long').trim().split('\n').at(-1)}`;
}
