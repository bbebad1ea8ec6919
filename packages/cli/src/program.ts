import { KeelsonError } from '@keelson/runtime';
import { Command, CommanderError } from 'commander';
import type { CommandIo } from './command-context.ts';
import { registerCluster } from './commands/cluster.ts';
import { registerCompletion } from './commands/completion.ts';
import { registerCoordination } from './commands/coordination.ts';
import { registerExplain } from './commands/explain.ts';
import { registerInstance } from './commands/instance.ts';
import { registerResource } from './commands/resource.ts';
import { registerRun } from './commands/run.ts';
import { registerServer } from './commands/server.ts';
import { registerStart } from './commands/start.ts';
import { registerStateModel } from './commands/state-model.ts';
import { registerStatus } from './commands/status.ts';
import { registerStore } from './commands/store.ts';
import { EndWith, exitCodeOf, exitCodes } from './exit-codes.ts';
import { errorText } from './output/output.ts';

const footer = `
Exit codes: 0 done, 1 failed, 2 wrong usage or refused input, 3 not found, 4 conflict, 5 server or store out of reach,
6 not allowed, 130 interrupted.

Environment: KEELSON_SERVER, KEELSON_TOKEN, KEELSON_CLUSTER, KEELSON_CA for commands that talk to a server; every option of
server and start as KEELSON_<OPTION>. NO_COLOR turns colours off.
`;

/** The whole command line. What a command needs beyond its options is loaded when it runs. */
export function createProgram(io: CommandIo, version: string): Command {
  const program = new Command('keelson')
    .description('Cluster management and governance: a server and its command line.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .showHelpAfterError(false)
    .addHelpText('after', footer);
  registerStart(program, io, version);
  registerServer(program, io, version);
  registerRun(program, io);
  registerStatus(program, io);
  registerExplain(program, io);
  registerCluster(program, io);
  registerInstance(program, io);
  registerResource(program, io);
  registerStateModel(program, io);
  registerCoordination(program, io);
  registerStore(program, io);
  registerCompletion(program, io);
  prepare(program, io);
  return program;
}

/** Commander must neither exit nor write by itself, in any command. */
function prepare(command: Command, io: CommandIo): void {
  command.exitOverride();
  command.configureOutput({
    writeOut: (text) => void io.stdout.write(text),
    writeErr: () => {}, // said by `run`, in the form of every other error
  });
  for (const child of command.commands) prepare(child, io);
}

/**
 * Runs one command line (`args` without node and script) and gives the exit code. Every error ends as one sentence on standard
 * error, or one JSON object with `--json`.
 */
export async function run(args: readonly string[], io: CommandIo, version: string): Promise<number> {
  const program = createProgram(io, version);
  try {
    // Without arguments: the server, ready to look at.
    await program.parseAsync(args.length === 0 ? ['start', '--no-example'] : [...args], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof EndWith) return error.exitCode;
    if (error instanceof CommanderError) return endOfCommander(program, error, args, io);
    if (io.signal.aborted) return exitCodes.interrupted;
    io.stderr.write(`${errorText(error, args.includes('--json'))}\n`);
    return exitCodeOf(error);
  }
}

function endOfCommander(program: Command, error: CommanderError, args: readonly string[], io: CommandIo): number {
  if (error.exitCode === 0) return exitCodes.ok; // --help and --version
  if (error.code === 'commander.help' && args.length > 0) {
    // A group without a command, `keelson cluster`: show what it has.
    const group = program.commands.find((command) => command.name() === args[0]) ?? program;
    io.stderr.write(group.helpInformation());
    return exitCodes.usage;
  }
  const message = error.message.replace(/^error: /, '').replace(/\.?$/, '.');
  const shown = `${message.charAt(0).toUpperCase()}${message.slice(1)} See \`keelson ${helpFor(program, args)}--help\`.`;
  io.stderr.write(`${errorText(new KeelsonError('E_INVALID_ARGUMENT', shown), args.includes('--json'))}\n`);
  return exitCodes.usage;
}

/** The words of `args` that name a command, for pointing at its help. */
function helpFor(program: Command, args: readonly string[]): string {
  let at: Command = program;
  let words = '';
  for (const arg of args) {
    const child = at.commands.find((command) => command.name() === arg);
    if (child === undefined) break;
    words += `${arg} `;
    at = child;
  }
  return words;
}
