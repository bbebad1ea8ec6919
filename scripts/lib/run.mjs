/** Running commands and saying so. Everything said goes to standard error: standard output belongs to what is started. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Root folder of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Says one line to the person at the terminal. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/** A step of a script that could not be done; its message is all that a reader needs. */
export class StepError extends Error {}

/**
 * Runs a command to its end with our terminal as its own; its standard output becomes standard error unless `stdout` is true.
 * Resolves with its exit code (1 for a signal); a Ctrl-C reaches it as it is in our process group.
 */
export function runToEnd(command, args, { cwd = root, env = {}, stdout = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', stdout ? 'inherit' : 2, 'inherit'],
    });
    const forward = (signal) => child.kill(signal);
    process.on('SIGTERM', forward);
    child.once('error', (cause) => reject(new StepError(`Cannot run ${command}: ${cause.message}`)));
    child.once('exit', (code) => {
      process.off('SIGTERM', forward);
      resolve(code ?? 1);
    });
  });
}

/** Runs a command that must succeed. */
export async function mustRun(what, command, args, options) {
  const code = await runToEnd(command, args, options);
  if (code !== 0) throw new StepError(`${what} failed (${command} ended with code ${code}).`);
}

/** What a short command prints, trimmed, or `undefined` where it is missing or fails. */
export function answerOf(command, args, { cwd = root } = {}) {
  const result = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: 60_000 });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** Runs a script's main function; a StepError ends it with one sentence and code 1. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    say(`\n${error.message}`);
    process.exitCode = 1;
  }
}
