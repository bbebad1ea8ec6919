import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { testRuntime } from './eventually.ts';
import { type ManagedProcess, spawnProcess } from './process.ts';

interface Pause {
  /** Wall time of its end, in milliseconds. */
  readonly untilMs: number;
  readonly lateMs: number;
}

/** Pauses that are kept. */
const KEPT = 10_000;

/**
 * Notices when the machine, which others share, holds everybody up: a timer is late in a process of its own that does nothing else. So a pause of the
 * machine is measured and not presumed, and what keeps the test itself busy is none.
 */
export class StallWatch implements AsyncDisposable {
  readonly #process: ManagedProcess;
  readonly #pauses: Pause[];

  private constructor(probe: ManagedProcess, pauses: Pause[]) {
    this.#process = probe;
    this.#pauses = pauses;
  }

  /** Starts the process; needs the built package. */
  static async start(): Promise<StallWatch> {
    const pauses: Pause[] = [];
    const onLine = (line: string): void => {
      if (!line.startsWith('{')) return;
      pauses.push(JSON.parse(line) as Pause);
      if (pauses.length > KEPT) pauses.shift();
    };
    const entry = fileURLToPath(new URL('../dist/stall-probe.js', import.meta.url));
    const probe = await spawnProcess(process.execPath, [entry], { name: 'stall probe', onLine });
    await probe.lineMatching(/ready/);
    return new StallWatch(probe, pauses);
  }

  /** The longest that the process was not let run in the last so many milliseconds. */
  longestMs(withinMs: number): number {
    const sinceMs = testRuntime.clock.wallMs() - withinMs;
    return Math.max(0, ...this.#pauses.filter(({ untilMs }) => untilMs > sinceMs).map(({ lateMs }) => lateMs));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process.kill();
  }
}
