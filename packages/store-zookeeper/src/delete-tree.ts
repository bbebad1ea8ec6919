import { type CallOptions, throwIfAborted } from '@keelson/runtime';
import type { StorePath } from '@keelson/store';
import { ResultCode, zookeeperCodeOf } from '@keelson/zookeeper-client';
import type { StoreContext } from './context.ts';
import { orAbsent } from './reads.ts';

/** Most deletions that wait for their replies. */
const WINDOW = 500;

/**
 * Deletes everything below a path, with `self` the path too; says whether there was anything. Children go before their parents, so no orphan
 * is ever seen. Begins again when a child appears behind it, until nothing is left.
 */
export async function deleteTree(
  context: Pick<StoreContext, 'main'>,
  path: StorePath,
  self: boolean,
  limits: CallOptions & { readonly signal: AbortSignal },
): Promise<boolean> {
  let found = false;
  for (;;) {
    throwIfAborted(limits.signal);
    const paths = await descendants(context, path, limits);
    if (paths === undefined) return found;
    found ||= self || paths.length > 0;
    if (await deleteAll(context, self ? [...paths, path] : paths, limits)) return found;
  }
}

/** Every path below, children before parents; `undefined` where the path itself is not there. */
async function descendants(
  context: Pick<StoreContext, 'main'>,
  path: StorePath,
  limits: CallOptions,
): Promise<StorePath[] | undefined> {
  const { client } = context.main;
  const levels: StorePath[][] = [];
  let level: StorePath[] = [path];
  let there = false;
  while (level.length > 0) {
    const next: StorePath[] = [];
    for (let at = 0; at < level.length; at += WINDOW) {
      const part = level.slice(at, at + WINDOW);
      const children = await Promise.all(part.map((one) => orAbsent(client.children(one, limits))));
      children.forEach((found, index) => {
        there ||= found !== undefined;
        for (const name of found?.names ?? []) next.push(`${part[index]}/${name}`);
      });
    }
    if (next.length > 0) levels.unshift(next);
    level = next;
  }
  return there ? levels.flat() : undefined;
}

/** `false`: something had children that were not known. The requests of a window reach the server in their order. */
async function deleteAll(
  context: Pick<StoreContext, 'main'>,
  paths: readonly StorePath[],
  limits: CallOptions,
): Promise<boolean> {
  const { main } = context;
  let complete = true;
  for (let at = 0; at < paths.length; at += WINDOW) {
    const part = paths.slice(at, at + WINDOW).map(async (path) => {
      try {
        await main.client.delete(path, limits);
        main.noteExistence(path, false);
      } catch (error) {
        const code = zookeeperCodeOf(error);
        if (code === ResultCode.notEmpty) complete = false;
        else if (code !== ResultCode.noNode) throw error;
      }
    });
    await Promise.all(part);
  }
  return complete;
}
