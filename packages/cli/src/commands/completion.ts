import { KeelsonError } from '@keelson/runtime';
import type { Command } from 'commander';
import type { CommandIo } from '../command-context.ts';
import { completionScript, type Shell, shells } from '../completion.ts';

/** `keelson completion <shell>` */
export function registerCompletion(program: Command, io: CommandIo): void {
  program
    .command('completion <shell>')
    .description(`print a script that completes commands and options (${shells.join(', ')})`)
    .action((shell: string) => {
      const known = shells.find((one): one is Shell => one === shell);
      if (known === undefined)
        throw new KeelsonError(
          'E_INVALID_ARGUMENT',
          `There is completion for ${shells.join(', ')}, not for \`${shell.slice(0, 50)}\`.`,
        );
      io.stdout.write(completionScript(program, known));
    });
}
