/** What a node may carry without being called uneven. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Below this a difference is a rounding error of the sums, relative to 1. */
const DUST = 1e-9;

/**
 * The range tolerated around a fair share that is counted in whole things (replicas, leaders): at least the whole numbers around
 * the fair share, and whatever whole numbers `(1 ± tolerance) ×` adds.
 */
export function wholeRange(fair: number, tolerance: number): Range {
  const floor = Math.floor(fair + DUST);
  const ceil = Math.ceil(fair - DUST);
  return {
    least: Math.max(0, Math.min(floor, Math.ceil((1 - tolerance) * fair - DUST))),
    most: Math.max(ceil, Math.floor((1 + tolerance) * fair + DUST)),
  };
}

/** The range tolerated around a fair share of something that weighs. */
export function weightRange(fair: number, tolerance: number): Range {
  return { least: Math.max(0, (1 - tolerance) * fair), most: (1 + tolerance) * fair };
}

/**
 * How far `carried` lies outside the range, in percent of the fair share; 0 inside. On a node whose fair share is 0 anything it
 * carries counts 100 % for each unit, as there is no share to relate it to.
 */
export function percentOutside(carried: number, fair: number, { least, most }: Range): number {
  const outside = Math.max(carried - most, least - carried);
  const base = fair > 0 ? fair : 1;
  return outside <= base * DUST ? 0 : (outside / base) * 100;
}
