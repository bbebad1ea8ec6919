/** A scenario that went worst, and how far above its bound it was. */
export interface WorstCase {
  readonly number: number;
  readonly family: string;
  /** Copies over their lower bound. */
  readonly movement: number;
}

/**
 * The ten worst weighted scenarios of `npm run quality`, and seven that once were among them, run again as tests: what was gained must not be lost. In most of
 * the ten few copies have to fit like a puzzle. An integer program that is given the answer to beat finds 12 copies where 296 takes 14.5 and has a bound of 10, 47 where 347 takes 49 and has one of 37,
 * and for 39 what the solver finds; so about half of what is above the bounds is the bounds.
 */
export const worstCases: readonly WorstCase[] = [
  { number: 23, family: 'add a node', movement: 1.05 },
  { number: 33, family: 'log-normal weights', movement: 1.01 },
  { number: 39, family: 'several models and tags', movement: 1.15 },
  { number: 56, family: 'skewed weights', movement: 1.04 },
  { number: 67, family: 'add a node', movement: 1.04 },
  { number: 111, family: 'add a node', movement: 1.05 },
  { number: 120, family: 'weights drift', movement: 1.08 },
  { number: 155, family: 'add a node', movement: 1.04 },
  { number: 296, family: 'weights drift', movement: 1.45 },
  { number: 347, family: 'several models and tags', movement: 1.33 },
  { number: 428, family: 'weights drift', movement: 1.2 },
  { number: 450, family: 'weights drift', movement: 1.13 },
  { number: 604, family: 'weights drift', movement: 1.18 },
  { number: 692, family: 'weights drift', movement: 1.17 },
  { number: 714, family: 'weights drift', movement: 1.17 },
  { number: 736, family: 'weights drift', movement: 1.36 },
  { number: 1000, family: 'weights drift', movement: 1.5 },
];
