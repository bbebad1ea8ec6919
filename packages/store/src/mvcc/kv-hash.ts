import { crc32c } from './crc32c.ts';
import { encodeKeyValue, encodeRevision } from './etcd-record.ts';
import type { History } from './history.ts';
import { mvccError } from './mvcc-error.ts';
import { type Version, versionAt } from './version.ts';

/** A hash of the history, and what it covers. */
export interface KvHash {
  /** CRC-32C, unsigned. */
  readonly hash: number;
  readonly hashRevision: number;
  /** -1 where nothing was compacted yet. */
  readonly compactRevision: number;
}

const BUCKET_NAME = new TextEncoder().encode('key');

/**
 * etcd's HashKV: CRC-32C over the bucket name and every record kept with a main revision up to `revision`, in order, each as etcd's
 * file holds it. A tombstone at the compact revision is left out, for etcd's older releases had dropped it by then.
 */
export function hashHistory(history: History, revision: number, newestRevision: number): KvHash {
  const { compactRevision } = history;
  if (revision > newestRevision) throw mvccError('future-revision', { revision });
  if (revision > 0 && revision < compactRevision) throw mvccError('compacted', { revision, compactRevision });
  const hashRevision = revision > 0 ? revision : newestRevision;
  let hash = crc32c(BUCKET_NAME);
  for (const version of keptVersions(history, hashRevision)) {
    if (version.isTombstone && version.main === compactRevision) continue;
    hash = crc32c(encodeKeyValue(version), crc32c(encodeRevision(version), hash));
  }
  return { hash, hashRevision, compactRevision };
}

/** Versions the hash covers, in order: old ones still current at `revision`, which only the keys still know, then the log. */
function keptVersions(history: History, revision: number): readonly Version[] {
  const { compactRevision, log } = history;
  const kept = oldVersions(history, revision);
  for (let i = log.firstFrom(compactRevision + 1); i < log.length; i += 1) {
    const version = log.at(i);
    if (version === undefined || version.main > revision) break;
    kept.push(version);
  }
  return kept;
}

/**
 * Versions at or below the compact revision, in order. etcd counts those that a compaction at `revision` would keep, but where it
 * would keep nothing at all, every one that the last compaction left.
 */
function oldVersions(history: History, revision: number): Version[] {
  const current: Version[] = [];
  const left: Version[] = [];
  let anyKept = false;
  history.index.scan({ start: '', end: undefined }, (entry) => {
    const kept = versionAt(entry, revision);
    if (kept !== undefined) anyKept = true;
    if (kept !== undefined && kept.main <= history.compactRevision) current.push(kept);
    const old = versionAt(entry, history.compactRevision);
    if (old !== undefined) left.push(old);
    return true;
  });
  return (anyKept ? current : left).sort((a, b) => a.main - b.main || a.sub - b.sub);
}
