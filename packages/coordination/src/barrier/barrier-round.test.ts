import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BarrierView, enteredStep, leftStep } from './barrier-round.ts';

const party = (createRevision: bigint): { name: string; createRevision: bigint } => ({
  name: `p${createRevision}`,
  createRevision,
});

test('a party waits for enough, opens with the last, and passes with the first opening after it', () => {
  expect(enteredStep({ parties: [party(3n)], round: undefined }, 3n, 2)).toEqual({ type: 'wait', until: undefined });
  const both = [party(3n), party(4n)];
  expect(enteredStep({ parties: both, round: undefined }, 4n, 2)).toEqual({ type: 'open', parties: both });
  expect(enteredStep({ parties: both, round: 5n }, 3n, 2)).toEqual({ type: 'through', round: 5n });
});

test('a party of the next round waits until the last of the round before has gone, and closes what it left', () => {
  const view = { parties: [party(3n), party(6n)], round: 5n };
  expect(enteredStep(view, 6n, 1)).toEqual({ type: 'wait', until: party(3n) });
  expect(enteredStep({ ...view, parties: [party(6n)] }, 6n, 1)).toEqual({ type: 'close', round: 5n });
});

test('who has left is through when all have, whatever the next round does', () => {
  expect(leftStep({ parties: [party(3n), party(4n)], round: 5n }, 5n)).toEqual({ type: 'wait', until: party(4n) });
  expect(leftStep({ parties: [party(6n)], round: 5n }, 5n)).toEqual({ type: 'close', round: 5n });
  expect(leftStep({ parties: [party(3n)], round: undefined }, 5n)).toEqual({ type: 'through', round: 5n });
  expect(leftStep({ parties: [party(6n)], round: 8n }, 5n)).toEqual({ type: 'through', round: 5n });
});

/** A barrier and its parties on a store with one order of writes; every step of every party is one move. */
test('in any order of moves, as many pass together as make a round, and nobody passes twice in one', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat({ max: 5 }), { minLength: 20, maxLength: 200 }),
      (wanted, moves) => {
        let revision = 1n;
        let round: bigint | undefined;
        const entries = new Map<number, bigint>();
        const passed = new Map<number, bigint>();
        const passes = new Map<bigint, Set<number>>();
        for (const who of moves) {
          const view: BarrierView = { parties: [...entries.values()].map(party), round };
          const own = entries.get(who);
          const left = passed.get(who);
          if (own === undefined && left === undefined) {
            revision += 1n;
            entries.set(who, revision);
            continue;
          }
          if (own !== undefined && left !== undefined) {
            entries.delete(who);
            continue;
          }
          const step = own === undefined ? leftStep(view, left ?? 0n) : enteredStep(view, own, wanted);
          if (step.type === 'open') {
            revision += 1n;
            round = revision;
            expect(step.parties.length).toBeGreaterThanOrEqual(wanted);
          } else if (step.type === 'close') round = undefined;
          else if (step.type === 'through' && own === undefined) passed.delete(who);
          else if (step.type === 'through') {
            passed.set(who, step.round);
            const together = passes.get(step.round) ?? new Set();
            expect(together.has(who)).toBe(false);
            passes.set(step.round, together.add(who));
            expect(own).toBeLessThan(step.round);
          }
        }
      },
    ),
  );
});
