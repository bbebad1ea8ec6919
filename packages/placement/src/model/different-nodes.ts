import type { ProblemParts } from './compile.ts';

/** The nodes of which anything is different, or that are new, ascending. O(nodes × (dimensions + levels) + resources + sets of eligible nodes × nodes). */
export function differentNodes(before: ProblemParts, now: ProblemParts): readonly number[] {
  const different = new Uint8Array(now.nodes.N).fill(1, before.nodes.N);
  const D = now.dimensionNames.length;
  const compare = (old: ArrayLike<number>, fresh: ArrayLike<number>, width = 1): void => {
    for (let i = 0; i < old.length; i++) if (old[i] !== fresh[i]) different[Math.floor(i / width)] = 1;
  };
  compare(before.nodes.nodeState, now.nodes.nodeState);
  compare(before.nodes.capacity, now.nodes.capacity, D);
  compare(before.nodes.share, now.nodes.share);
  compare(before.nodes.maxReplicas, now.nodes.maxReplicas);
  compare(before.nodes.zone, now.nodes.zone);
  for (const [level, domain] of before.nodes.domains.entries()) compare(domain, now.nodes.domains[level] ?? []);
  compareEligible(before, now, compare);
  const nodes: number[] = [];
  for (const [n, flag] of different.entries()) if (flag === 1) nodes.push(n);
  return nodes;
}

/** Which nodes a resource may use, each pair of sets compared once. */
function compareEligible(
  before: ProblemParts,
  now: ProblemParts,
  compare: (old: Uint8Array, fresh: Uint8Array) => void,
): void {
  const index = new Map(before.resources.resourceNames.map((name, k) => [name, k]));
  const compared = new Map<Uint8Array, Set<Uint8Array>>();
  for (const [k, name] of now.resources.resourceNames.entries()) {
    const old = before.resources.isEligible[index.get(name) ?? -1];
    const fresh = now.resources.isEligible[k];
    if (old === undefined || fresh === undefined || old === fresh) continue;
    const others = compared.get(old) ?? new Set();
    compared.set(old, others);
    if (others.has(fresh)) continue;
    others.add(fresh);
    compare(old, fresh);
  }
}
