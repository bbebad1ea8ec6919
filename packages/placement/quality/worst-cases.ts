/** A scenario that went worst, and how far above its bound it was. */
export interface WorstCase {
  readonly number: number;
  readonly family: string;
  /** Copies over their lower bound. */
  readonly movement: number;
}

/**
 * The worst weighted scenarios of `npm run quality`, and some that once were among them, run again as tests: what was gained must not be lost. Most are few copies that
 * have to fit like a puzzle. The bounds are those of the tests, which search less hard for them than the command does: that one proves 692 to be the optimum, with `--work 800000` 428
 * too, and with `--work 2500000` 1000. An integer program that is given the answer to beat finds 12 where 296 takes 14.5, 20.5 where 557 takes 22, and 3 where 714
 * takes 3.5; nothing below what the solver finds for 450. Other sequences of chances have come to 32 where 39 takes 33, and to 47 where 347 takes 49.
 */
export const worstCases: readonly WorstCase[] = [
  { number: 23, family: 'add a node', movement: 1.05 },
  { number: 33, family: 'log-normal weights', movement: 1.01 },
  { number: 39, family: 'several models and tags', movement: 1.18 },
  { number: 56, family: 'skewed weights', movement: 1.04 },
  { number: 67, family: 'add a node', movement: 1.04 },
  { number: 111, family: 'add a node', movement: 1.05 },
  { number: 296, family: 'weights drift', movement: 1.45 },
  { number: 347, family: 'several models and tags', movement: 1.2 },
  { number: 428, family: 'weights drift', movement: 1.2 },
  { number: 450, family: 'weights drift', movement: 1.09 },
  { number: 557, family: 'resize nodes', movement: 1.08 },
  { number: 604, family: 'weights drift', movement: 1.14 },
  { number: 692, family: 'weights drift', movement: 1.17 },
  { number: 714, family: 'weights drift', movement: 1.17 },
  { number: 736, family: 'weights drift', movement: 1.24 },
  { number: 1000, family: 'weights drift', movement: 1.5 },
];
