import type { SlotAssignment } from '../assignment.ts';
import type { CompiledProblem } from '../model/compiled.ts';
import { checkPlanOptions } from './check-options.ts';
import { JobRoom } from './job-room.ts';
import { makeJobs } from './make-jobs.ts';
import type { MovePlan, PlanOptions } from './move-plan.ts';
import { Rooms } from './rooms.ts';
import { Scheduler } from './scheduler.ts';
import { StepList } from './step-list.ts';
import { Unblocker } from './unblocker.ts';
import { wavesOf } from './waves.ts';

/**
 * The way from what stands to `assignment`: see `MovePlan` for what it keeps to.
 *
 * Copies are made first, in the lowest role; a partition's roles change once, in one hand-over, when the new leaders stand; then the
 * old replicas are given up, which makes room for further copies. Where replicas only wait for each other's room, one stands on a third
 * node for a while; where no third node has room, some limit is borrowed from. A plan that borrows is made a second time with fewer
 * things going on at once, and the one that borrows less often is taken.
 *
 * O(replicas + moves × dimensions × log moves), but for circles that have to be broken: each costs a look at some nodes and stuck moves.
 *
 * @throws PlacementError where an option makes no sense.
 */
export function planMoves(problem: CompiledProblem, assignment: SlotAssignment, options: PlanOptions = {}): MovePlan {
  checkPlanOptions(options);
  const wide = planSteps(problem, assignment, options, true);
  const isFree = wide.borrowed.every((room) => room.what === 'fault-zone');
  const narrow = isFree ? undefined : planSteps(problem, assignment, options, false);
  const steps = narrow !== undefined && narrow.borrowed.length < wide.borrowed.length ? narrow : wide;
  return steps.finish(wavesOf(steps.steps, options));
}

function planSteps(
  problem: CompiledProblem,
  assignment: SlotAssignment,
  options: PlanOptions,
  inRounds: boolean,
): StepList {
  const jobs = makeJobs(problem, assignment, options);
  const rooms = new Rooms(problem);
  const room = new JobRoom(problem, jobs, rooms);
  const steps = new StepList(problem, jobs, rooms, room);
  const unblocker = new Unblocker(problem, assignment, jobs, rooms, room, options);
  new Scheduler(jobs, rooms, room, steps, unblocker, inRounds).run();
  return steps;
}
