/** One thing that is wrong with a problem, a change or an option. */
export interface PlacementFault {
  /** Where, as one would write it in code: `resources[2].partitions[7].weight.cpu`. Empty for the whole. */
  readonly path: string;
  /** What is wrong with it, to be read after the path: `must not be negative, is -1`. */
  readonly text: string;
}

/** Most faults that a `PlacementError` lists; it counts the others. */
export const MOST_FAULTS = 100;

/** How many of them its message shows. */
const SHOWN = 5;

/**
 * Input that cannot be placed from: contradictory, negative, NaN, unknown or duplicate names, wrong types. Lists everything that is
 * wrong at once, in the order of the input, up to `MOST_FAULTS`.
 *
 * @example
 * try { solve(problem); } catch (error) {
 *   if (error instanceof PlacementError) for (const { path, text } of error.problems) console.error(`${path} ${text}`);
 * }
 */
export class PlacementError extends Error {
  readonly code = 'E_INVALID_PLACEMENT' as const;
  readonly problems: readonly PlacementFault[];
  /** Faults found beyond those listed. */
  readonly more: number;

  /** @param more Faults that are not in `problems`. */
  constructor(problems: readonly PlacementFault[], more = 0) {
    super(messageOf(problems, more));
    this.name = 'PlacementError';
    this.problems = problems;
    this.more = more;
  }
}

function messageOf(problems: readonly PlacementFault[], more: number): string {
  const shown = problems.slice(0, SHOWN).map(({ path, text }) => (path === '' ? text : `${path} ${text}`));
  const hidden = problems.length + more - shown.length;
  return `The placement problem is not valid: ${shown.join('; ')}${hidden > 0 ? `; and ${hidden} more` : ''}`;
}
