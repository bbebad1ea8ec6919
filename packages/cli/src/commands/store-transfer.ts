import type { Command } from 'commander';
import type { CommandIo } from '../command-context.ts';

const addresses =
  'embedded:FOLDER (of a server that is stopped), etcd://host:port,…[/prefix] (a running server too) or zookeeper://host:port,…[/chroot]';

/** Flags of `keelson store copy`. */
export interface CopyFlags {
  readonly from: string;
  readonly to: string;
  readonly path: string;
  readonly deleteExtra?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** Flags of `keelson store export`. */
export interface ExportFlags {
  readonly from: string;
  readonly path: string;
  readonly out: string;
  readonly json?: boolean;
}

/** Flags of `keelson store import`. */
export interface ImportFlags {
  readonly to: string;
  readonly in: string;
  readonly merge?: boolean;
  readonly json?: boolean;
}

/** `keelson store copy|export|import`: from store to store, without a server between. The drivers are loaded when they are needed. */
export function registerStoreTransfer(store: Command, io: CommandIo): void {
  const actions = () => import('./store-transfer-actions.ts');
  store
    .command('copy')
    .description('copy a store to another, of any engine, while it is in use')
    .requiredOption('--from <store>', `the store to copy: ${addresses}`)
    .requiredOption('--to <store>', 'the store to copy to')
    .option('--path <path>', 'only what stands at and below this path', '/')
    .option('--delete-extra', 'delete what the target holds there and the source does not')
    .option('--follow', 'go on copying what changes until Ctrl-C, then compare once more')
    .option('--json', 'print JSON, for programs')
    .action(async (flags: CopyFlags) => (await actions()).copy(io, flags));
  store
    .command('export')
    .description('write a store to a file, with a checksum')
    .requiredOption('--from <store>', `the store: ${addresses}`)
    .requiredOption('--out <file>', 'the file; it appears when it is whole')
    .option('--path <path>', 'only what stands at and below this path', '/')
    .option('--json', 'print JSON, for programs')
    .action(async (flags: ExportFlags) => (await actions()).exportTo(io, flags));
  store
    .command('import')
    .description('write a file made by `store export` into a store')
    .requiredOption('--to <store>', `the store: ${addresses}`)
    .requiredOption('--in <file>', 'the file; it is checked whole before anything is written')
    .option('--merge', 'write over what is there, instead of refusing a store that holds something')
    .option('--json', 'print JSON, for programs')
    .action(async (flags: ImportFlags) => (await actions()).importFrom(io, flags));
}
