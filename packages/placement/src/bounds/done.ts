import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NONE } from '../model/compiled.ts';
import { leaderChangesOf } from '../score/partition-terms.ts';
import { currentRoleOn, leads, slotLoad } from '../score/standing.ts';

/** What an assignment places and changes. */
export interface Done {
  readonly placedOf: Int32Array;
  readonly load: Float64Array;
  readonly copiedLoad: Float64Array;
  placed: number;
  leaders: number;
  copies: number;
  bytes: number;
  leaderChanges: number;
  complete: boolean;
}

/** Adds up what an assignment does. O(S·(D + R)). */
export function doneBy(problem: CompiledProblem, { node }: SlotAssignment): Done {
  const { D, P } = problem;
  const done: Done = {
    placedOf: new Int32Array(P),
    load: new Float64Array(D),
    copiedLoad: new Float64Array(D),
    placed: 0,
    leaders: 0,
    copies: 0,
    bytes: 0,
    leaderChanges: 0,
    complete: !node.includes(NONE),
  };
  for (let p = 0; p < P; p++) {
    for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0); s++)
      addSlot(problem, p, s, node, done);
    done.leaderChanges += leaderChangesOf(problem, p, node, problem.slotsFrom[p] ?? 0);
  }
  return done;
}

function addSlot(problem: CompiledProblem, p: number, s: number, node: Int32Array, done: Done): void {
  const n = node[s] ?? NONE;
  if (n === NONE) return;
  const copied = currentRoleOn(problem, p, n) === NONE;
  done.placed++;
  done.placedOf[p] = (done.placedOf[p] ?? 0) + 1;
  if (leads(problem, p, s)) done.leaders++;
  if (copied) {
    done.copies++;
    done.bytes += problem.bytes[p] ?? 0;
  }
  for (let d = 0; d < problem.D; d++) {
    const load = slotLoad(problem, p, s, d);
    done.load[d] = (done.load[d] ?? 0) + load;
    if (copied) done.copiedLoad[d] = (done.copiedLoad[d] ?? 0) + load;
  }
}
