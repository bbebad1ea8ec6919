import type { Entry, ReadOptions, Store, StorePath } from '@keelson/store';
import { lastSegment, parentPath } from '@keelson/store';
import { layoutBelow, type QueueKind } from '../common/layout.ts';
import { decodeRecord, numberField, textField } from '../common/record.ts';
import { queueOrder } from '../queue/queue-name.ts';
import { decodePlace, type QueuePlace } from '../queue/seat-record.ts';
import { turnOf } from '../queue/turn.ts';

/** Which locks to look at. Needs no session: anybody may look. */
export interface LockQuery extends ReadOptions {
  readonly store: Store;
  /** Where the recipes live. Default `/coordination`. */
  readonly root?: StorePath;
  /** Default `lock`. */
  readonly kind?: LockKind;
}

/** A lock for one (or for all that share), or one of n permits. */
export type LockKind = 'lock' | 'semaphore';

/** Who broke a lock last. */
export interface LockBreak {
  /** The place that was taken away, as `QueuePlace.id`. */
  readonly id: string;
  /** Whose it was. */
  readonly owner: string | undefined;
  readonly by: string;
  readonly reason: string;
  /** Wall clock of whoever broke it, in milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** Who holds a lock, who waits for it, and why. */
export interface LockDescription {
  readonly name: string;
  readonly kind: LockKind;
  readonly path: StorePath;
  /** Most holders at once; 1 for a lock, though any number may share it. */
  readonly permits: number;
  readonly holders: readonly QueuePlace[];
  /** First in line first. */
  readonly waiting: readonly QueuePlace[];
  readonly lastBreak: LockBreak | undefined;
}

/** The folder of a kind of lock. */
export const queueKindOf = (kind: LockKind): QueueKind => (kind === 'lock' ? 'locks' : 'semaphores');

/**
 * Who holds the lock `name`, who waits for it, and why. A lock that nobody ever took is described as free. What is told was so at one
 * moment while the call ran; nothing can be decided on it.
 *
 * @example
 * const { holders, waiting } = await describeLock('invoices', { store });
 */
export async function describeLock(name: string, query: LockQuery): Promise<LockDescription> {
  const { store, root, kind = 'lock', ...options } = query;
  const base = layoutBelow(root).base(queueKindOf(kind), name);
  const [own, { entries }] = await Promise.all([
    store.get(base, options),
    store.list(base, { ...options, recursive: true }),
  ]);
  return descriptionOf(name, kind, base, own === undefined ? entries : [own, ...entries]);
}

/** Every lock that is held or waited for, by name. */
export async function listLocks(query: LockQuery): Promise<readonly LockDescription[]> {
  const { store, root, kind = 'lock', ...options } = query;
  const folder = layoutBelow(root).all(queueKindOf(kind));
  const { entries } = await store.list(folder, { ...options, recursive: true });
  const byName = new Map<string, Entry[]>();
  for (const entry of entries) {
    const [name = ''] = entry.path.slice(folder.length + 1).split('/');
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [entry]);
    else known.push(entry);
  }
  return [...byName]
    .map(([name, own]) => descriptionOf(name, kind, `${folder}/${name}`, own))
    .filter(({ holders, waiting }) => holders.length + waiting.length > 0);
}

/** The description of a lock from what is stored at and below `base`. */
function descriptionOf(name: string, kind: LockKind, base: StorePath, entries: readonly Entry[]): LockDescription {
  const queue = `${base}/queue`;
  const own = entries.find(({ path }) => path === base);
  const permits = (own === undefined ? undefined : numberField(decodeRecord(own.value), 'permits')) ?? 1;
  const seated = entries.filter(({ path }) => parentPath(path) === queue);
  const places = new Map(seated.map((entry) => [lastSegment(entry.path), decodePlace(entry)]));
  const order = queueOrder([...places.keys()]);
  const holders: QueuePlace[] = [];
  const waiting: QueuePlace[] = [];
  for (const { name: id } of order) {
    const place = places.get(id);
    if (place !== undefined) (turnOf(order, id, permits).type === 'granted' ? holders : waiting).push(place);
  }
  const broken = entries.find(({ path }) => path === `${base}/broken`);
  return { name, kind, path: base, permits, holders, waiting, lastBreak: broken && breakOf(broken) };
}

function breakOf(entry: Entry): LockBreak | undefined {
  const record = decodeRecord(entry.value);
  const [id, by, reason] = [textField(record, 'id'), textField(record, 'by'), textField(record, 'reason')];
  if (id === undefined || by === undefined || reason === undefined) return undefined;
  return { id, by, reason, owner: textField(record, 'owner'), atMs: numberField(record, 'atMs') ?? 0 };
}
