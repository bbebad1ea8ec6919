/**
 * npm run -s bench -w packages/placement [-- --quick] [-- --json] [-- --runs=N] [-- --browser]: how long the solver takes, how well it places and what it
 * keeps in memory, from 10,000 partitions on 100 nodes to a million on 1,000. --quick leaves out the sizes above 50,000 × 500. --browser has a
 * worker of a real browser solve as well (needs `npx tsc -b packages/testing`).
 *
 * Each time is the median of several runs after a warm-up: `…Ms` on the wall, `…CpuMs` of the process.
 *
 * solveMs          a first placement by `solve`: checking, compiling and solving, from the problem object to the result.
 * nodeLostMs       `apply` and `solve` of an open placement after one node went offline for good.
 * nodeAddedMs      the same after one node joined; nodeDrainedMs: after one was to be emptied.
 * resizedMs        the same after one partition weighs something else; resourceAddedMs: after a resource of 30 partitions came.
 * adoptMs          `adopt` of the answer to that.
 * movedOverBound   copies over `bound()` of the results, which no answer so even can be below; the worst of lost, added and drained.
 * heapMb           in use after a collection: the problem, an open placement of it with what was adopted, and the result after that.
 */
import { parseArgs } from 'node:util';
import { measureSize } from './measure.mjs';
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
    browser: { type: 'boolean' },
  },
});
const chosen = values.quick ? sizes.filter(({ partitions }) => partitions <= QUICK_PARTITIONS) : sizes;
const rows = [];
for (const { partitions, nodes, runs } of chosen) {
  process.stderr.write(`${partitions} partitions on ${nodes} nodes\n`);
  rows.push(measureSize({ partitions, nodes, runs: Number(values.runs ?? runs) }));
}
const browser = values.browser ? await inBrowser() : undefined;
if (values.json) process.stdout.write(`${JSON.stringify({ rows, ...(browser && { browser }) })}\n`);
else process.stdout.write(`${report(rows)}\n`);

async function inBrowser() {
  process.stderr.write('in Chromium\n');
  const { measureBrowser } = await import('./browser.mjs');
  return measureBrowser();
}

function report(all) {
  const ms = (value) => value.toFixed(value < 10 ? 1 : 0);
  const both = (row, name) => `${ms(row[`${name}Ms`])} (${ms(row[`${name}CpuMs`])})`;
  const times = {
    solve: 'solve',
    '= check': 'check',
    '+ compile': 'compile',
    '+ solve': 'search',
    lost: 'nodeLost',
    added: 'nodeAdded',
    drained: 'nodeDrained',
    resized: 'resized',
    'resource +': 'resourceAdded',
    adopt: 'adopt',
  };
  const size = (row) => [row.partitions.toLocaleString('en'), row.nodes.toLocaleString('en')];
  const quality = all.map((row) => [
    ...size(row),
    row.maxOverMean.toFixed(4),
    row.leadersMaxOverMean.toFixed(4),
    row.lostOverBound.toFixed(3),
    row.addedOverBound.toFixed(3),
    String(row.leadersChanged),
    `${row.problemMb.toFixed(0)} MB`,
    `${row.heapMb.toFixed(0)} MB`,
  ]);
  return [
    table([
      ['partitions', 'nodes', ...Object.keys(times)],
      ...all.map((row) => [...size(row), ...Object.values(times).map((name) => both(row, name))]),
    ]),
    '',
    table([
      ['partitions', 'nodes', 'max/mean', 'leaders', 'lost/bound', 'added/bound', 'leaders +', 'problem', 'heap'],
      ...quality,
    ]),
    '',
    ...(browser === undefined
      ? []
      : [
          `In a worker of Chromium: ${browser.solvesPerSecond.toFixed(1)} solves a second of ${browser.partitions.toLocaleString('en')} × ${browser.nodes}; in Node, right after it: ${browser.inNode.toFixed(1)}.`,
          '',
        ]),
    'ms on the wall, and of CPU time in brackets. One MASTER and two SLAVEs per partition in three of ten zones; three dimensions, log-normal weights.',
    'solve: a first placement from the problem object; after that `apply` and `solve` of an open placement: a node lost, added, drained, a partition resized, a resource of 30 more.',
    'max/mean: the fullest node over the mean, the worst dimension of the worst situation; leaders: the same for MASTERs. leaders +: MASTERs changed though theirs could go on.',
    '…/bound: copies over what no placement so even can be below. problem: the problem as plain objects; heap: that with an open placement and its last result, after a collection.',
  ].join('\n');
}
