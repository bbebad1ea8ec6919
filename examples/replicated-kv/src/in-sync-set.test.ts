import { describe, expect, it } from 'vitest';
import { claim, emptyInSyncSet, holdsEverything, withMember, withoutMember } from './in-sync-set.ts';

const a = { instance: 'a', session: 's1', token: 10n };
const set = (token: bigint, ...members: [string, string][]) => ({ token, members: new Map(members) });

describe('in-sync set', () => {
  it('lets anybody begin while there has been no MASTER, and only members afterwards', () => {
    expect(holdsEverything(emptyInSyncSet, 'a')).toBe(true);
    expect(holdsEverything(set(3n, ['b', 's2']), 'a')).toBe(false);
    expect(holdsEverything(set(3n, ['a', 'old']), 'a')).toBe(true);
  });

  it('is claimed with the members whose session still lives', () => {
    const before = set(3n, ['a', 's0'], ['b', 's2'], ['c', 's3'], ['d', 's4']);
    const live = new Map([
      ['a', 's1'],
      ['b', 's2'],
      ['c', 's9'],
    ]);
    expect(claim(before, a, live)).toEqual({ type: 'claimed', set: set(10n, ['b', 's2'], ['a', 's1']) });
  });

  it('is not claimed by a node that misses acknowledged writes', () => {
    expect(claim(set(3n, ['b', 's2']), a, new Map([['a', 's1']]))).toEqual({ type: 'not-in-sync' });
  });

  it('is not claimed by a MASTER that is older than the last one', () => {
    expect(claim(set(11n, ['a', 's1']), a, new Map())).toEqual({ type: 'deposed', by: 11n });
  });

  it('changes by one member at a time and leaves the token alone', () => {
    const one = withMember(set(3n, ['a', 's1']), 'b', 's2');
    expect(one).toEqual(set(3n, ['a', 's1'], ['b', 's2']));
    expect(withoutMember(one, 'a')).toEqual(set(3n, ['b', 's2']));
  });
});
