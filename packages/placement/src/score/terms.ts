import type { PlacementGoals } from '../model/problem.ts';

/** The wishes of `PlacementGoals`: each is one term of the score. */
export type TermName = Exclude<keyof PlacementGoals, 'tolerance' | 'leaderTolerance'>;

/** All terms, in the order in which they are told. */
export const TERM_NAMES: readonly TermName[] = Object.freeze([
  'evenness',
  'resourceEvenness',
  'leaderEvenness',
  'moves',
  'bytes',
  'leaderChanges',
  'spread',
  'preferredLeaders',
  'affinity',
  'copysets',
]);

/** What each term's figure counts. */
export const TERM_UNITS: Readonly<Record<TermName, string>> = Object.freeze({
  evenness: '% outside the range, squared',
  resourceEvenness: '% outside the range, squared',
  leaderEvenness: '% outside the range, squared',
  moves: 'replicas',
  bytes: "mean replicas' bytes",
  leaderChanges: 'leaders',
  spread: 'pairs of replicas',
  preferredLeaders: 'partitions',
  affinity: 'replicas, weighed',
  copysets: 'sets of nodes',
});

/** One wish, as far as it is not met. */
export interface ScoreTerm {
  /** In `unit`; 0 is best. */
  readonly figure: number;
  readonly unit: string;
  /** What one unit costs: the field of the same name in `PlacementGoals`. */
  readonly weight: number;
  /** `figure × weight`. */
  readonly penalty: number;
}

/** A figure per term. */
export type Figures = Readonly<Record<TermName, number>>;

/** Weighs figures as the goals say. */
export function weigh(figures: Figures, goals: PlacementGoals): Record<TermName, ScoreTerm> {
  const terms: Partial<Record<TermName, ScoreTerm>> = {};
  for (const name of TERM_NAMES) {
    const figure = figures[name];
    const weight = goals[name];
    terms[name] = { figure, unit: TERM_UNITS[name], weight, penalty: figure * weight };
  }
  return terms as Record<TermName, ScoreTerm>;
}
