/** Splits of the attention between dimensions that are tried: each gives a bound, the best of them counts. */
const mixes = 6;

/**
 * The fewest of these vectors whose sum reaches `needed` in every dimension: exact up to three, beyond that a lower bound. Any weighing of the
 * dimensions turns the question into one of single numbers, which the largest answer; three and fewer are tried one by one.
 */
export function fewestReaching(vectors: readonly (readonly number[])[], needed: readonly number[]): number {
  const open = needed.flatMap((amount, dimension) => (amount > 1e-9 ? [dimension] : []));
  if (open.length === 0) return 0;
  // As parts of what is needed: reaching it means reaching 1 in every dimension.
  const parts = vectors.map((vector) => open.map((dimension) => (vector[dimension] ?? 0) / (needed[dimension] ?? 1)));
  let count = Math.max(...weighings(open.length).map((weighing) => fewestWeighed(parts, weighing)));
  while (count <= 3 && !reachableBy(parts, open.length, count)) count += 1;
  return count;
}

/** Weights of the dimensions that add up to 1, on a grid. */
function weighings(dimensions: number): number[][] {
  if (dimensions === 1) return [[1]];
  return Array.from({ length: mixes + 1 }, (_, step) => step / mixes).flatMap((first) =>
    weighings(dimensions - 1).map((rest) => [first, ...rest.map((part) => part * (1 - first))]),
  );
}

function fewestWeighed(parts: readonly (readonly number[])[], weighing: readonly number[]): number {
  const amounts = parts.map((part) => part.reduce((sum, amount, at) => sum + amount * (weighing[at] ?? 0), 0));
  let sum = 0;
  let count = 0;
  for (const amount of amounts.sort((a, b) => b - a)) {
    if (sum >= 1 - 1e-9) break;
    sum += amount;
    count += 1;
  }
  return count;
}

/** Whether some `count` of them (three at most) reach 1 in every dimension. */
function reachableBy(parts: readonly (readonly number[])[], dimensions: number, count: number): boolean {
  const reaches = (chosen: readonly number[]): boolean => {
    for (let at = 0; at < dimensions; at += 1) {
      let sum = 0;
      for (const index of chosen) sum += parts[index]?.[at] ?? 0;
      if (sum < 1 - 1e-9) return false;
    }
    return true;
  };
  const extend = (chosen: number[], from: number): boolean => {
    if (chosen.length === count) return reaches(chosen);
    for (let index = from; index < parts.length; index += 1) if (extend([...chosen, index], index + 1)) return true;
    return false;
  };
  return extend([], 0);
}
