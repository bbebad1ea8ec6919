import type { RevisionId } from './commit.ts';
import type { History } from './history.ts';

/**
 * Forgets everything that only a reader below `revision` could see, and gives the versions dropped. Of each key its newest version at
 * or below `revision` stays; a tombstone stays only where it lies at `revision` itself, so that a watch from there still sees the
 * delete. Costs one step per write since the last compaction, however many keys there are.
 */
export function compactHistory(history: History, revision: number): readonly RevisionId[] {
  const { log } = history;
  const end = log.firstFrom(revision + 1);
  const keptFrom = log.firstFrom(revision);
  const dropped: RevisionId[] = [];
  for (let i = 0; i < end; i += 1) {
    const version = log.at(i);
    if (version === undefined) break;
    const superseded = history.cutBehind(version);
    // A tombstone behind it was reported when it was passed.
    if (superseded !== undefined && !superseded.isTombstone)
      dropped.push({ main: superseded.main, sub: superseded.sub });
    if (!version.isTombstone || version.main >= revision) continue;
    // A key written again keeps the tombstone in its chain until its successor is passed: no reader can tell it from an absent key.
    history.forget(version);
    dropped.push({ main: version.main, sub: version.sub });
  }
  log.dropFirst(keptFrom);
  history.compactRevision = revision;
  return dropped;
}
