import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replicaEvent, STATES, wireMatrix } from '../../test/matrix-fixture.ts';
import type { MatrixCell, ReplicaEvent } from '../api/types.ts';
import { REPLAY_LIMIT, reduceLive, TIMELINE_LIMIT } from './live-reducer.ts';
import { initialLiveState, type LiveAction, type LiveState } from './live-state.ts';

const run = (actions: readonly LiveAction[], from: LiveState = initialLiveState): LiveState =>
  actions.reduce(reduceLive, from);

const events = (...items: readonly ReplicaEvent[]): LiveAction => ({ type: 'events', items, atMs: 1_000 });

const EMPTY = wireMatrix(4, 3, []);
const LOADED: LiveAction = { type: 'matrix-loaded', wire: EMPTY, requestedAt: 0 };

describe('the connection', () => {
  it('keeps the time of the last sign of life while it is lost', () => {
    const state = run([
      { type: 'connected', atMs: 10, again: false },
      { type: 'heard', atMs: 40 },
      { type: 'disconnected', reason: 'It broke.', retryAtMs: 90, unauthorized: false },
    ]);
    expect(state.connection).toMatchObject({ phase: 'lost', asOfMs: 40, reason: 'It broke.', retryAtMs: 90 });
  });

  it('has everything read again after a break, and nothing at the first connection', () => {
    const first = run([{ type: 'connected', atMs: 10, again: false }]);
    expect(first.staleness).toEqual(initialLiveState.staleness);
    const again = run([{ type: 'connected', atMs: 20, again: true }], first);
    expect(again.staleness).toEqual({ facts: 1, matrices: 1, everything: 1 });
  });

  it('has everything read again on a reset', () => {
    const state = run([{ type: 'events', items: [{ type: 'reset' }], atMs: 5 }]);
    expect(state.staleness.everything).toBe(1);
    expect(state.connection.asOfMs).toBe(5);
  });
});

describe('events', () => {
  it('change the matrix at once, join the timeline newest first, and make the facts out of date', () => {
    const state = run([LOADED, events(replicaEvent(5, 1, 0, 'SLAVE'), replicaEvent(6, 1, 0, 'MASTER'))]);
    expect(state.matrices.kv?.rows[1]?.states[0]).toBe(0);
    expect(state.timeline.map(({ id }) => id)).toEqual(['6-1', '5-1']);
    expect(state.staleness).toEqual({ facts: 1, matrices: 1, everything: 0 });
    expect(state.sequence).toBe(2);
  });

  it('count once, even if a server repeats them after a reconnect', () => {
    const event = replicaEvent(5, 1, 0, 'SLAVE');
    const once = run([LOADED, events(event)]);
    const twice = run([events(event)], once);
    expect(twice.timeline).toEqual(once.timeline);
    expect(twice.sequence).toBe(once.sequence);
  });

  it('are bounded in number', () => {
    const many = Array.from({ length: REPLAY_LIMIT + 500 }, (_, index) => replicaEvent(index + 1, 0, 0, 'SLAVE'));
    const state = run([LOADED, events(...many)]);
    expect(state.timeline).toHaveLength(TIMELINE_LIMIT);
    expect(state.timeline[0]?.id).toBe(`${many.length}-1`);
    expect(state.recentReplicas).toHaveLength(REPLAY_LIMIT);
  });
});

describe('a snapshot of the matrix', () => {
  it('does not undo what was heard after it was asked for', () => {
    const stale: LiveAction = { type: 'matrix-loaded', wire: EMPTY, requestedAt: 0 };
    const state = run([LOADED, events(replicaEvent(5, 2, 1, 'MASTER')), stale]);
    expect(state.matrices.kv?.rows[2]?.states[1]).toBe(0);
  });

  it('wins over what was heard before it was asked for', () => {
    const fresh: LiveAction = { type: 'matrix-loaded', wire: EMPTY, requestedAt: 1 };
    const state = run([LOADED, events(replicaEvent(5, 2, 1, 'MASTER')), fresh]);
    expect(state.matrices.kv?.rows[2]?.states[1]).not.toBe(0);
  });

  it('is asked for again when an event names something it does not have', () => {
    const state = run([LOADED, events(replicaEvent(5, 99, 1, 'MASTER')), LOADED]);
    expect(state.staleness.matrices).toBe(2);
  });

  it('ends as the server has it, wherever among the events it is taken and however late it arrives', () => {
    const change = fc.tuple(fc.nat(3), fc.nat(2), fc.constantFrom(...STATES, null));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.nat(30), fc.nat(30), (changes, one, other) => {
        const [asked, arrived] = [Math.min(one, other, changes.length), Math.min(Math.max(one, other), changes.length)];
        const all = changes.map(([p, i, to], index) => replicaEvent(index + 1, p, i, to));
        const snapshot: LiveAction = {
          type: 'matrix-loaded',
          wire: { ...EMPTY, cells: cellsAfter(all.slice(0, asked)) },
          requestedAt: asked,
        };
        const state = run([LOADED, events(...all.slice(0, arrived)), snapshot, events(...all.slice(arrived))]);
        const expected = run([{ type: 'matrix-loaded', wire: { ...EMPTY, cells: cellsAfter(all) }, requestedAt: 0 }]);
        const statesOf = ({ matrices }: LiveState): unknown => matrices.kv?.rows.map((row) => [...row.states]);
        expect(statesOf(state)).toEqual(statesOf(expected));
      }),
    );
  });
});

function cellsAfter(done: readonly ReplicaEvent[]): readonly MatrixCell[] {
  const last = new Map<string, MatrixCell>();
  for (const { partition, instance, to, atMs } of done) {
    const state = to === null ? -1 : (STATES as readonly string[]).indexOf(to);
    last.set(`${partition} ${instance}`, [Number(partition.slice(3)), Number(instance.slice(1)), state, atMs, state]);
  }
  return [...last.values()];
}
