import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openPlacement, solve, solveCompiled } from '@keelson/placement';
// The three parts of `solve`, for the split only.
import { checkProblem } from '../dist/model/check-problem.js';
import { compile } from '../dist/model/compile.js';
import { count, replicasOn } from './count.mjs';
import { listsOf } from './lists.mjs';
import { createWorkload, nodeOf, problemOf, resourceOf } from './workload.mjs';

const WARM_UP = { partitions: 10_000, nodes: 100 };
const WARM_SOLVES = 3;
const WARM_ROUNDS = 12;
let warm = false;

/** Lets the engine compile what will be measured, which it does for good only after some hundred calls. */
export function warmUp() {
  if (warm) return;
  for (let run = 0; run < WARM_SOLVES; run++) {
    const workload = createWorkload({ ...WARM_UP, seed: 100 + run });
    const session = openSession(workload);
    changes(session, workload, WARM_ROUNDS);
    smallChanges(session, workload, WARM_ROUNDS);
  }
  warm = true;
}

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const sum = (values) => values.reduce((all, one) => all + one, 0);

/**
 * Does the work and takes its times in milliseconds: `ms` on the wall, `cpuMs` of the process, V8's own threads included. Where other programs want
 * the machine too, the second says more.
 */
export function timed(work) {
  const cpu = process.cpuUsage();
  const begun = performance.now();
  const value = work();
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  return { value, ms, cpuMs: (user + system) / 1_000 };
}

/** Medians under a name: `<name>Ms`, and `<name>CpuMs`. */
function medians(name, times) {
  return {
    [`${name}Ms`]: median(times.map(({ ms }) => ms)),
    [`${name}CpuMs`]: median(times.map(({ cpuMs }) => cpuMs)),
  };
}

/** One row of the bench. */
export function measureSize({ partitions, nodes, runs }) {
  warmUp();
  const first = createWorkload({ partitions, nodes });
  const solves = Array.from({ length: runs }, (_, run) => {
    const problem = problemOf(createWorkload({ partitions, nodes, seed: 1 + run }));
    return timed(() => solve(problem));
  });
  const split = parts(problemOf(first), Math.min(3, runs));
  const session = openSession(first);
  settleIn(session, first);
  const { lost, added, drained } = changes(session, first, runs);
  const small = smallChanges(session, first, runs);
  const all = [session, ...lost, ...added, ...drained].map(({ counted }) => counted);
  const overBound = (steps) => sum(steps.map(({ counted }) => counted.moved)) / sum(steps.map(({ bound }) => bound));
  return {
    partitions,
    nodes,
    ...medians('solve', solves),
    ...split,
    ...medians('nodeLost', lost),
    ...medians('nodeAdded', added),
    ...medians('nodeDrained', drained),
    ...medians('resized', small.resized),
    ...medians('resourceAdded', small.added),
    ...medians('adopt', small.adopted),
    maxOverMean: Math.max(...all.map(({ maxOverMean }) => maxOverMean)),
    leadersMaxOverMean: Math.max(...all.map(({ leadersMaxOverMean }) => leadersMaxOverMean)),
    movedOverBound: Math.max(overBound(lost), overBound(added), overBound(drained)),
    lostOverBound: overBound(lost),
    addedOverBound: overBound(added),
    leadersChanged: Math.max(...all.map(({ leadersChanged }) => leadersChanged)),
    missing: sum(all.map(({ missing, zonesShared }) => missing + zonesShared)),
    ...memoryOf(first),
  };
}

/** What each part of a solve takes. */
function parts(problem, runs) {
  const all = Array.from({ length: runs }, () => {
    const check = timed(() => checkProblem(problem));
    const compiled = timed(() => compile(problem));
    return { check, compiled, search: timed(() => solveCompiled(compiled.value)) };
  });
  return {
    ...medians(
      'check',
      all.map(({ check }) => check),
    ),
    ...medians(
      'compile',
      all.map(({ compiled }) => compiled),
    ),
    ...medians(
      'search',
      all.map(({ search }) => search),
    ),
  };
}

/** An open placement in which the workload stands. */
export function openSession(workload) {
  const placement = openPlacement(problemOf(workload));
  const { value: result, ms } = timed(() => placement.solve());
  placement.adopt();
  const lists = listsOf(result, workload);
  const nodes = workload.nodeNames.length - 1;
  return { placement, result, lists, ms, counted: count(workload, { lists, nodes }) };
}

