import { isKeelsonError } from '@keelson/runtime';
import { type Entry, lastSegment, type Store } from '@keelson/store';
import type { ClientContext } from './context.ts';

const decoder = new TextDecoder();
const textOf = ({ value }: Entry): string => decoder.decode(value);

/** Watches the registers and says what it sees until `ended` trips; then, what it believes is there. */
export async function watchRegisters(
  { client, say: tell }: Pick<ClientContext, 'client' | 'say'>,
  store: Store,
  folder: string,
  ended: AbortSignal,
): Promise<void> {
  const entries = new Map<string, string>();
  try {
    for await (const event of store.watch(folder, { signal: ended })) {
      if (event.type === 'interrupted') tell({ say: 'saw', client, event: { type: 'interrupted' } });
      else if (event.type === 'snapshot') {
        entries.clear();
        for (const entry of event.entries.filter(({ path }) => path !== folder))
          entries.set(lastSegment(entry.path), textOf(entry));
        const seen = {
          type: 'snapshot',
          revision: Number(event.revision),
          entries: Object.fromEntries(entries),
        } as const;
        tell({ say: 'saw', client, event: seen });
      } else if (event.type === 'changes') {
        const changes = event.changes.map((change) => {
          if (change.type === 'delete')
            return { key: lastSegment(change.path), kind: 'delete', revision: Number(change.revision) } as const;
          const { entry } = change;
          return {
            key: lastSegment(entry.path),
            kind: 'put',
            value: textOf(entry),
            revision: Number(entry.modifyRevision),
          } as const;
        });
        for (const change of changes) {
          if (change.kind === 'put') entries.set(change.key, change.value);
          else entries.delete(change.key);
        }
        tell({ say: 'saw', client, event: { type: 'changes', changes } });
      }
    }
  } catch (error) {
    if (!isKeelsonError(error, 'E_CLOSED')) throw error;
  }
  tell({ say: 'settled', client, entries: Object.fromEntries(entries) });
}
