import process from 'node:process';
import { KeelsonError } from '@keelson/runtime';
import type { RestartRule, SupervisorEvent } from '@keelson/supervisor';
import type { Command } from 'commander';
import { type CommandIo, wholeNumber } from '../command-context.ts';
import { EndWith } from '../exit-codes.ts';

interface RunFlags {
  readonly store?: string;
  readonly restart: RestartRule;
  readonly restartDelay: number;
  readonly restartDelayMax: number;
  readonly stableAfter: number;
  readonly stopTimeout: number;
  readonly json?: boolean;
}

/** Passed on. SIGUSR1 is Node's own, and SIGKILL and SIGSTOP cannot be caught. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'SIGUSR2', 'SIGWINCH'] as const;

const milliseconds = (option: string, least: number): ((text: string) => number) =>
  wholeNumber(option, least, 86_400_000);

/** `keelson run` */
export function registerRun(program: Command, io: CommandIo): void {
  program
    .command('run <command...>')
    .description('run a process, start it again when it fails, and end its sessions the moment it is dead')
    .option('--store <url>', 'store to end sessions in; default: the one each session is announced with')
    .option('--restart <rule>', 'always, on-failure or never', restartRule, 'on-failure')
    .option(
      '--restart-delay <ms>',
      'longest first wait before a restart; doubles each time',
      milliseconds('--restart-delay', 1),
      200,
    )
    .option('--restart-delay-max <ms>', 'longest wait before a restart', milliseconds('--restart-delay-max', 1), 30_000)
    .option(
      '--stable-after <ms>',
      'a process that ran this long begins with the first wait again',
      milliseconds('--stable-after', 1),
      60_000,
    )
    .option(
      '--stop-timeout <ms>',
      'kill a process that was asked to stop after this long; 0: never',
      milliseconds('--stop-timeout', 0),
      30_000,
    )
    .option('--json', 'write events as JSON, one a line, on standard error')
    .action(async (command: readonly string[], flags: RunFlags) => {
      throw new EndWith(await runSupervised(command, flags, io));
    });
}

function restartRule(text: string): RestartRule {
  if (text === 'always' || text === 'on-failure' || text === 'never') return text;
  throw new KeelsonError(
    'E_INVALID_ARGUMENT',
    `--restart takes always, on-failure or never, not \`${text.slice(0, 50)}\`.`,
  );
}

async function runSupervised(words: readonly string[], flags: RunFlags, io: CommandIo): Promise<number> {
  const [command = '', ...args] = words;
  const { sessionEnder, spawnSupervised, Supervisor } = await import('@keelson/supervisor');
  const { runtime } = io;
  const ender = sessionEnder({ runtime, ...(flags.store === undefined ? {} : { store: flags.store }) });
  const supervisor = new Supervisor({
    runtime,
    ender,
    // A group of its own: Ctrl-C reaches it once, passed on, and it survives this process.
    start: () => spawnSupervised(command, args, { stdio: ['inherit', 'inherit', 'inherit'], detached: true }),
    restart: flags.restart,
    backOff: { baseMs: flags.restartDelay, capMs: flags.restartDelayMax, stableMs: flags.stableAfter },
    stopTimeoutMs: flags.stopTimeout,
    onEvent: (event) => io.stderr.write(`${flags.json === true ? eventJson(event) : eventText(event)}\n`),
  });
  const passOn = (signal: NodeJS.Signals): void => supervisor.signal(signal);
  for (const name of SIGNALS) process.on(name, passOn);
  // Nobody reads the log any more: the process is looked after all the same.
  process.stderr.on('error', () => {});
  try {
    return await supervisor.run();
  } finally {
    for (const name of SIGNALS) process.off(name, passOn);
    await ender.close();
  }
}

/** Errors as what they say: an `Error` itself has no fields in JSON. */
function eventJson(event: SupervisorEvent): string {
  return JSON.stringify(event, (_, value: unknown) => (value instanceof Error ? value.message : value));
}

function eventText(event: SupervisorEvent): string {
  const text = sentenceOf(event);
  return `keelson run: ${text}`;
}

function sentenceOf(event: SupervisorEvent): string {
  switch (event.event) {
    case 'started':
      return `started process ${event.pid}`;
    case 'exited':
      return `process ${event.pid} has ended (${event.signal ?? `exit code ${event.code}`})`;
    case 'restarting':
      return `starting again in ${Math.round(event.inMs)} ms`;
    case 'signal':
      return `${event.signal} passed on to process ${event.pid}`;
    case 'killed':
      return `process ${event.pid} did not end within ${event.afterMs} ms and was killed`;
    case 'session':
      return `process ${event.pid} holds session ${event.session}`;
    case 'session-ended':
      return `session ${event.session} ended, ${Math.round(event.afterMs)} ms after process ${event.pid}`;
    case 'session-left':
      return `session ${event.session} could not be ended and lasts until its ttl: ${event.error.message}`;
  }
}
