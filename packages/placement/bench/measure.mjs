import { openPlacement, solve, solveCompiled } from '@keelson/placement';
// The three parts of `solve`, for the split only.
import { checkProblem } from '../dist/model/check-problem.js';
import { compile } from '../dist/model/compile.js';
import { count, replicasOn } from './count.mjs';
import { listsOf } from './lists.mjs';
import { createWorkload, nodeOf, problemOf } from './workload.mjs';

const WARM_UP = { partitions: 10_000, nodes: 100 };
let warm = false;

/** Lets the engine compile what will be measured. */
export function warmUp() {
  if (warm) return;
  for (let run = 0; run < 3; run++) {
    const workload = createWorkload({ ...WARM_UP, seed: 100 + run });
    const session = openSession(workload);
    changes(session, workload, 3);
  }
  warm = true;
}

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const sum = (values) => values.reduce((all, one) => all + one, 0);

let read = () => performance.now();

/** From here on times are CPU time of the process: of use where other programs want the machine too. Threads of V8 count in. */
export function takeCpuTime() {
  read = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
}

export function timed(work) {
  const begun = read();
  const value = work();
  return { value, ms: read() - begun };
}

/** One row of the bench. */
export function measureSize({ partitions, nodes, runs }) {
  warmUp();
  const first = createWorkload({ partitions, nodes });
  const heap = heapOf(() => {
    const problem = problemOf(first);
    return [problem, solve(problem)];
  });
  const solves = Array.from({ length: runs }, (_, run) => {
    const problem = problemOf(createWorkload({ partitions, nodes, seed: 1 + run }));
    return timed(() => solve(problem)).ms;
  });
  const split = parts(problemOf(first), Math.min(3, runs));
  const session = openSession(first);
  const { lost, added } = changes(session, first, runs);
  const all = [session.counted, ...lost.map(({ counted }) => counted), ...added.map(({ counted }) => counted)];
  const overBound = (steps) => sum(steps.map(({ counted }) => counted.moved)) / sum(steps.map(({ bound }) => bound));
  return {
    partitions,
    nodes,
    solveMs: median(solves),
    ...split,
    nodeLostMs: median(lost.map(({ ms }) => ms)),
    nodeAddedMs: median(added.map(({ ms }) => ms)),
    maxOverMean: Math.max(...all.map(({ maxOverMean }) => maxOverMean)),
    leadersMaxOverMean: Math.max(...all.map(({ leadersMaxOverMean }) => leadersMaxOverMean)),
    movedOverBound: Math.max(overBound(lost), overBound(added)),
    leadersChanged: Math.max(...all.map(({ leadersChanged }) => leadersChanged)),
    missing: sum(all.map(({ missing, zonesShared }) => missing + zonesShared)),
    heapMb: heap,
  };
}

/** What each part of a solve takes. */
function parts(problem, runs) {
  const all = Array.from({ length: runs }, () => {
    const check = timed(() => checkProblem(problem)).ms;
    const { value: compiled, ms } = timed(() => compile(problem));
    return { check, compile: ms, search: timed(() => solveCompiled(compiled)).ms };
  });
  return {
    checkMs: median(all.map(({ check }) => check)),
    compileMs: median(all.map(({ compile: ms }) => ms)),
    searchMs: median(all.map(({ search }) => search)),
  };
}

/** An open placement in which the workload stands. */
export function openSession(workload) {
  const placement = openPlacement(problemOf(workload));
  const { value: result, ms } = timed(() => placement.solve());
  placement.adopt();
  const lists = listsOf(result, workload);
  const nodes = workload.nodeNames.length - 1;
  return { placement, lists, ms, counted: count(workload, { lists, nodes }) };
}

/** Loses one node after the other, and has one join, each time from a settled cluster. */
export function changes({ placement, lists }, workload, runs) {
  const nodes = workload.nodeNames.length - 1;
  const lost = [];
  const added = [];
  let standing = lists;
  const settle = (change) => {
    placement.apply([change]);
    standing = listsOf(placement.solve(), workload);
    placement.adopt();
  };
  for (let run = 0; run < runs; run++) {
    const gone = Math.floor(((run + 0.5) * nodes) / runs);
    const name = workload.nodeNames[gone];
    const fallen = step(placement, workload, { type: 'change-node', name, patch: { state: 'offline' } });
    const needed = replicasOn(standing, gone);
    lost.push({ ...fallen, needed, counted: count(workload, { lists: fallen.lists, before: standing, gone, nodes }) });
    settle({ type: 'change-node', name, patch: { state: 'live' } });
    const joined = step(placement, workload, { type: 'add-node', node: nodeOf(workload, nodes) });
    const after = { lists: joined.lists, before: standing, nodes: nodes + 1 };
    added.push({ ...joined, needed: Math.floor((3 * lists.length) / (nodes + 1)), counted: count(workload, after) });
    settle({ type: 'remove-node', name: workload.nodeNames[nodes] });
  }
  return { lost, added };
}

function step(placement, workload, change) {
  const { value: result, ms } = timed(() => {
    placement.apply([change]);
    return placement.solve();
  });
  const { least: bound } = result.bound().replicas;
  placement.adopt();
  return { ms, bound, lists: listsOf(result, workload) };
}

/** Megabytes in use after a collection that were not before. */
function heapOf(work) {
  const used = () => {
    // What one collection finds unused may hold what the next one does.
    for (let round = 0; round < 3; round++) globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = used();
  const kept = work();
  const after = used();
  return kept.length > 0 ? (after - before) / 1e6 : 0;
}
