import type { Runtime } from '@keelson/runtime';
import {
  type LeaseGrant,
  MvccEngine,
  type OperationLimits,
  type RevisionId,
  type StoredVersion,
} from '@keelson/store/mvcc';
import { damaged } from './embedded-error.ts';
import type { LmdbFile } from './lmdb-file.ts';
import {
  COMPACT_KEY,
  decodeLease,
  decodeNumber,
  decodeVersion,
  LEASES_END,
  LEASES_START,
  VERSIONS_END,
  VERSIONS_START,
} from './record.ts';

/** Rebuilds the engine from the file: one pass over the history in order. Throws `E_STORE_DAMAGED`. */
export function recover(
  file: LmdbFile,
  runtime: Pick<Runtime, 'clock'>,
  limits: OperationLimits,
): { readonly engine: MvccEngine; readonly dropped: readonly RevisionId[] } {
  const compact = file.getBinary(COMPACT_KEY);
  return MvccEngine.restore(
    {
      versions: storedVersions(file),
      leases: storedLeases(file),
      compactRevision: compact === undefined ? -1 : decodeNumber(compact),
    },
    runtime.clock.monotonicMs(),
    limits,
  );
}

function* storedLeases(file: LmdbFile): Generator<LeaseGrant> {
  for (const { key, value } of file.getRange({ start: LEASES_START, end: LEASES_END })) yield decodeLease(key, value);
}

function* storedVersions(file: LmdbFile): Generator<StoredVersion> {
  let last: StoredVersion | undefined;
  for (const { key, value } of file.getRange({ start: VERSIONS_START, end: VERSIONS_END })) {
    const version = decodeVersion(key, value);
    // Within one transaction the sub revisions have no gap, unless compaction erased some of them: only their order can be checked.
    if (last !== undefined && (version.main < last.main || (version.main === last.main && version.sub <= last.sub)))
      throw damaged(`revision ${version.main} lies behind revision ${last.main}`);
    last = version;
    yield version;
  }
}
