import type { ClusterProgram, Place, Wanted } from './cluster-program.ts';
import type { ClusterFacts, PartitionFacts } from './facts.ts';
import { type Entry, LinearProgram } from './linear-program.ts';

/** Steps of the simplex method for one node: it is a small knapsack, and its bound is true wherever the search ends. */
const work = 1000;

/**
 * Adds to the program how many whole replicas have to leave and to enter each node, both together, whatever goes on elsewhere: the optimum of a
 * program of that node alone. Where replicas may be split a node mends itself with parts of them, and that is where the program of the
 * whole cluster is furthest from the truth when few copies are needed; what leaves to mend one dimension may have to be made up for in another.
 */
export function addNodeTouches(facts: ClusterFacts, { program, onNode }: ClusterProgram, wanted: Wanted): void {
  for (const [node, { condition }] of facts.nodes.entries()) {
    if (condition !== 'live') continue;
    const places = onNode[node] ?? [];
    const stands = ({ partition }: Place): boolean => partition.current.has(node);
    // What stays saves what leaving costs: that of everything leaving is a constant.
    const costOf = (place: Place): number => (stands(place) ? -1 : 1);
    const here = new Set(places.filter(stands).map(({ partition }) => partition)).size;
    const touches = Math.ceil(ofNodeAlone(node, places, wanted, costOf).wholly(work, 1).bound + here - 1e-6);
    if (touches <= 0 || touches === Number.POSITIVE_INFINITY) continue;
    program.row(
      touches - here,
      Number.POSITIVE_INFINITY,
      places.map((place): Entry => [place.column, costOf(place)]),
    );
  }
}

/** Any replicas on the node so that it is within its ranges, at most one of a partition. */
function ofNodeAlone(
  node: number,
  places: readonly Place[],
  { loads, leaders }: Wanted,
  costOf: (place: Place) => number,
): LinearProgram {
  const program = new LinearProgram();
  const columns = places.map((place) => program.column(costOf(place)));
  const byPartition = new Map<PartitionFacts, Entry[]>();
  for (const [at, { partition }] of places.entries()) {
    const own = byPartition.get(partition) ?? [];
    own.push([columns[at] ?? 0, 1]);
    byPartition.set(partition, own);
  }
  for (const [{ mustStand }, entries] of byPartition) {
    const must = mustStand.includes(node) ? 1 : 0;
    if (must > 0 || entries.length > 1) program.row(must, 1, entries);
  }
  const addUp = (amountOf: (place: Place) => number): Entry[] =>
    places.flatMap((place, at): Entry[] => {
      const amount = amountOf(place);
      return amount === 0 ? [] : [[columns[at] ?? 0, amount]];
    });
  for (const [dimension, row] of loads.entries()) {
    const { low, high } = row[node] ?? { low: 0, high: 0 };
    program.row(
      low,
      high,
      addUp(({ kind }) => kind.slot.load[dimension] ?? 0),
    );
  }
  const range = leaders?.[node];
  if (range !== undefined)
    program.row(
      range.low,
      range.high,
      addUp(({ kind }) => (kind.slot.leads ? 1 : 0)),
    );
  return program;
}
