import { readdirSync, readFileSync } from 'node:fs';
import { KeelsonError } from '@keelson/runtime';
import { testRuntime } from './eventually.ts';

const PATIENCE_MS = 2_000;

/**
 * Returns once every thread of a process that was sent SIGSTOP stands still. The signal only asks for it: a thread that runs on another core may
 * answer a request or two before it looks. Where there is no /proc nothing is waited for. Throws `E_TIMEOUT` after 2 s.
 */
export function untilStopped(pid: number, name: string): void {
  const { clock } = testRuntime;
  const until = clock.monotonicMs() + PATIENCE_MS;
  while (threadStates(pid).some((state) => !isStill(state))) {
    if (clock.monotonicMs() > until)
      throw new KeelsonError('E_TIMEOUT', `${name} goes on ${PATIENCE_MS} ms after SIGSTOP.`);
  }
}

/** Stopped, being traced, or ended. */
const isStill = (state: string): boolean => 'TtZX'.includes(state);

/** The letters that /proc says of each thread; none where the process, or /proc, is not there. */
export function threadStates(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => stateOf(`/proc/${pid}/task/${thread}/stat`));
  } catch {
    return [];
  }
}

/** The third field; the second, the command in brackets, may hold anything. */
function stateOf(file: string): string[] {
  try {
    const stat = readFileSync(file, 'utf8');
    return [stat.charAt(stat.lastIndexOf(')') + 2)];
  } catch {
    return []; // it has ended meanwhile
  }
}
