import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Runtime } from '@keelson/runtime';
import { endSessionsOfDead, type SessionEnder, spawnSupervised } from '@keelson/supervisor';

/** A line of JSON that an entry point of this example prints. */
export type ChildLine = { readonly event: string } & Readonly<Record<string, unknown>>;

/** How a child is started. */
export interface ChildOptions {
  /** Entry point beside this file, without its ending: `worker-main` or `load-main`. */
  readonly entry: string;
  readonly args: readonly string[];
  readonly runtime: Runtime;
  /** Ends its sessions the moment it is dead. Left out, they last until their ttl. */
  readonly ender?: SessionEnder;
  readonly onLine: (line: ChildLine) => void;
  /** What it says on standard error, line by line. */
  readonly onComplaint: (text: string) => void;
}

/** How a child ended. */
export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running child. It stops by itself when this process goes away, however that happens: its standard input ends then. */
export class Child {
  readonly #process: ChildProcess;
  readonly #runtime: Runtime;
  readonly exited: Promise<ChildExit>;

  constructor(options: ChildOptions) {
    const path = fileURLToPath(new URL(`./${options.entry}.js`, import.meta.url));
    this.#runtime = options.runtime;
    this.#process = start([path, ...options.args], options);
    this.exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => resolve({ code, signal }));
      this.#process.once('error', () => resolve({ code: 1, signal: null }));
    });
    this.#process.stdin?.on('error', () => {});
    const { stdout, stderr } = this.#process;
    if (stdout !== null) createInterface({ input: stdout }).on('line', (text) => forward(text, options));
    if (stderr !== null) createInterface({ input: stderr }).on('line', options.onComplaint);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Asks it to stop, and after `graceMs` ends it. Resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.#process.kill('SIGTERM');
    const timer = this.#runtime.timers.after(graceMs, () => this.#process.kill('SIGKILL'));
    await this.exited;
    timer.cancel();
  }
}

function start(args: readonly string[], { ender, runtime, onComplaint }: ChildOptions): ChildProcess {
  const env = { ...process.env, KEELSON_STOP_ON_EOF: '1' };
  if (ender === undefined) return spawn(process.execPath, [...args], { stdio: ['pipe', 'pipe', 'pipe'], env });
  const child = spawnSupervised(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env });
  endSessionsOfDead(child, {
    runtime,
    ender,
    onEvent: (event) => {
      if (event.event === 'session-left')
        onComplaint(`its session ${event.session} lasts until its ttl: ${event.error.message}`);
    },
  });
  return child;
}

function forward(text: string, options: ChildOptions): void {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    options.onComplaint(text);
    return;
  }
  options.onLine(line as ChildLine);
}
