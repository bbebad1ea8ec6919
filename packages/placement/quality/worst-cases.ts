/** A scenario that went worst, and how far above its bound it was. */
export interface WorstCase {
  readonly number: number;
  readonly family: string;
  /** Copies over their lower bound. */
  readonly movement: number;
}

/**
 * Ten of the worst weighted scenarios known of `npm run quality`, run again as tests: what was gained must not be lost. All have weights in several
 * dimensions or of very different size, where few replicas have to add up. Beside 39, 120, 296 and 347 the bound may be what is off.
 */
export const worstCases: readonly WorstCase[] = [
  { number: 23, family: 'add a node', movement: 1.05 },
  { number: 33, family: 'log-normal weights', movement: 1.01 },
  { number: 39, family: 'several models and tags', movement: 1.25 },
  { number: 56, family: 'skewed weights', movement: 1.04 },
  { number: 67, family: 'add a node', movement: 1.04 },
  { number: 111, family: 'add a node', movement: 1.05 },
  { number: 120, family: 'weights drift', movement: 1.08 },
  { number: 155, family: 'add a node', movement: 1.04 },
  { number: 296, family: 'weights drift', movement: 1.7 },
  { number: 347, family: 'several models and tags', movement: 1.4 },
];
