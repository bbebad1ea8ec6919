import type { CompiledProblem } from '../model/compiled.ts';
import { columnsOf } from './crowds.ts';
import type { Pourer } from './pourers.ts';
import { type Basin, waterFill } from './water-fill.ts';

/** Sweeps over resources with different nodes until nobody's share changes any more. */
const MOST_SWEEPS = 200;
const STILL = 1e-9;

/** Columns, each with the factor it counts by. */
type Mix = readonly (readonly [column: number, factor: number])[];

/** Pours a mix of columns on top of `total`, [n], which is returned; no node gets above its cap. */
export function pour(
  problem: CompiledProblem,
  pourers: readonly Pourer[],
  mix: Mix,
  caps: Float64Array,
  total: Float64Array,
): Float64Array {
  const streams = pourers
    .filter(({ nodes, amount }) => nodes.length > 0 && mixed(amount, mix) > 0)
    .map((pourer) => streamOf(problem, pourer, mix));
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let moved = 0;
    let sum = 0;
    for (const stream of streams) {
      moved += pourAgain(stream, caps, total);
      sum += stream.amount;
    }
    if (streams.length < 2 || moved <= sum * STILL) break;
  }
  return total;
}

/** The mix of the columns that begin at `from`. */
const mixed = (figures: Float64Array, mix: Mix, from = 0): number =>
  mix.reduce((sum, [column, factor]) => sum + factor * (figures[from + column] ?? 0), 0);

/** One pourer's mix, with its last outcome. */
interface Stream {
  readonly nodes: readonly number[];
  readonly amount: number;
  readonly perNode: number;
  readonly basin: Basin;
  poured: Float64Array;
  next: Float64Array;
}

function streamOf(problem: CompiledProblem, { nodes, amount, perNode, perZone, zoneLeast }: Pourer, mix: Mix): Stream {
  const columns = columnsOf(problem);
  const members = new Map<number, number[]>();
  for (const [i, n] of nodes.entries()) {
    const z = problem.zone[n] ?? 0;
    const list = members.get(z);
    if (list === undefined) members.set(z, [i]);
    else list.push(i);
  }
  const empty = (): Float64Array => new Float64Array(nodes.length);
  return {
    nodes,
    amount: mixed(amount, mix),
    perNode: mixed(perNode, mix),
    basin: {
      share: Float64Array.from(nodes, (n) => problem.share[n] ?? 1),
      held: empty(),
      cap: empty(),
      zones: [...members].map(([z, list]) => ({
        members: list,
        least: mixed(zoneLeast, mix, z * columns),
        cap: mixed(perZone, mix, z * columns),
      })),
    },
    poured: empty(),
    next: empty(),
  };
}

/** Takes a stream's load out of `total` and pours it anew; returns how much changed its place. */
function pourAgain(stream: Stream, caps: Float64Array, total: Float64Array): number {
  const { nodes, basin, poured, next } = stream;
  for (const [i, n] of nodes.entries()) {
    const held = Math.max(0, (total[n] ?? 0) - (poured[i] ?? 0));
    basin.held[i] = held;
    basin.cap[i] = Math.max(0, Math.min(stream.perNode, (caps[n] ?? 0) - held));
  }
  waterFill(stream.amount, basin, next);
  let moved = 0;
  for (const [i, n] of nodes.entries()) {
    moved += Math.abs((next[i] ?? 0) - (poured[i] ?? 0));
    total[n] = (basin.held[i] ?? 0) + (next[i] ?? 0);
  }
  stream.poured = next;
  stream.next = poured;
  return moved;
}
