import type { Command } from 'commander';
import { type CommandIo, wholeNumber } from '../command-context.ts';
import { isFalse, type ServerFlags, serverCommand, withEnvironment } from '../server-options.ts';
import type { StartFlags } from '../start/start.ts';

interface GivenFlags extends ServerFlags {
  /** Module of the example; `false` with `--no-example`. */
  readonly example?: string | false;
  readonly workers: number;
  readonly workerTtl: number;
}

/** `keelson start` */
export function registerStart(program: Command, io: CommandIo, version: string): void {
  serverCommand(
    program.command('start').description('run a server on free ports, with an example application where there is one'),
  )
    .option('--example <module>', 'module of the example to run beside the server (KEELSON_EXAMPLE)')
    .option('--no-example', 'the server alone')
    .option('--workers <number>', 'worker processes of the example', wholeNumber('--workers', 1, 100), 5)
    .option(
      '--worker-ttl <ms>',
      "how long a worker's session outlives silence, in milliseconds",
      wholeNumber('--worker-ttl', 500, 600_000),
      3_000,
    )
    .action(async (given: GivenFlags) => {
      const { start } = await import('../start/start.ts');
      await start(startFlags(given, io), io, version);
    });
}

function startFlags(given: GivenFlags, io: CommandIo): StartFlags {
  const { example: asked, ...rest } = withEnvironment(given, io.env);
  const wanted = io.env.KEELSON_EXAMPLE;
  const unwanted = isFalse(wanted) || (io.env.KEELSON_NO_EXAMPLE !== undefined && !isFalse(io.env.KEELSON_NO_EXAMPLE));
  // A flag wins over the variables; `--no-example` is a flag too.
  const example = asked === false || (asked === undefined && unwanted) ? undefined : (asked ?? wanted);
  return { ...rest, ...(example === undefined ? {} : { example }) };
}
