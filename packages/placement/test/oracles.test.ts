import { describe, expect, it } from 'vitest';
import {
  type Answer,
  bestOfAll,
  type ClusterFacts,
  copiesOf,
  countAnswer,
  factsOf,
  fairLoads,
  leaderBound,
  leaderRanges,
  leastOutside,
  loadRanges,
  moveBound,
  outsideRanges,
  replicaRanges,
  type Way,
  weightedBound,
} from '../test-support/oracles/index.ts';
import { tinyProblem } from './tiny.ts';

/** More of them with `KEELSON_TINY_PROBLEMS`: it was 2,000 when the oracles were written. */
const seeds = Array.from({ length: Number(process.env.KEELSON_TINY_PROBLEMS ?? 80) }, (_, seed) => seed);
/** Trying every answer takes seconds: a busy machine may take its time. */
const patience = { timeout: 600_000 };
const wantedOf = ({ partitions }: ClusterFacts): number => partitions.reduce((sum, { slots }) => sum + slots.length, 0);

describe('the bound on moves by flow', patience, () => {
  it('is what trying every answer finds', () => {
    let found = 0;
    for (const seed of seeds) {
      const facts = factsOf(tinyProblem(seed));
      const ranges = replicaRanges(facts);
      const bound = moveBound(facts, ranges);
      const own = (at: number, way: Way): number => copiesOf(facts, at, way);
      const whole = (answer: Answer): number => {
        const { loads, moves } = countAnswer(facts, answer);
        return 1000 * outsideRanges(loads[0] ?? [], ranges) + moves;
      };
      const best = bestOfAll(facts, { own, whole });
      found += best === undefined ? 0 : 1;
      expect({ seed, whole: bound.placed === wantedOf(facts) }).toEqual({ seed, whole: best !== undefined });
      if (best !== undefined)
        expect({ seed, cost: 1000 * bound.outside + bound.moves }).toEqual({ seed, cost: best.cost });
    }
    expect(found / seeds.length).toBeGreaterThan(0.5);
  });
});

describe('the bound on leader changes by flow', patience, () => {
  it('over all sets of replicas is never above what trying every answer finds, and nearly always meets it', () => {
    let found = 0;
    let met = 0;
    for (const seed of seeds) {
      const facts = factsOf(tinyProblem(seed, { most: 4 }));
      const ranges = leaderRanges(facts);
      const whole = (answer: Answer): number => {
        const { leaders, leaderChanges } = countAnswer(facts, answer);
        return 1000 * outsideRanges(leaders, ranges) + leaderChanges;
      };
      const best = bestOfAll(facts, { own: () => 0, whole });
      if (best === undefined) continue;
      const bound = leaderBound(facts, undefined, ranges);
      const least = 1000 * bound.outside + bound.changes;
      expect({ seed, least, above: least > best.cost }).toEqual({ seed, least, above: false });
      found += 1;
      met += least === best.cost ? 1 : 0;
    }
    expect(met / found).toBeGreaterThan(0.8);
  });
});

describe('the bounds on moves of weights', patience, () => {
  /** The best answer within the balance asked for, by trying them all. */
  function bestWithin(facts: ClusterFacts, changeCost: number) {
    const loads = loadRanges(facts);
    const leaders = leaderRanges(facts);
    const costOf = (counts: ReturnType<typeof countAnswer>): number => counts.moves + changeCost * counts.leaderChanges;
    const own = (at: number, way: Way): number => copiesOf(facts, at, way);
    const whole = (answer: Answer): number => {
      const counts = countAnswer(facts, answer);
      const beside = loads.some((row, dimension) => outsideRanges(counts.loads[dimension] ?? [], row) > 1e-9);
      const besideLeaders = changeCost > 0 && outsideRanges(counts.leaders, leaders) > 0;
      return beside || besideLeaders ? Number.POSITIVE_INFINITY : costOf(counts);
    };
    const question = { loads, changeCost, ...(changeCost > 0 ? { leaders } : {}) };
    return { best: bestOfAll(facts, { own, whole }), question };
  }

  it.each([0, 0.5])(
    'over whole replicas is what trying every answer finds, a leader that changes costing %d',
    (changeCost) => {
      let found = 0;
      let beyondCounting = 0;
      for (const seed of seeds) {
        const facts = factsOf(tinyProblem(seed, { weighted: true, most: 6 }));
        const { best, question } = bestWithin(facts, changeCost);
        // Of no answer anything is known: what it might cost at most is asked for.
        const most = wantedOf(facts) + 1;
        const open = weightedBound(facts, { ...question, guess: most });
        expect({ seed, cost: open.cost, exact: open.exact }).toEqual({ seed, cost: best?.cost ?? most, exact: true });
        if (best === undefined) continue;
        found += 1;
        beyondCounting += open.knapsack < best.cost ? 1 : 0;
        expect({ seed, above: Math.max(open.knapsack, open.relaxed) > best.cost + 1e-6 }).toEqual({
          seed,
          above: false,
        });
        // Asked with the cost of an answer, as the judge does: of the best one, and of one that is worse.
        for (const over of [0, 1])
          expect(weightedBound(facts, { ...question, guess: best.cost + over }).cost).toBe(best.cost);
      }
      expect(found / seeds.length).toBeGreaterThan(0.25);
      expect(beyondCounting).toBeGreaterThan(0);
    },
  );

  it('tells how far outside the balance every answer is', () => {
    let outside = 0;
    for (const seed of seeds) {
      const facts = factsOf(tinyProblem(seed, { weighted: true, most: 6 }));
      const ranges = loadRanges(facts);
      const fair = facts.dimensions.map((_, dimension) => fairLoads(facts, dimension));
      const whole = (answer: Answer): number => {
        const { loads } = countAnswer(facts, answer);
        return Math.max(...ranges.map((row, at) => outsideRanges(loads[at] ?? [], row, fair[at])));
      };
      const best = bestOfAll(facts, { own: () => 0, whole });
      const least = leastOutside(facts, ranges);
      expect({ seed, above: least > (best?.cost ?? Number.POSITIVE_INFINITY) + 1e-6 }).toEqual({ seed, above: false });
      expect({ seed, below: least < (best?.cost ?? Number.POSITIVE_INFINITY) - 2e-4 }).toEqual({ seed, below: false });
      outside += best !== undefined && best.cost > 0.01 ? 1 : 0;
    }
    expect(outside).toBeGreaterThan(0);
  });
});
