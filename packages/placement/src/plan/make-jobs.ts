import type { SlotAssignment } from '../assignment.ts';
import type { CompiledProblem } from '../model/compiled.ts';
import { CopyPairs } from './copy-pairs.ts';
import { Jobs } from './jobs.ts';
import type { PlanOptions } from './move-plan.ts';
import { type PartitionDiff, PartitionDiffer } from './partition-diff.ts';
import { servingNow } from './serving.ts';

/** Everything that has to be done, as jobs that wait for each other as far as the replicas of one partition demand it. O(replicas). */
export function makeJobs(problem: CompiledProblem, assignment: SlotAssignment, options: PlanOptions): Jobs {
  const jobs = new Jobs();
  const differ = new PartitionDiffer(problem, assignment);
  for (let p = 0; p < problem.P; p++) {
    const diff = differ.diff(p);
    if (diff !== undefined) makePartitionJobs(problem, jobs, p, diff, options);
  }
  return jobs;
}

/** Copies; then roles, where the new leaders stand; then what is given up, where nothing is led from there any more. */
function makePartitionJobs(
  problem: CompiledProblem,
  jobs: Jobs,
  p: number,
  { adds, drops, changes }: PartitionDiff,
  options: PlanOptions,
): void {
  const changed = new Map(changes.map((change) => [change.node, change]));
  const addJobs = adds.map(({ node, role }) => jobs.add(p, node, role));
  // What steps down before it is given up is given up from the role it stepped down to.
  const dropJobs = drops.map(({ node, role }) => jobs.drop(p, node, changed.get(node)?.role ?? role));
  if (changes.length > 0) {
    const roles = jobs.roles(p, changes);
    for (const add of addJobs) if (changed.has(jobs.node[add] as number)) jobs.order(add, roles);
    for (const drop of dropJobs) if (changed.has(jobs.node[drop] as number)) jobs.order(roles, drop);
  }
  if (adds.length === 0) return;
  const mayDropFirst = options.whenFull === 'drop-first' && servingNow(problem, p) > (options.minInService ?? 1);
  new CopyPairs(problem, jobs, (job) => changed.has(jobs.node[job] as number), mayDropFirst).make(addJobs, dropJobs);
}
