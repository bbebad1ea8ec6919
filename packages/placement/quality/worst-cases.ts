/** A scenario that went worst, and how far above its bound it was. */
export interface WorstCase {
  readonly number: number;
  readonly family: string;
  /** Copies over their lower bound. */
  readonly movement: number;
}

/**
 * The ten worst weighted scenarios of `npm run quality`, run again as tests: what was gained must not be lost. In most of them few copies have to fit like a
 * puzzle. An integer program that is given the answer to beat finds 12 copies where 296 takes 14.5 and has a bound of 10, 47 where 347 takes 49 and has one of 37,
 * and for 39 what the solver finds; so about half of what is above the bounds is the bounds.
 */
export const worstCases: readonly WorstCase[] = [
  { number: 39, family: 'several models and tags', movement: 1.15 },
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
