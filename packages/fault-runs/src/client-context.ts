import type { Random, Runtime } from '@keelson/runtime';
import type { ClientLine } from './line.ts';
import type { Resource } from './resource.ts';

/** What every part of a client process shares. */
export interface ClientContext {
  /** Name of the process. */
  readonly client: string;
  readonly runtime: Runtime;
  readonly resource: Resource;
  readonly random: Random;
  /** Trips when the process is asked to end. */
  readonly stopping: AbortSignal;
}

/** Writes a line down. Pipes are written at once on POSIX, so what was said before a kill is known. */
export function say(line: ClientLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
