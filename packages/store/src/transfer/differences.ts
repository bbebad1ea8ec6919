import type { Entry, StorePath } from '../port.ts';

/** What stands below a path, without what belongs to sessions: value by path. */
export type Holdings = ReadonlyMap<StorePath, Uint8Array>;

/** What has to be done to one store to make it hold what another does. */
export interface Differences {
  /** Paths to be written, parents before children; with an empty value where `source` has only entries below them. */
  readonly puts: readonly StorePath[];
  /** Paths to be deleted, children before parents. */
  readonly deletes: readonly StorePath[];
}

/**
 * The entries that are worth keeping elsewhere. Left out are those of sessions, which end with their owners, and empty entries that have others below
 * them: on ZooKeeper every parent is such an entry, elsewhere none needs to be.
 */
export function holdingsOf(entries: readonly Entry[]): Holdings {
  const parents = new Set(entries.flatMap(({ path }) => ancestorsOf(path)));
  const kept = entries.filter(
    ({ path, value, owner }) => owner === undefined && (value.length > 0 || !parents.has(path)),
  );
  return new Map(kept.map(({ path, value }) => [path, value]));
}

/**
 * What `target` lacks of `source`, or holds otherwise, and what it holds besides. An entry that has to go while others below it stay cannot be deleted; it
 * is emptied, which `holdingsOf` takes for the same.
 */
export function differences(source: Holdings, target: Holdings): Differences {
  const parents = new Set([...source.keys()].flatMap(ancestorsOf));
  const puts: StorePath[] = [];
  const deletes: StorePath[] = [];
  for (const [path, value] of source) {
    const there = target.get(path);
    if (there === undefined || !sameBytes(there, value)) puts.push(path);
  }
  for (const path of target.keys()) if (!source.has(path)) (parents.has(path) ? puts : deletes).push(path);
  return { puts: puts.sort(), deletes: deletes.sort().toReversed() };
}

/** Every path above this one, but the root. */
function ancestorsOf(path: StorePath): readonly StorePath[] {
  const segments = path.split('/').slice(1, -1);
  return segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
