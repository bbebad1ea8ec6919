/** Between what and what the number of things on a node has to be, and how many of those there today may stay. */
export interface Quota {
  readonly present: number;
  readonly least: number;
  readonly most: number;
}

/**
 * The most things that can stay where they are when each node is to hold between `least` and `most` of them, `total` in all: every
 * node keeps what it has up to its own number. The numbers start at `least`; each of the `total − Σ least` left over saves one thing at
 * most, and does so only where a node has more than `least` and may hold it. So no choice of numbers keeps more.
 */
export function mostKept(quotas: readonly Quota[], total: number): number {
  let leastOfAll = 0;
  let keptAtLeast = 0;
  let keptAtMost = 0;
  for (const { present, least, most } of quotas) {
    leastOfAll += least;
    keptAtLeast += Math.min(present, least, most);
    keptAtMost += Math.min(present, most);
  }
  // Numbers that do not add up (something has no place, or a limit is below the range) ask for nothing from below.
  if (leastOfAll > total) return Math.min(keptAtMost, total);
  return keptAtLeast + Math.min(total - leastOfAll, keptAtMost - keptAtLeast);
}
