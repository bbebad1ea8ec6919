import { type Random, type Runtime, sleep } from '@keelson/runtime';
import type { ClientLine } from '../line.ts';
import type { Resource } from '../resource.ts';

/** What every part of a client process shares. */
export interface ClientContext {
  /** Name of the process: who it is, and how often it was started. */
  readonly client: string;
  readonly runtime: Runtime;
  readonly resource: Resource;
  readonly random: Random;
  /** Trips when the process is asked to end. */
  readonly stopping: AbortSignal;
  /** Writes a line down. */
  readonly say: (line: ClientLine) => void;
}

/** Writes a line to standard output. Pipes are written at once on POSIX, so what was said before a kill is known. */
export function sayAloud(line: ClientLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/**
 * Does `work` again and again until the process is asked to end or `until` trips, once in `everyMs` (give or take a half, by chance) as long as it takes no
 * longer than that: a run of hours must leave its machine to others, and its histories must stay small enough to be judged.
 */
export async function everySoOften(
  { runtime, random, stopping }: ClientContext,
  everyMs: number,
  work: () => Promise<void>,
  until?: AbortSignal,
): Promise<void> {
  const ended = (): boolean => stopping.aborted || until?.aborted === true;
  while (!ended()) {
    const dueMs = runtime.clock.monotonicMs() + everyMs / 2 + random.integer(everyMs);
    await work();
    const restMs = Math.max(1, dueMs - runtime.clock.monotonicMs());
    await sleep(runtime, restMs, { signal: stopping }).catch(() => {}); // the loop sees it
  }
}
