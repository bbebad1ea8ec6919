import type { CreateOptions, StorePath } from '../port.ts';
import type { KvOperationResult, RangeRequest } from './backend.ts';
import type { KeySpace } from './key-space.ts';
import { namesOf } from './names.ts';

type Which = NonNullable<CreateOptions['tellSiblings']>;

/** Most siblings that a creation tells: more would weigh on the transaction that creates. */
const MOST_SIBLINGS = 1_000;

/** What a creation under `parent` reads, before it writes, to tell its siblings. */
export function siblingsRequest(keys: KeySpace, parent: StorePath, which: Which): RangeRequest {
  const range = { ...keys.descendants(parent), keysOnly: true };
  if (which === 'all') return { ...range, limit: MOST_SIBLINGS };
  return { ...range, limit: 1, sortTarget: 'create', sortOrder: 'descend' };
}

/** The siblings that were read; `undefined` where that does not show all that was asked for: too many, or entries further down among them. */
export function siblingsIn(
  keys: KeySpace,
  parent: StorePath,
  which: Which,
  result: KvOperationResult | undefined,
): readonly string[] | undefined {
  if (result?.type !== 'range') return undefined;
  const { kvs, more } = result.result;
  const base = keys.baseOf(parent);
  const names = kvs.map(({ key }) => key.slice(base.length));
  if ((which === 'all' && more) || names.some((name) => name.includes('/'))) return undefined;
  const shown = namesOf(keys, parent, names);
  // The newest key may be of another program: then nothing is known of the one before it.
  return shown.length === names.length ? shown : undefined;
}
