import type { StoreChildren, StoreEntry } from '@keelson/server/schemas';
import type { Command } from 'commander';
import { type ClientOptions, type CommandIo, clientCommand, openContext } from '../command-context.ts';
import { facts, printable } from '../output/table.ts';
import { registerStoreTransfer } from './store-transfer.ts';

const query = (path: string): string => `path=${encodeURIComponent(path)}`;

/** `keelson store …` */
export function registerStore(program: Command, io: CommandIo): void {
  const store = program.command('store').description('look into a store, copy it, keep it in a file');
  clientCommand(store.command('get <path>').description('print the value of an entry, with its revisions')).action(
    async (path: string, options: ClientOptions) => {
      const { client, output } = await openContext(io, options);
      const entry = await client.get<StoreEntry>(`/api/v1/store/entries?${query(path)}`);
      const head: readonly (readonly [string, string])[] = [
        ['path', entry.path],
        ['created', `revision ${entry.createRevision}`],
        ['modified', `revision ${entry.modifyRevision}, version ${entry.version}`],
        ['owner', entry.owner === null ? '-' : `session ${entry.owner}`],
        ['size', `${entry.sizeBytes} bytes${entry.encoding === 'utf8' ? '' : `, shown from ${entry.encoding}`}`],
      ];
      output.result(entry, () => `${facts(head, output.style)}\n\n${valueText(entry.value)}`);
    },
  );
  clientCommand(store.command('ls [path]').description('list the names below a path')).action(
    async (path: string | undefined, options: ClientOptions) => {
      const { client, output } = await openContext(io, options);
      const found = await client.get<StoreChildren>(`/api/v1/store/children?${query(path ?? '/')}`);
      output.result(found, () => found.children.map(printable).join('\n'));
    },
  );
  clientCommand(
    store.command('watch <path>').description('print what changes at and below a path, until Ctrl-C'),
  ).action(async (path: string, options: ClientOptions) => {
    const { client, output } = await openContext(io, options);
    for await (const { event, data } of client.events(`/api/v1/store/watch?${query(path)}`, { signal: io.signal })) {
      const body = JSON.parse(data) as Readonly<Record<string, unknown>>;
      output.result({ event, ...body }, () => watchLine(event, body, output.style));
    }
  });
  registerStoreTransfer(store, io);
}

function watchLine(
  event: string,
  body: Readonly<Record<string, unknown>>,
  style: (text: string, style: 'green' | 'red' | 'dim') => string,
): string {
  if (event === 'put') {
    const entry = body as unknown as StoreEntry;
    return `${style('put', 'green')}     ${printable(entry.path)}  revision ${entry.modifyRevision}  ${printable(oneLine(entry.value))}`;
  }
  if (event === 'delete')
    return `${style('delete', 'red')}  ${printable(String(body.path))}  revision ${String(body.revision)}`;
  if (event === 'snapshot') {
    const entries = Array.isArray(body.entries) ? body.entries.length : 0;
    return style(`snapshot (${String(body.reason)}): ${entries} entries at revision ${String(body.revision)}`, 'dim');
  }
  return style(`${event}: ${printable(JSON.stringify(body))}`, 'dim');
}

/** A value over several lines stays so, without what would steer the terminal. */
function valueText(value: string): string {
  return value.split('\n').map(printable).join('\n');
}

function oneLine(value: string): string {
  const line = value.replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}
