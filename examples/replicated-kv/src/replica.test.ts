import { describe, expect, it } from 'vitest';
import type { LogEntry } from './log-entry.ts';
import { Replica } from './replica.ts';

const entry = (offset: number, key = `k${offset}`, id = `id-${offset}`): LogEntry => ({
  offset,
  key,
  id,
  value: `v${offset}`,
});
const nothing = { commitOffset: 0, values: [], tail: [] };

function aligned(token: bigint): Replica {
  const replica = new Replica();
  replica.install({ token, image: nothing });
  return replica;
}

describe('Replica', () => {
  it('refuses every request of a smaller token once a greater one was seen', () => {
    const replica = aligned(5n);
    replica.raiseFence(7n);
    const request = { token: 5n, previousOffset: 0, entries: [entry(1)], commitOffset: 0 };
    expect(replica.append(request)).toEqual({ type: 'fenced', fence: 7n });
    expect(replica.install({ token: 6n, image: nothing })).toEqual({ type: 'fenced', fence: 7n });
    expect(replica.raiseFence(6n)).toEqual({ type: 'fenced', fence: 7n });
    expect(replica.lastOffset).toBe(0);
  });

  it('takes no writes of a MASTER whose log it does not have', () => {
    const replica = aligned(5n);
    const request = { token: 6n, previousOffset: 0, entries: [entry(1)], commitOffset: 0 };
    expect(replica.append(request)).toEqual({ type: 'unaligned' });
    expect(replica.append({ ...request, token: 6n, previousOffset: 3 })).toEqual({ type: 'unaligned' });
    expect(replica.fence).toBe(6n);
  });

  it('takes a batch again after its reply was lost, once', () => {
    const replica = aligned(5n);
    const request = { token: 5n, previousOffset: 0, entries: [entry(1), entry(2)], commitOffset: 0 };
    expect(replica.append(request)).toEqual({ type: 'done', lastOffset: 2 });
    expect(replica.append(request)).toEqual({ type: 'done', lastOffset: 2 });
    replica.commitTo(2);
    expect([...replica.values.values()].map((value) => value.writes)).toEqual([1, 1]);
  });

  it('shows a write only when it is committed', () => {
    const replica = aligned(5n);
    replica.append({ token: 5n, previousOffset: 0, entries: [entry(1), entry(2)], commitOffset: 1 });
    expect([...replica.values.keys()]).toEqual(['k1']);
    replica.append({ token: 5n, previousOffset: 2, entries: [], commitOffset: 2 });
    expect([...replica.values.keys()]).toEqual(['k1', 'k2']);
  });

  it('counts different writes of a key, and the same write once', () => {
    const replica = aligned(5n);
    const entries = [entry(1, 'k', 'a'), entry(2, 'k', 'a'), entry(3, 'k', 'b')];
    replica.append({ token: 5n, previousOffset: 0, entries, commitOffset: 3 });
    expect(replica.values.get('k')).toMatchObject({ id: 'b', writes: 2, offset: 3 });
  });

  it('gives up what it alone has when a new MASTER installs its log', () => {
    const replica = aligned(5n);
    replica.append({ token: 5n, previousOffset: 0, entries: [entry(1), entry(2, 'only here')], commitOffset: 1 });
    const master = aligned(6n);
    master.append({ token: 6n, previousOffset: 0, entries: [entry(1)], commitOffset: 1 });
    replica.install({ token: 8n, image: master.image() });
    expect(replica.image()).toEqual(master.image());
    expect(replica.alignedWith).toBe(8n);
  });
});
