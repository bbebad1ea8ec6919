import { NONE } from '../model/compiled.ts';
import type { JobRoom } from './job-room.ts';
import { JOB_ROLES, type Jobs } from './jobs.ts';

/**
 * Leaders that wait for each other's room: each partition's new leader lacks what another's old one still takes. They are helped by
 * letting an old one step down before its successor can step up; that hand-over then takes longer, and nothing has to be borrowed.
 */
export class SteppingDown {
  readonly #jobs: Jobs;
  readonly #room: JobRoom;
  /** [n] jobs that lower the role of a replica there, done or not. */
  readonly #byNode: Map<number, number[]> = new Map();

  constructor(jobs: Jobs, room: JobRoom) {
    this.#jobs = jobs;
    this.#room = room;
    for (let job = 0; job < jobs.size; job++) {
      if (jobs.kind[job] !== JOB_ROLES) continue;
      for (const change of jobs.changes[job] ?? []) if (change.role > change.was) this.#note(change.node, job);
    }
  }

  /** Splits a hand-over that waits for room, so that what it gives to `room` on `node` is given now. The first half, or `undefined`. */
  split(node: number, room: number): number | undefined {
    const jobs = this.#jobs;
    const pending = (this.#byNode.get(node) ?? []).filter((job) => !jobs.isDone(job) && !this.#isSplit(job));
    this.#byNode.set(node, pending);
    const job = pending.find(
      (candidate) => jobs.waiting[candidate] === 0 && this.#room.givenByRoles(candidate, room) > 0,
    );
    if (job === undefined) return undefined;
    const changes = jobs.changes[job] ?? [];
    const down = jobs.roles(
      jobs.partition[job] as number,
      changes.filter((change) => change.role > change.was),
    );
    jobs.changes[job] = changes.filter((change) => change.role < change.was);
    jobs.inherit(job, down, NONE);
    jobs.order(down, job);
    return down;
  }

  #isSplit(job: number): boolean {
    return (this.#jobs.changes[job] ?? []).every((change) => change.role < change.was);
  }

  #note(node: number, job: number): void {
    const jobs = this.#byNode.get(node);
    if (jobs === undefined) this.#byNode.set(node, [job]);
    else jobs.push(job);
  }
}
