import { describe, expect, test } from 'vitest';
import {
  type ElectionEvent,
  type ElectionState,
  type ElectionStep,
  initialElection,
  stepElection,
} from './single-entry-election.ts';

const seen = (revision: bigint, holder?: { createRevision: bigint; mine: boolean }): ElectionEvent => ({
  type: 'seen',
  holder,
  revision,
});
const answered = (revision: bigint, holder?: { createRevision: bigint; mine: boolean }): ElectionEvent => ({
  type: 'answered',
  holder,
  revision,
});

/** Runs events from the beginning; answers the last state and all effects. */
function play(...events: ElectionEvent[]): ElectionStep {
  let state: ElectionState = initialElection;
  const effects = [];
  for (const event of events) {
    const step = stepElection(state, event);
    state = step.state;
    effects.push(...step.effects);
  }
  return { state, effects };
}

const mine = (createRevision: bigint): { createRevision: bigint; mine: boolean } => ({ createRevision, mine: true });
const other = (createRevision: bigint): { createRevision: bigint; mine: boolean } => ({ createRevision, mine: false });

describe('an election', () => {
  test('claims where nobody leads and wins with the create revision as token', () => {
    expect(play(seen(5n), answered(6n, mine(6n)))).toEqual({
      state: { phase: 'leading', seen: 6n, fencingToken: 6n },
      effects: [{ type: 'claim' }, { type: 'won', fencingToken: 6n }],
    });
  });

  test('claims at once without having looked, and only once', () => {
    const step = play({ type: 'begin' }, seen(5n), answered(6n, mine(6n)), { type: 'begin' });
    expect(step.effects).toEqual([{ type: 'claim' }, { type: 'won', fencingToken: 6n }]);
    expect(play({ type: 'begin' }, answered(6n, other(3n))).state).toEqual({ phase: 'waiting', seen: 6n });
  });

  test('waits while another leads and claims when that one is gone', () => {
    expect(play(seen(5n, other(3n))).effects).toEqual([]);
    expect(play(seen(5n, other(3n)), seen(8n)).effects).toEqual([{ type: 'claim' }]);
  });

  test('a claim that came too late goes back to waiting', () => {
    const late = play(seen(5n), answered(7n, other(6n)));
    expect(late.state).toEqual({ phase: 'waiting', seen: 7n });
    expect(late.effects).toEqual([{ type: 'claim' }]);
  });

  test('the end of the winner, seen before the refusal is answered, is not missed', () => {
    const step = play(seen(5n), seen(6n, other(6n)), seen(8n), answered(7n, other(6n)));
    expect(step.effects).toEqual([{ type: 'claim' }, { type: 'claim' }]);
  });

  test('late news of an earlier holder does not end the leadership', () => {
    const step = play(seen(5n), answered(9n, mine(9n)), seen(6n, other(6n)), seen(8n), seen(9n, mine(9n)));
    expect(step.state).toEqual({ phase: 'leading', seen: 9n, fencingToken: 9n });
  });

  test.each([
    ['deleted', seen(12n)],
    ['replaced by another', seen(12n, other(12n))],
    ['replaced under the same session', seen(12n, mine(12n))],
  ])('an entry %s ends the leadership', (_, event) => {
    const step = play(seen(5n), answered(6n, mine(6n)), event);
    expect(step.state).toEqual({ phase: 'ended' });
    expect(step.effects.at(-1)).toEqual({ type: 'lost' });
  });

  test('a claim whose reply was lost is recognised by its session', () => {
    // The shell repeats the claim; it is refused, by the entry the first one wrote.
    const step = play(seen(5n), answered(9n, mine(6n)));
    expect(step.effects.at(-1)).toEqual({ type: 'won', fencingToken: 6n });
  });

  test('a new value under the same incarnation keeps the leadership', () => {
    expect(play(seen(5n), answered(6n, mine(6n)), seen(7n, mine(6n))).state).toMatchObject({ phase: 'leading' });
  });

  test('nothing happens after the end', () => {
    const ended = play(seen(5n), { type: 'ended' }).state;
    expect(stepElection(ended, seen(9n))).toEqual({ state: ended, effects: [] });
    expect(stepElection(ended, answered(9n, mine(9n)))).toEqual({ state: ended, effects: [] });
  });
});