/**
 * Loses one node after the other, has one join, and drains one, each time from a settled cluster. What is counted is counted in the end, so that
 * nothing but the solver leaves garbage meanwhile.
 */
export function changes({ placement, result }, workload, runs) {
  const nodes = workload.nodeNames.length - 1;
  const steps = { lost: [], added: [], drained: [] };
  let standing = result;
  const step = (change, more) => {
    const { value, ...times } = solvedAfter(placement, change);
    placement.adopt();
    return { ...times, before: standing, result: value, ...more };
  };
  const settle = (change) => {
    standing = step(change, {}).result;
  };
  const without = (gone, state) => {
    const name = workload.nodeNames[gone];
    const taken = step({ type: 'change-node', name, patch: { state } }, { gone, nodes });
    settle({ type: 'change-node', name, patch: { state: 'live' } });
    return taken;
  };
  for (let run = 0; run < runs; run++) {
    steps.lost.push(without(Math.floor(((run + 0.5) * nodes) / runs), 'offline'));
    steps.added.push(step({ type: 'add-node', node: nodeOf(workload, nodes) }, { nodes: nodes + 1 }));
    settle({ type: 'remove-node', name: workload.nodeNames[nodes] });
    steps.drained.push(without(Math.floor(((run + 0.3) * nodes) / runs), 'draining'));
  }
  return Object.fromEntries(
    Object.entries(steps).map(([name, all]) => [name, all.map((one) => judged(one, workload))]),
  );
}

function judged({ result, before, gone, nodes, ...times }, workload) {
  const [lists, standing] = [listsOf(result, workload), listsOf(before, workload)];
  const { least: bound } = result.bound().replicas;
  const needed = gone === undefined ? Math.floor((3 * lists.length) / nodes) : replicasOn(standing, gone);
  return { ...times, bound, needed, counted: count(workload, { lists, before: standing, gone, nodes }) };
}

/** What is fast for small clusters may have to be compiled anew for large ones: changes that are not measured, and leave all as it was. */
function settleIn({ placement }, workload) {
  const nodes = workload.nodeNames.length - 1;
  const { name } = nodeOf(workload, nodes);
  for (let round = 0; round < WARM_ROUNDS; round++) {
    const gone = workload.nodeNames[Math.floor(((round + 0.7) * nodes) / WARM_ROUNDS)];
    for (const change of [
      { type: 'change-node', name: gone, patch: { state: 'offline' } },
      { type: 'change-node', name: gone, patch: { state: 'live' } },
      { type: 'add-node', node: nodeOf(workload, nodes) },
      { type: 'remove-node', name },
    ])
      solvedAfter(placement, change);
  }
}

function solvedAfter(placement, change) {
  return timed(() => {
    placement.apply([change]);
    return placement.solve();
  });
}

/** One partition that weighs something else, one resource more; and what it takes to adopt the answer to that. */
function smallChanges({ placement }, workload, runs) {
  const resized = [];
  const added = [];
  const adopted = [];
  for (let run = 0; run < runs; run++) {
    const name = workload.partitionNames[Math.floor(((run + 0.5) * workload.partitionNames.length) / runs)];
    const partition = { name, weight: { cpu: 300 + run, disk: 200, qps: 100 } };
    resized.push(solvedAfter(placement, { type: 'set-partition', resource: 'db', partition }));
    placement.adopt();
    added.push(solvedAfter(placement, { type: 'add-resource', resource: resourceOf(workload, 'more', 30) }));
    adopted.push(timed(() => placement.adopt()));
    solvedAfter(placement, { type: 'remove-resource', name: 'more' });
    placement.adopt();
  }
  return { resized, added, adopted };
}

/**
 * Megabytes (10⁶ bytes) that are in use once nothing can be collected any more: `problemMb` the problem as plain objects, `heapMb` that and an
 * open placement of it with its first answer, adopted and with the next one solved.
 */
function memoryOf(workload) {
  // What is collected takes compiled code with it: the next size has to warm up again.
  warm = false;
  const empty = usedBytes();
  const problem = problemOf(workload);
  const given = usedBytes();
  const placement = openPlacement(problem);
  placement.solve();
  placement.adopt();
  const kept = [problem, placement, placement.solve()];
  const all = usedBytes();
  return { problemMb: (given - empty) / 1e6, heapMb: kept.length > 0 ? (all - empty) / 1e6 : 0 };
}

let gc;

function collect() {
  if (gc === undefined) {
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc');
  }
  gc();
}

function usedBytes() {
  // What one collection finds unused may hold what the next one does.
  for (let round = 0; round < 3; round++) collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
