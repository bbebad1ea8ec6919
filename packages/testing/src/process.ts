import { type ChildProcess, spawn } from 'node:child_process';
import { KeelsonError } from '@keelson/runtime';
import { guardProcessGroup, releaseProcessGroup } from './clean-up-guard.ts';
import { eventually, testRuntime } from './eventually.ts';
import { untilStopped } from './until-stopped.ts';

/** How to start a process. */
export interface SpawnOptions {
  /** What to call it in messages; default: the command. */
  readonly name?: string;
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with each whole line of standard output, without its end. */
  readonly onLine?: (line: string) => void;
  /** Written to standard input, which is then closed. */
  readonly input?: string;
}

/** How a process ended. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process in a group of its own. Its whole group dies with it, and with the test process. */
export interface ManagedProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when it has ended and its output is complete. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  readonly running: boolean;
  /** Standard output so far (the last megabyte). */
  stdout(): string;
  /** Standard error so far (the last megabyte). */
  stderr(): string;
  /** The first line of standard output that matches, past ones included. Rejects when the process ends first, or with `E_TIMEOUT` (default 15 s). */
  lineMatching(pattern: RegExp, options?: { readonly timeoutMs?: number }): Promise<RegExpExecArray>;
  /** Sends a signal to this process alone. */
  signal(name: NodeJS.Signals): void;
  /** SIGSTOP; returns when no thread of it runs any more. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
  /** SIGKILL to the whole group; resolves when it is gone. */
  kill(): Promise<ProcessExit>;
  /** SIGTERM, then SIGKILL after `graceMs` (default 5 s); resolves when the group is gone. */
  stop(options?: { readonly graceMs?: number }): Promise<ProcessExit>;
}

const KEPT_OUTPUT = 1_048_576;

/** Starts a process whose clean-up is certain. Rejects with `E_UNAVAILABLE` where it cannot be started. */
export async function spawnProcess(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<ManagedProcess> {
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: environment(options.env),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const name = options.name ?? command;
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) =>
      reject(new KeelsonError('E_UNAVAILABLE', `Cannot start ${name}: ${cause.message}.`, { cause })),
    );
  });
  child.stdin?.on('error', () => {}); // it may end without reading its input
  child.stdin?.end(options.input ?? '');
  return manage(child, name, options.onLine);
}

function environment(changes: SpawnOptions['env']): NodeJS.ProcessEnv {
  const merged: NodeJS.ProcessEnv = { ...process.env, ...changes };
  for (const [key, value] of Object.entries(merged)) if (value === undefined) delete merged[key];
  return merged;
}

function manage(child: ChildProcess, name: string, onLine: SpawnOptions['onLine']): ManagedProcess {
  const pid = child.pid;
  if (pid === undefined) throw new KeelsonError('E_INTERNAL', `${name} was started but has no pid.`);
  guardProcessGroup(pid);
  const output = collectOutput(child, onLine);
  let exit: ProcessExit | undefined;
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', () => {
      // What it left behind in its group would hold ports, folders and the output pipes.
      signalGroup(pid, 'SIGKILL');
      releaseProcessGroup(pid);
    });
    child.once('close', (code, signal) => {
      exit = { code, signal };
      resolve(exit);
    });
  });
  const kill = (): Promise<ProcessExit> => {
    if (exit === undefined) signalGroup(pid, 'SIGKILL');
    return exited;
  };
  const stop = async ({ graceMs = 5_000 }: { readonly graceMs?: number } = {}): Promise<ProcessExit> => {
    if (exit !== undefined) return exit;
    signalGroup(pid, 'SIGTERM');
    signalGroup(pid, 'SIGCONT');
    const timer = testRuntime.timers.after(graceMs, () => void kill(), { background: true });
    return exited.finally(() => timer.cancel());
  };
  const signal = (wanted: NodeJS.Signals): void => void child.kill(wanted);
  return {
    pid,
    exited,
    get running() {
      return exit === undefined;
    },
    ...output,
    lineMatching: (pattern, { timeoutMs = 15_000 } = {}) =>
      awaitLine(pattern, timeoutMs, { name, lines: output.stdout, errors: output.stderr, ended: () => exit }),
    signal,
    pause: () => {
      signal('SIGSTOP');
      untilStopped(pid, name);
    },
    resume: () => signal('SIGCONT'),
    kill,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function collectOutput(child: ChildProcess, onLine: SpawnOptions['onLine']): Pick<ManagedProcess, 'stdout' | 'stderr'> {
  let stdout = '';
  let stderr = '';
  let partial = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(-KEPT_OUTPUT);
    if (onLine === undefined) return;
    const lines = (partial + text).split('\n');
    partial = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_OUTPUT);
  });
  return { stdout: () => stdout, stderr: () => stderr };
}

async function awaitLine(
  pattern: RegExp,
  timeoutMs: number,
  source: { name: string; lines: () => string; errors: () => string; ended: () => ProcessExit | undefined },
): Promise<RegExpExecArray> {
  const found = await eventually(
    `a line ${pattern} from ${source.name}`,
    () => {
      const ended = source.ended();
      for (const line of source.lines().split('\n')) {
        const match = pattern.exec(line);
        if (match !== null) return match;
      }
      return ended;
    },
    { timeoutMs },
  );
  if (Array.isArray(found)) return found;
  const how = JSON.stringify(found);
  throw new KeelsonError('E_UNAVAILABLE', `${source.name} ended (${how}) before ${pattern}: ${source.errors()}`);
}

/** What a finished command said. */
export interface CommandResult extends ProcessExit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end, whatever its exit code; kills it and rejects with `E_TIMEOUT` after `timeoutMs` (default 30 s). */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { readonly timeoutMs?: number } = {},
): Promise<CommandResult> {
  const { timeoutMs = 30_000, ...rest } = options;
  const child = await spawnProcess(command, args, rest);
  let timedOut = false;
  const timer = testRuntime.timers.after(timeoutMs, () => {
    timedOut = true;
    void child.kill();
  });
  const exit = await child.exited.finally(() => timer.cancel());
  if (timedOut) {
    const said = child.stdout() + child.stderr();
    throw new KeelsonError('E_TIMEOUT', `${rest.name ?? command} did not end within ${timeoutMs} ms. It said: ${said}`);
  }
  return { ...exit, stdout: child.stdout(), stderr: child.stderr() };
}
