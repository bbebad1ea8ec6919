/** What contention for a lock comes to, computed in one place for every implementation. */
import { quantile } from '../lib/report.mjs';

/**
 * @param {readonly (readonly [asked: number, acquired: number, released: number])[]} holds in milliseconds
 * @param {number} warm so many of the first do not count: they show the compiler
 */
export function handOverFigures(holds, warm) {
  const inOrder = holds.toSorted((a, b) => a[1] - b[1]);
  const handOvers = inOrder.slice(1).map(([, acquired], index) => acquired - inOrder[index][2]);
  const counted = handOvers.slice(warm);
  return [
    { figure: 'hand-over, median', unit: 'ms', value: quantile(counted, 0.5), better: 'less' },
    { figure: 'hand-over, p99', unit: 'ms', value: quantile(counted, 0.99), better: 'less' },
  ];
}

/** Fairness: how long the longest wait was, and how many were overtaken by somebody who asked later. */
export function fairnessFigures(holds, warm) {
  const counted = holds.toSorted((a, b) => a[1] - b[1]).slice(warm);
  const waits = counted.map(([asked, acquired]) => acquired - asked);
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  return [
    { figure: 'longest wait / mean wait', unit: '', value: Math.max(...waits) / mean, better: 'less' },
    { figure: 'overtaken', unit: '%', value: (100 * overtaken(counted)) / counted.length, better: 'less' },
  ];
}

/** How many of `holds`, in the order of acquiring, asked before one that acquired earlier. */
function overtaken(holds) {
  let latestAsked = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const [asked] of holds) {
    if (asked < latestAsked) count += 1;
    latestAsked = Math.max(latestAsked, asked);
  }
  return count;
}
