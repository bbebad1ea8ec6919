import process from 'node:process';
import { isKeelsonError, onAbort, type Runtime, systemRuntime } from '@keelson/runtime';

/** What an entry point gets. */
export interface Main {
  readonly runtime: Runtime;
  readonly argv: readonly string[];
  /** Trips on SIGTERM, on SIGINT, and when the process that started this one has gone away. */
  readonly signal: AbortSignal;
  /** Writes one JSON object as a line to standard output. */
  readonly print: (line: Readonly<Record<string, unknown>>) => void;
}

/** A process that is asked to stop is gone after this long, whatever it waits for. */
const STOP_LIMIT_MS = 3_500;

/**
 * Runs an entry point until it is done or told to stop. Exit codes: 0 done, 2 wrong flags, 1 anything else, with one sentence on
 * standard error. With `KEELSON_STOP_ON_EOF=1` the end of standard input stops it too, so that no child outlives its launcher.
 */
export async function runMain(main: (context: Main) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stop.abort(new Error(name)));
  if (process.env.KEELSON_STOP_ON_EOF === '1') {
    process.stdin.resume();
    process.stdin.once('end', () => stop.abort(new Error('the launcher has gone')));
    process.stdin.once('error', () => stop.abort(new Error('the launcher has gone')));
  }
  const runtime = systemRuntime();
  onAbort(stop.signal, () => runtime.timers.after(STOP_LIMIT_MS, () => process.exit(1), { background: true }));
  process.stdout.on('error', () => stop.abort(new Error('nobody reads the output')));
  const print = (line: Readonly<Record<string, unknown>>): void => {
    process.stdout.write(`${JSON.stringify(line)}\n`);
  };
  try {
    await main({ runtime, argv: process.argv.slice(2), signal: stop.signal, print });
    process.exit(0);
  } catch (error) {
    if (stop.signal.aborted) process.exit(0);
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(isKeelsonError(error, 'E_INVALID_ARGUMENT') ? 2 : 1);
  }
}
