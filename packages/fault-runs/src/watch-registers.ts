import { isKeelsonError, onAbort, sleep } from '@keelson/runtime';
import { type Entry, lastSegment, type Store } from '@keelson/store';
import { type ClientContext, say } from './client-context.ts';
import type { ClientLine } from './line.ts';
import { REGISTERS } from './registers.ts';

const decoder = new TextDecoder();
const textOf = ({ value }: Entry): string => decoder.decode(value);
const below = ({ path }: Entry): boolean => path !== REGISTERS;

/** How long a watch goes on after the process was asked to end, so that what is under way arrives. */
const LINGER_MS = 2_000;

/** Watches the registers and says what it sees; at the end, what it believes is there. `tell` is told instead of standard output. */
export async function watchRegisters(
  { client, runtime, stopping }: ClientContext,
  store: Store,
  tell: (line: ClientLine) => void = say,
): Promise<void> {
  const entries = new Map<string, string>();
  const ended = new AbortController();
  onAbort(stopping, () => {
    void sleep(runtime, LINGER_MS).then(() => ended.abort());
  });
  try {
    for await (const event of store.watch(REGISTERS, { signal: ended.signal })) {
      if (event.type === 'interrupted') tell({ say: 'saw', client, event: { type: 'interrupted' } });
      else if (event.type === 'snapshot') {
        entries.clear();
        for (const entry of event.entries.filter(below)) entries.set(lastSegment(entry.path), textOf(entry));
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
