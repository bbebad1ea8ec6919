import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KeelsonError, type Runtime } from '@keelson/runtime';
import { type OpenedStore, openStore } from '@keelson/server';
import type { Store } from '@keelson/store';
import { copyStore, exportStore, importStore, readExport } from '@keelson/store/transfer';
import type { CommandIo } from '../command-context.ts';
import { openOutput } from '../output/output.ts';
import { facts } from '../output/table.ts';
import type { CopyFlags, ExportFlags, ImportFlags } from './store-transfer.ts';

/** Opens the store that an address names; the folder of an embedded one stands in its address. */
async function open(address: string, runtime: Runtime): Promise<OpenedStore> {
  const folder = /^embedded:(.+)$/.exec(address)?.[1];
  return folder === undefined
    ? await openStore({ url: address, dataDirectory: undefined, runtime })
    : await openStore({ url: 'embedded:', dataDirectory: folder, runtime });
}

/** Opens a store for the time of some work. */
async function withStore<T>(io: CommandIo, address: string, work: (store: Store) => Promise<T>): Promise<T> {
  const opened = await open(address, io.runtime);
  try {
    return await work(opened.store);
  } finally {
    await opened.close();
  }
}

/** `keelson store copy` */
export async function copy(io: CommandIo, flags: CopyFlags): Promise<void> {
  const output = openOutput(io, flags.json === true);
  const { path, deleteExtra = false, follow = false } = flags;
  const { signal, runtime } = io;
  const report = await withStore(io, flags.from, (from) =>
    withStore(io, flags.to, (to) =>
      copyStore({
        from,
        to,
        runtime,
        path,
        deleteExtra,
        follow,
        signal,
        onRound: ({ round, entries, written, deleted }) =>
          output.say(`round ${round}: ${entries} entries, ${written} written, ${deleted} deleted`),
      }),
    ),
  );
  output.result(report, () =>
    facts(
      [
        ['entries', String(report.entries)],
        ['written', `${report.written}, deleted ${report.deleted}, in ${report.rounds} rounds`],
        ['verified', report.verified ? 'yes: both hold the same' : 'no: the source kept changing'],
        ...(report.tokensGoBack ? [tokensGoBack] : []),
      ],
      output.style,
    ),
  );
  if (!report.verified)
    throw new KeelsonError(
      'E_UNAVAILABLE',
      'The source kept changing: stop its writers, or use --follow, and copy again.',
    );
}

const tokensGoBack: readonly [string, string] = [
  'mind',
  'fencing tokens begin anew, below those given out before: whatever refuses old tokens must forget them',
];

/** `keelson store export` */
export async function exportTo(io: CommandIo, flags: ExportFlags): Promise<void> {
  const output = openOutput(io, flags.json === true);
  const unfinished = `${flags.out}.unfinished`;
  let lines = 0;
  try {
    await withStore(io, flags.from, async (from) => {
      const source = exportStore(from, { path: flags.path });
      const counted = async function* (): AsyncGenerator<string> {
        for await (const line of source) {
          lines += 1;
          yield line;
        }
      };
      await pipeline(Readable.from(counted()), createWriteStream(unfinished));
    });
    await rename(unfinished, flags.out);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw fileError(error);
  }
  const entries = lines - 2;
  output.result({ file: flags.out, entries }, () => `${entries} entries written to ${flags.out}`);
}

/** `keelson store import` */
export async function importFrom(io: CommandIo, flags: ImportFlags): Promise<void> {
  const output = openOutput(io, flags.json === true);
  const input = createReadStream(flags.in, { encoding: 'utf8' });
  const failed = new Promise<never>((_, reject) => input.once('error', (error) => reject(fileError(error))));
  const held = await Promise.race([
    readExport(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })),
    failed,
  ]);
  const merge = flags.merge === true;
  const report = await withStore(io, flags.to, (to) => importStore(to, held, { merge }));
  output.result(
    report,
    () => `${report.entries} entries of ${flags.in} are in the store, ${report.written} of them written now`,
  );
}

/** What went wrong with a file, in words. */
function fileError(error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return new KeelsonError('E_INVALID_ARGUMENT', `The file cannot be used: ${error.message}.`, { cause: error });
}
