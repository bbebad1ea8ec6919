import { describe, expect, it } from 'vitest';
import { compile } from '../model/compile.ts';
import type { PlacementProblem } from '../model/problem.ts';
import { fairShares } from '../score/fair-shares.ts';
import { anneal } from './anneal.ts';
import { Board } from './board.ts';
import { Budget } from './budget.ts';
import { Chance } from './chance.ts';
import { GoodCopies } from './good-copies.ts';
import { Imbalance } from './imbalance.ts';
import { fillToday, keepCurrent } from './keep.ts';
import { layOut } from './layout.ts';
import { findPrices } from './prices.ts';
import { rangesOf } from './ranges.ts';
import { SolverState } from './state.ts';
import { copiesSoFar } from './trades.ts';
import { Trial } from './trial.ts';
import { Tries } from './tries.ts';

/** Twelve partitions of weights 1 to 12, twice each on a and b, and an empty node c beside them. */
function newcomer(leaderLoad: number): PlacementProblem {
  return {
    dimensions: ['cpu'],
    goals: { tolerance: 0.05, leaderTolerance: 1 },
    nodes: ['a', 'b', 'c'].map((name) => ({ name })),
    resources: [
      {
        name: 'db',
        roles: [
          { name: 'MASTER', count: 1, load: leaderLoad },
          { name: 'SLAVE', count: 1 },
        ],
        partitions: Array.from({ length: 12 }, (_, p) => ({
          name: `p${String(p).padStart(2, '0')}`,
          weight: { cpu: p + 1 },
          current: [
            { node: p % 2 === 0 ? 'a' : 'b', role: 'MASTER' },
            { node: p % 2 === 0 ? 'b' : 'a', role: 'SLAVE' },
          ],
        })),
      },
    ],
  };
}

function standing(problem: PlacementProblem) {
  const layout = layOut(compile(problem));
  const fair = fairShares(layout.problem);
  const state = new SolverState(layout);
  keepCurrent(state, () => fillToday(state, fair.load));
  const { tolerance, leaderTolerance } = layout.problem.goals;
  const ranges = rangesOf(layout, fair, tolerance, leaderTolerance);
  return { state, ranges, imbalance: new Imbalance(state, ranges, fair) };
}

const outsideOf = ({ state, imbalance }: ReturnType<typeof standing>): number =>
  Array.from(state.count, (_, n) => imbalance.of(n)).reduce((sum, outside) => sum + outside, 0);

describe('annealing', () => {
  it('fills a newcomer with as few copies as its share needs', () => {
    const start = standing(newcomer(1));
    anneal(start.state, start.ranges, start.imbalance, new Budget(100_000), 20_000);
    expect(outsideOf(start)).toBe(0);
    // 52 of 156 are fair: a and b have to give 23.4 each at least, and 12 + 11 are not enough.
    expect(copiesSoFar(start.state)).toBe(6);
  });

  it('leaves everything as it is without a budget', () => {
    const start = standing(newcomer(1));
    const before = start.state.node.slice();
    anneal(start.state, start.ranges, start.imbalance, new Budget(0), 20_000);
    expect(start.state.node).toEqual(before);
  });

  it('keeps to a budget', () => {
    const start = standing(newcomer(1.5));
    const budget = new Budget(50);
    anneal(start.state, start.ranges, start.imbalance, budget, 20_000);
    expect(budget.used).toBeLessThanOrEqual(50);
  });
});

describe('prices', () => {
  it('prove how many copies there have to be, and what a copy is worth', () => {
    const { state, ranges, imbalance } = standing(newcomer(1));
    const { bound, price } = findPrices(new Board(state, ranges, imbalance), 0);
    // 42 in four copies, and 7.4 of the fifth, which weighs 8.
    expect(bound).toBeGreaterThan(4);
    expect(bound).toBeLessThanOrEqual(4 + 7.4 / 8 + 1e-9);
    expect(price[2]).toBeLessThan(0);
    const { partition, to } = new GoodCopies(new Board(state, ranges, imbalance), price, 0);
    expect(new Set(to)).toEqual(new Set([2]));
    expect(partition[0]).toBe(11);
  });
});

describe.each([1, 1.5])('a trial where leaders weigh %s', (leaderLoad) => {
  it('leaves everything as it was when it is undone, and adds up when it is kept', () => {
    const { state, ranges, imbalance } = standing(newcomer(leaderLoad));
    const board = new Board(state, ranges, imbalance);
    const change = leaderLoad === 1 ? 0 : 0.5;
    const { price } = findPrices(board, change);
    const trial = new Trial(board, price, change);
    const tries = new Tries(board, trial, new GoodCopies(board, price, change), new Chance(3));
    let kept = 0;
    for (let step = 0; step < 800; step++) {
      const before = { node: board.node.slice(), load: board.load.slice() };
      if (tries.next(2) && trial.weigh(100, 1) < 1.5 && trial.fits()) {
        tries.keep();
        kept += 1;
      } else {
        trial.undo();
        expect({ node: board.node, load: board.load }).toEqual(before);
      }
    }
    const anew = new Trial(board, price, change);
    expect(kept).toBeGreaterThan(3);
    expect(trial.cost).toBeCloseTo(anew.cost, 6);
    expect(trial.outside).toBeCloseTo(anew.outside, 6);
    board.adopt(board.node);
    expect(state.load).toHaveLength(3);
    expect([...state.node]).toEqual([...board.node]);
  });
});
