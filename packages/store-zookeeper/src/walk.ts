import { type CallOptions, isKeelsonError } from '@keelson/runtime';
import type { Entry, StorePath } from '@keelson/store';
import type { StoreContext } from './context.ts';
import { entryOf, isEntryName } from './entry.ts';

/** Most requests of one walk that wait for their replies. */
const WINDOW = 500;

/**
 * Reads a node and what is below it: its children, or everything. Nodes that go meanwhile are left out; those that come may be in or
 * not. Requests overlap, so that a tree costs little more than its depth in round trips.
 */
export async function walk(
  context: Pick<StoreContext, 'main' | 'chrooted'>,
  path: StorePath,
  depth: 'children' | 'all',
  limits: CallOptions,
): Promise<Map<StorePath, Entry>> {
  const { client } = context.main;
  const entries = new Map<StorePath, Entry>();
  const todo: StorePath[] = [path];
  const visit = async (at: StorePath): Promise<void> => {
    try {
      const node = await client.get(at, limits);
      if (at !== '/') entries.set(at, entryOf(at, node));
      if (node.stat.numChildren === 0 || (depth === 'children' && at !== path)) return;
      const { names } = await client.children(at, limits);
      for (const name of names)
        if (isEntryName(at, name, context.chrooted)) todo.push(at === '/' ? `/${name}` : `${at}/${name}`);
    } catch (error) {
      if (!isKeelsonError(error, 'E_NOT_FOUND')) throw error;
    }
  };
  await inWindow(todo, visit);
  return entries;
}

/** Runs `visit` for everything in `todo`, also for what it adds, at most `WINDOW` at once. Rejects with the first error, and begins nothing more. */
function inWindow<T>(todo: T[], visit: (item: T) => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let running = 0;
    let next = 0;
    let failed = false;
    const fill = (): void => {
      if (failed) return;
      while (running < WINDOW && next < todo.length) {
        const item = todo[next] as T;
        next += 1;
        running += 1;
        visit(item).then(
          () => {
            running -= 1;
            fill();
          },
          (error: unknown) => {
            failed = true;
            reject(error);
          },
        );
      }
      if (running === 0) resolve();
    };
    fill();
  });
}
