import type { ReadOptions, Store, StorePath } from '@keelson/store';
import { lastSegment, parentPath } from '@keelson/store';
import { layoutBelow } from '../common/layout.ts';
import { type Mirror, mirrored } from '../common/mirror.ts';
import { decodeRecord, numberField } from '../common/record.ts';
import { queueOrder } from '../queue/queue-name.ts';
import { decodePlace, type QueuePlace } from '../queue/seat-record.ts';

/** Which elections to look at. Needs no session: anybody may look. */
export interface ElectionQuery extends ReadOptions {
  readonly store: Store;
  /** Where the recipes live. Default `/coordination`. */
  readonly root?: StorePath;
}

/** Who leads and who would follow. */
export interface ElectionDescription {
  readonly name: string;
  readonly path: StorePath;
  /** Number of leaders so far. */
  readonly term: number;
  /** `undefined` while nobody leads, or the first in line has not been counted yet. */
  readonly leader: QueuePlace | undefined;
  /** Who stands behind the leader, next one first. */
  readonly candidates: readonly QueuePlace[];
}

/** Every election that somebody stands in, by name. */
export async function listElections(query: ElectionQuery): Promise<readonly ElectionDescription[]> {
  const { store, root, ...options } = query;
  const folder = layoutBelow(root).all('elections');
  const { entries } = await store.list(folder, { ...options, recursive: true });
  const mirror: Mirror = new Map(entries.map((entry) => [entry.path, entry]));
  const names = new Set(entries.map(({ path }) => path.slice(folder.length + 1).split('/')[0] ?? ''));
  return [...names]
    .map((name) => electionIn(mirror, name, `${folder}/${name}`))
    .filter(({ leader, candidates }) => leader !== undefined || candidates.length > 0);
}

/** Who leads the election `name` and who would follow. One that nobody ever stood in has neither. */
export async function describeElection(name: string, query: ElectionQuery): Promise<ElectionDescription> {
  const { store, root, ...options } = query;
  const base = layoutBelow(root).base('elections', name);
  const { entries } = await store.list(base, { ...options, recursive: true });
  return electionIn(new Map(entries.map((entry) => [entry.path, entry])), name, base);
}

/** What to observe. */
export interface ObserveElectionOptions extends Pick<ElectionQuery, 'store' | 'root'> {
  /** Ends the observation; the iteration finishes without an error. */
  readonly signal?: AbortSignal;
}

/**
 * Yields who leads the election `name`, now and at every change; `undefined` while nobody does. Throws `E_CLOSED` when the store is
 * closed. While the store is out of reach nothing is yielded and the last answer may be stale.
 */
export async function* observeElection(
  name: string,
  { store, root, signal }: ObserveElectionOptions,
): AsyncGenerator<QueuePlace | undefined> {
  const layout = layoutBelow(root);
  const watch = store.watch(layout.queue('elections', name), signal === undefined ? {} : { signal });
  let last: string | undefined = 'nothing yet';
  for await (const mirror of mirrored(watch)) {
    const { leader } = electionIn(mirror, name, layout.base('elections', name));
    if (leader?.id === last) continue;
    last = leader?.id;
    yield leader;
  }
}

function electionIn(mirror: Mirror, name: string, base: StorePath): ElectionDescription {
  const queue = `${base}/queue`;
  const ids = [...mirror.keys()].filter((path) => parentPath(path) === queue).map(lastSegment);
  const places = queueOrder(ids).flatMap(({ name: id }) => {
    const entry = mirror.get(`${queue}/${id}`);
    const place = entry === undefined ? undefined : decodePlace(entry);
    return place === undefined ? [] : [place];
  });
  const [first] = places;
  const leads = first?.term !== undefined;
  const stored = mirror.get(`${base}/term`);
  const term = (stored === undefined ? undefined : numberField(decodeRecord(stored.value), 'term')) ?? first?.term ?? 0;
  return { name, path: base, term, leader: leads ? first : undefined, candidates: leads ? places.slice(1) : places };
}
