import type { KvCompare } from '../kv/backend.ts';
import { compareBytes } from './bytes.ts';
import { isSingleKey, spanOf } from './key-range.ts';
import type { ReadView } from './range-read.ts';
import { type Version, versionAt } from './version.ts';

/**
 * Whether a comparison holds in `view`. Over a range it must hold for every key of it. A key that does not exist has version,
 * revisions and lease 0; a comparison of its value fails, whatever it asks, as an absent value has no bytes to compare.
 */
export function comparisonHolds(view: ReadView, compare: KvCompare): boolean {
  if (isSingleKey(compare)) {
    const entry = view.index.get(compare.key);
    return holdsFor(entry === undefined ? undefined : versionAt(entry, view.revision), compare);
  }
  let any = false;
  let all = true;
  view.index.scan(spanOf(compare), (entry) => {
    const version = versionAt(entry, view.revision);
    if (version === undefined) return true;
    any = true;
    all = holdsFor(version, compare);
    return all;
  });
  return any ? all : holdsFor(undefined, compare);
}

function holdsFor(version: Version | undefined, compare: KvCompare): boolean {
  const order = orderAgainst(version, compare);
  if (order === undefined) return false;
  return outcomes[compare.result](order);
}

const outcomes: Readonly<Record<KvCompare['result'], (order: number) => boolean>> = {
  equal: (order) => order === 0,
  'not-equal': (order) => order !== 0,
  greater: (order) => order > 0,
  less: (order) => order < 0,
};

function orderAgainst(version: Version | undefined, compare: KvCompare): number | undefined {
  const { operand } = compare;
  if (compare.target === 'value') {
    if (version === undefined || typeof operand === 'bigint') return undefined;
    return compareBytes(version.value, operand);
  }
  if (typeof operand !== 'bigint') return undefined;
  const found = numberOf(version, compare.target);
  return found < operand ? -1 : found > operand ? 1 : 0;
}

function numberOf(version: Version | undefined, target: 'version' | 'create' | 'mod' | 'lease'): bigint {
  if (version === undefined) return 0n;
  if (target === 'lease') return version.lease;
  return BigInt(target === 'version' ? version.version : target === 'create' ? version.create : version.main);
}
