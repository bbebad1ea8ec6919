import { type PlacementProblem, type PlacementResult, solve } from '@keelson/placement';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
  bestOfAll,
  type ClusterFacts,
  countAnswer,
  factsOf,
  readAnswer,
  SoftTerms,
  type Way,
} from '../test-support/oracles/index.ts';
import { tinyProblem } from './tiny.ts';

/** More of them with `KEELSON_TINY_PROBLEMS`. */
const count = Number(process.env.KEELSON_TINY_PROBLEMS ?? 100);
/** Trying every answer takes seconds: a busy machine may take its time. */
const patience = { timeout: 600_000 };

/** A problem, the solver's answer, and what the oracles say of it. */
interface Answered {
  readonly seed: number;
  readonly problem: PlacementProblem;
  readonly result: PlacementResult;
  readonly facts: ClusterFacts;
  readonly terms: SoftTerms;
  readonly answer: Answer;
  readonly missing: number;
}

function answered(seed: number, weighted: boolean, most: number): Answered {
  const problem = tinyProblem(seed, { weighted, most, wishes: true });
  const result = solve(problem);
  const facts = factsOf(problem);
  const standing = Object.entries(result.placement.toJSON()).flatMap(([resource, partitions]) =>
    Object.entries(partitions).flatMap(([partition, replicas]) =>
      replicas.map(({ node, role }) => ({ resource, partition, node, role })),
    ),
  );
  const { answer } = readAnswer(facts, standing);
  const { placed, wanted } = countAnswer(facts, answer);
  return { seed, problem, result, facts, terms: new SoftTerms(facts), answer, missing: wanted - placed };
}

const many = (weighted: boolean, most: number, howMany = count): Answered[] =>
  Array.from({ length: howMany }, (_, seed) => answered(seed, weighted, most));

/** Where room or limits shape the fair shares, these are worked out in two ways that need not agree: by flow here, by mean weights in the score. */
const hasLimits = ({ nodes, resources }: PlacementProblem): boolean =>
  nodes.some(({ capacity = {}, maxReplicas }) => maxReplicas !== undefined || Object.keys(capacity).length > 0) ||
  resources.some(({ maxReplicasPerNode }) => maxReplicasPerNode !== undefined);

const rounded = (figures: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, Number(figure.toFixed(4))]));

describe.each([false, true])('answers to tiny problems, with weights: %s', patience, (weighted) => {
  it('are scored, wish by wish, as the goals define them', () => {
    const all = many(weighted, 8, 3 * count).filter(({ problem }) => !hasLimits(problem));
    for (const { seed, result, terms, answer } of all) {
      const figures = terms.figures(answer);
      const { terms: told, penalty } = result.score().after;
      const theirs = Object.fromEntries(Object.entries(told).map(([name, { figure }]) => [name, figure]));
      expect({ seed, ...rounded(theirs) }).toEqual({ seed, ...rounded(figures) });
      expect(penalty).toBeCloseTo(terms.penalty(figures), 4);
    }
    expect(all.length).toBeGreaterThan(count / 2);
  });

  it('place all that any answer places: always where nothing weighs, nearly always where room is counted', () => {
    const short = many(weighted, 4).filter(({ facts, missing }) =>
      Array.from({ length: missing }, (_, fewer) => fewer).some(
        (fewer) => bestOfAll(facts, { own: () => 0, whole: () => 0 }, fewer) !== undefined,
      ),
    );
    expect(short.length, `seeds ${short.map(({ seed }) => seed).join()}`).toBeLessThanOrEqual(
      weighted ? count / 25 : 0,
    );
  });

  it('are as a rule the best of all that place as much and are as even', () => {
    const over = many(weighted, 5, 2 * count).flatMap((one) => {
      const { problem, facts, terms, answer, missing } = one;
      if (hasLimits(problem)) return [];
      const figures = terms.figures(answer);
      const own = (at: number, way: Way): number => terms.own(at, way);
      const whole = (other: Answer): number => {
        const theirs = terms.figures(other);
        const even = (['evenness', 'leaderEvenness', 'resourceEvenness'] as const).every(
          (wish) => theirs[wish] <= figures[wish] + 1e-6,
        );
        return even ? terms.penalty(theirs) : Number.POSITIVE_INFINITY;
      };
      const best = bestOfAll(facts, { own, whole }, missing);
      return best === undefined ? [] : [{ seed: one.seed, over: terms.penalty(figures) - best.cost }];
    });
    const notBest = over.filter((one) => one.over > 1e-6).sort((a, b) => b.over - a.over);
    expect(over.length).toBeGreaterThan(count / 2);
    // The unit of `over` is one copy.
    expect(notBest.length, JSON.stringify(notBest.slice(0, 5))).toBeLessThanOrEqual(over.length / 8);
  });
});
