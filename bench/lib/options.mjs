/** What every bench may be told, and how it says what it does. */
import process from 'node:process';

export const quick = process.argv.includes('--quick');
export const json = process.argv.includes('--json');

/** Progress, on standard error: standard output is the figures' alone. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}
