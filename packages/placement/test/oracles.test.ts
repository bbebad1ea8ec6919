import { describe, expect, it } from 'vitest';
import {
  type Answer,
  bestOfAll,
  type ClusterFacts,
  countAnswer,
  factsOf,
  leaderBound,
  leaderRanges,
  loadRanges,
  moveBound,
  movesOf,
  type Range,
  replicaRanges,
  weightedBound,
} from '../test-support/oracles/index.ts';
import { tinyProblem } from './tiny.ts';

const seeds = Array.from({ length: 80 }, (_, seed) => seed);
/** Trying every answer takes seconds: a busy machine may take its time. */
const patience = { timeout: 120_000 };
const wantedOf = ({ partitions }: ClusterFacts): number => partitions.reduce((sum, { slots }) => sum + slots.length, 0);
const outside = (amounts: readonly number[], ranges: readonly Range[]): number =>
  amounts.reduce((sum, amount, node) => {
    const { low, high } = ranges[node] ?? { low: 0, high: 0 };
    return sum + Math.max(0, amount - high, low - amount);
  }, 0);

describe('the bound on moves by flow', patience, () => {
  it('is what trying every answer finds', () => {
    let found = 0;
    for (const seed of seeds) {
      const facts = factsOf(tinyProblem(seed));
      const ranges = replicaRanges(facts);
      const bound = moveBound(facts, ranges);
      const cost = (answer: Answer): number => {
        const { loads, moves } = countAnswer(facts, answer);
        return 1000 * outside(loads[0] ?? [], ranges) + moves;
      };
      const best = bestOfAll(facts, cost, (standing) => movesOf(facts, standing));
      found += best === undefined ? 0 : 1;
      expect({ seed, whole: bound.placed === wantedOf(facts) }).toEqual({ seed, whole: best !== undefined });
      if (best !== undefined)
        expect({ seed, cost: 1000 * bound.outside + bound.moves }).toEqual({ seed, cost: best.cost });
    }
    expect(found).toBeGreaterThan(25);
  });
});

describe('the bound on leader changes by flow', patience, () => {
  it('over all sets of replicas is never above what trying every answer finds, and nearly always meets it', () => {
    let found = 0;
    let met = 0;
    for (const seed of seeds) {
      const facts = factsOf(tinyProblem(seed, { most: 4 }));
      const ranges = leaderRanges(facts);
      const cost = (answer: Answer): number => {
        const { leaders, leaderChanges } = countAnswer(facts, answer);
        return 1000 * outside(leaders, ranges) + leaderChanges;
      };
      const best = bestOfAll(facts, cost);
      if (best === undefined) continue;
      const bound = leaderBound(facts, undefined, ranges);
      const least = 1000 * bound.outside + bound.changes;
      expect({ seed, least, above: least > best.cost }).toEqual({ seed, least, above: false });
      found += 1;
      met += least === best.cost ? 1 : 0;
    }
    expect(met / found).toBeGreaterThan(0.9);
  });
});

describe('the bound on moves of weights', patience, () => {
  it('is never above what trying every answer finds, and often meets it', () => {
    let met = 0;
    let found = 0;
    for (const seed of seeds) {
      const facts = factsOf(tinyProblem(seed, { weighted: true }));
      const ranges = loadRanges(facts);
      const cost = (answer: Answer): number => {
        const { loads, moves } = countAnswer(facts, answer);
        const beside = loads.some((row, dimension) => outside(row, ranges[dimension] ?? []) > 1e-9);
        return beside ? Number.POSITIVE_INFINITY : moves;
      };
      const best = bestOfAll(facts, cost, (standing) => movesOf(facts, standing));
      if (best === undefined) continue;
      const anywhere = facts.nodes.map(() => ({ low: 0, high: Number.POSITIVE_INFINITY }));
      const question = { loads: ranges, leaders: anywhere, changeCost: 0, guess: best.cost };
      const { cost: moves } = weightedBound(facts, question);
      expect({ seed, moves, above: moves > best.cost }).toEqual({ seed, moves, above: false });
      found += 1;
      met += moves === best.cost ? 1 : 0;
    }
    expect(found).toBeGreaterThan(12);
    expect(met / found).toBeGreaterThan(0.5);
  });
});
