import type { RecordedChange, RecordedWrite } from '@keelson/linearizability/watch';
import { isBelow, parentPath, type StorePath } from '@keelson/store';
import type { WatchDepth } from '@keelson/store/driver';

interface PlacedChange {
  readonly revision: number;
  readonly change: RecordedChange;
}

/** The writes by what a watch can be about. Most watches are about one of thousands of keys: looking through all writes for each would cost more than the world. */
export class Scopes {
  readonly #writes: readonly RecordedWrite[];
  readonly #byKey = new Map<string, PlacedChange[]>();
  readonly #byParent = new Map<string, PlacedChange[]>();
  readonly #made: Readonly<Record<WatchDepth, Map<StorePath, readonly RecordedWrite[]>>> = {
    entry: new Map(),
    children: new Map(),
    all: new Map(),
  };

  constructor(writes: readonly RecordedWrite[]) {
    this.#writes = writes;
    for (const { revision, changes } of writes)
      for (const change of changes) {
        addTo(this.#byKey, change.key, { revision, change });
        addTo(this.#byParent, parentPath(change.key) ?? '', { revision, change });
      }
  }

  /** The writes that a watch of `path` is about, ascending; the same array each time. */
  of(path: StorePath, depth: WatchDepth): readonly RecordedWrite[] {
    const made = this.#made[depth];
    const known = made.get(path) ?? this.#make(path, depth);
    made.set(path, known);
    return known;
  }

  #make(path: StorePath, depth: WatchDepth): readonly RecordedWrite[] {
    if (depth === 'all') return this.#below(path);
    const own = this.#byKey.get(path) ?? [];
    return inOrder(depth === 'entry' ? own : [...own, ...(this.#byParent.get(path) ?? [])]);
  }

  #below(path: StorePath): readonly RecordedWrite[] {
    return this.#writes.flatMap(({ revision, changes }) => {
      const inScope = changes.filter(({ key }) => key === path || isBelow(key, path));
      return inScope.length === 0 ? [] : [{ revision, changes: inScope }];
    });
  }
}

/** The writes that placed changes are of. */
function inOrder(placed: readonly PlacedChange[]): readonly RecordedWrite[] {
  const byRevision = new Map<number, RecordedChange[]>();
  for (const { revision, change } of placed) {
    const changes = byRevision.get(revision) ?? [];
    byRevision.set(revision, changes);
    changes.push(change);
  }
  return [...byRevision].map(([revision, changes]) => ({ revision, changes })).sort((a, b) => a.revision - b.revision);
}

function addTo(map: Map<string, PlacedChange[]>, key: string, change: PlacedChange): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [change]);
  else known.push(change);
}
