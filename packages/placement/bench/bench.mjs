/**
 * npm run -s bench -w packages/placement [-- --quick] [-- --json] [-- --runs=N] [-- --cpu]: how long the solver takes and how well it places,
 * from 10,000 partitions on 100 nodes to a million on 1,000. --quick leaves out the sizes above 50,000 × 500.
 *
 * solveMs      a first placement by `solve`: checking, compiling and solving, from the problem object to the result.
 * nodeLostMs   `apply` and `solve` of an open placement after one node went offline for good.
 * nodeAddedMs  the same after one node joined.
 * Medians of several runs after a warm-up. Wall time, so let the machine be quiet; --cpu takes the CPU time of the process instead.
 */
import { parseArgs } from 'node:util';
import { measureSize, takeCpuTime } from './measure.mjs';
import { table } from './table.mjs';

const sizes = [
  { partitions: 10_000, nodes: 100, runs: 7 },
  { partitions: 50_000, nodes: 500, runs: 5 },
  { partitions: 100_000, nodes: 1_000, runs: 5 },
  { partitions: 1_000_000, nodes: 1_000, runs: 3 },
];
const QUICK_PARTITIONS = 50_000;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    runs: { type: 'string' },
    cpu: { type: 'boolean' },
  },
});
if (values.cpu) takeCpuTime();
const chosen = values.quick ? sizes.filter(({ partitions }) => partitions <= QUICK_PARTITIONS) : sizes;
const rows = [];
for (const { partitions, nodes, runs } of chosen) {
  process.stderr.write(`${partitions} partitions on ${nodes} nodes\n`);
  rows.push(measureSize({ partitions, nodes, runs: Number(values.runs ?? runs) }));
}
if (values.json) process.stdout.write(`${JSON.stringify({ rows })}\n`);
else process.stdout.write(`${report(rows)}\n`);

function report(all) {
  const ms = (value) => value.toFixed(value < 10 ? 1 : 0);
  const head = [
    ['partitions', 'nodes', 'solve', '= check', '+ compile', '+ solve', 'node lost', 'node added'],
    ['max/mean', 'leaders', 'moved/bound', 'leaders +', 'heap'],
  ].flat();
  const body = all.map((row) => [
    row.partitions.toLocaleString('en'),
    row.nodes.toLocaleString('en'),
    ...[row.solveMs, row.checkMs, row.compileMs, row.searchMs, row.nodeLostMs, row.nodeAddedMs].map(ms),
    row.maxOverMean.toFixed(4),
    row.leadersMaxOverMean.toFixed(4),
    row.movedOverBound.toFixed(3),
    String(row.leadersChanged),
    `${row.heapMb.toFixed(0)} MB`,
  ]);
  return [
    table([head, ...body]),
    '',
    `${values.cpu ? 'CPU time' : 'Times'} in ms. One MASTER and two SLAVEs per partition in three of ten zones; three dimensions, log-normal weights.`,
    'max/mean: the fullest node over the mean, the worst dimension of the worst of the three situations (first, lost, added); leaders: the same for MASTERs.',
    'moved/bound: copies over the fewest that any placement so even needs, the worse of lost and added. leaders +: MASTERs changed though theirs could go on.',
    'heap: what a first placement leaves in use, problem and result included, after a collection where Node was started with --expose-gc.',
  ].join('\n');
}
