/**
 * npm run bench:placement [-- --quick] [-- --json]: Keelson's placement beside Apache Helix' WAGED, CrushEd and AutoRebalance, called
 * directly in one run on the same generated clusters; moves, leaders and balance of both are counted by one counter. Without Java and
 * Maven it prints ours alone. --quick leaves out what takes Helix minutes.
 */
import { parseArgs } from 'node:util';
import { count, replicasOn } from '../packages/placement/bench/count.mjs';
import { changes, median, openSession, timed, warmUp } from '../packages/placement/bench/measure.mjs';
import { table } from '../packages/placement/bench/table.mjs';
import { createWorkload, problemOf } from '../packages/placement/bench/workload.mjs';
import { solve } from '../packages/placement/dist/index.js';
import { buildHelix, runHelix } from './placement/helix.mjs';

const ALL = ['WAGED', 'CrushEd', 'AutoRebalance'];
const CASES = ['fresh', 'lost', 'added'];
const LOST = 3;
const sizes = [
  { partitions: 1_000, nodes: 20, runs: 5, helix: [{ algorithms: ALL, cases: CASES, runs: 5 }] },
  { partitions: 10_000, nodes: 100, runs: 5, helix: [{ algorithms: ALL, cases: CASES, runs: 3 }] },
  {
    partitions: 20_000,
    nodes: 200,
    runs: 5,
    long: true,
    helix: [{ algorithms: ['WAGED', 'CrushEd'], cases: CASES, runs: 1 }],
  },
  {
    partitions: 50_000,
    nodes: 500,
    runs: 5,
    long: true,
    helix: [{ algorithms: ['WAGED'], cases: ['fresh', 'lost'], runs: 1 }],
  },
];
const HELIX_TIMEOUT_MS = 900_000;

const { values } = parseArgs({ options: { quick: { type: 'boolean' }, json: { type: 'boolean' } } });
const missing = buildHelix();
if (missing !== undefined) say(`${missing}: ours alone.`);
const rows = [];
for (const size of sizes.filter(({ long }) => !(values.quick && long))) {
  const workload = createWorkload(size);
  const title = `${size.partitions.toLocaleString('en')} × ${size.nodes}`;
  say(`${title}: Keelson`);
  rows.push(...ours(workload, size).map((row) => ({ size: title, ...row })));
  if (missing !== undefined) continue;
  for (const wanted of size.helix) {
    say(`${title}: ${wanted.algorithms.join(', ')}`);
    rows.push(...(await theirs(workload, size, wanted)).map((row) => ({ size: title, ...row })));
  }
}
process.stdout.write(values.json ? `${JSON.stringify({ rows })}\n` : `${report()}\n`);

function ours(workload, { runs, nodes }) {
  warmUp();
  const problem = problemOf(workload);
  const freshMs = median(Array.from({ length: runs }, () => timed(() => solve(problem)).ms));
  const session = openSession(workload);
  const { lost, added } = changes(session, workload, runs);
  const row = (name, ms, counted, needed) => ({ who: 'Keelson', case: name, ms, ...counted, needed });
  const [fallen] = lost;
  const [joined] = added;
  return [
    row('fresh', freshMs, session.counted, nodes),
    row('lost', median(lost.map(({ ms }) => ms)), fallen.counted, fallen.needed),
    row('added', median(added.map(({ ms }) => ms)), joined.counted, joined.needed),
  ];
}

async function theirs(workload, { nodes, partitions }, { algorithms, cases, runs }) {
  const { results } = await runHelix(workload, { lost: LOST, algorithms, cases, runs, timeoutMs: HELIX_TIMEOUT_MS });
  const first = new Map(results.filter((one) => one.case === 'fresh').map((one) => [one.algorithm, one.placement]));
  return results.map((result) => {
    const { algorithm: who, case: name } = result;
    if (result.error !== undefined) return { who, case: name, error: result.error };
    const before = name === 'fresh' ? undefined : first.get(who);
    const counted = count(workload, {
      lists: result.placement,
      before,
      gone: name === 'lost' ? LOST : undefined,
      nodes: name === 'added' ? nodes + 1 : nodes,
    });
    const needed = name === 'lost' ? replicasOn(before, LOST) : Math.floor((3 * partitions) / (nodes + 1));
    return { who, case: name, ms: median(result.solveMs), modelMs: median(result.modelMs), ...counted, needed };
  });
}

function report() {
  const head = [
    'size',
    'case',
    'who',
    'ms',
    'model ms',
    'max/mean',
    'leaders',
    'copies',
    '÷ needed',
    'leaders +',
    'zones shared',
  ];
  const body = rows.map((row) => {
    const start = [row.size, row.case, row.who];
    if (row.error !== undefined) return [...start, 'failed', '', '', '', '', '', '', ''];
    const moving = row.case !== 'fresh';
    return [
      ...start,
      row.ms.toFixed(row.ms < 100 ? 1 : 0),
      row.modelMs > 0 ? row.modelMs.toFixed(0) : '',
      row.maxOverMean.toFixed(3),
      row.leadersMaxOverMean.toFixed(3),
      moving ? String(row.moved) : '',
      moving ? (row.moved / row.needed).toFixed(2) : '',
      moving ? String(row.leadersChanged) : '',
      String(row.zonesShared),
    ];
  });
  return [
    table([head, ...body]),
    '',
    'Median ms. Ours: fresh is the whole `solve` (check, compile, solve); lost and added are `apply` and `solve` of an open placement.',
    "Helix': the rebalancer alone; model ms is what building WAGED's cluster model took besides. lost: WAGED's emergency pass; added: its global baseline.",
    'max/mean: fullest node over the mean, worst of three dimensions (only WAGED and ours know weights). leaders: MASTERs, the same.',
    '÷ needed: copies over those that stood on the lost node, or over an even share for the new one; below 1 where few heavy ones do.',
    'leaders +: MASTERs changed whose node could go on. zones shared: replicas in the zone of another of their partition.',
  ].join('\n');
}

function say(text) {
  process.stderr.write(`${text}\n`);
}
