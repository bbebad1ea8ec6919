import { type CompiledProblem, NONE } from '../model/compiled.ts';
import { JOB_ADD, type Jobs, type RoleChange } from './jobs.ts';
import type { Rooms } from './rooms.ts';

/** Gets the rooms that something needs, with the amounts; true ends the visit. */
export type Visit = (room: number, amount: number) => boolean;

/**
 * What jobs need of rooms and give back. For a new replica room is needed at once for the heavier of the lowest role and the one it
 * will have, so that no hand-over waits for room where copies were made for it.
 */
export class JobRoom {
  readonly #problem: CompiledProblem;
  readonly #jobs: Jobs;
  readonly #rooms: Rooms;

  constructor(problem: CompiledProblem, jobs: Jobs, rooms: Rooms) {
    this.#problem = problem;
    this.#jobs = jobs;
    this.#rooms = rooms;
  }

  /** What a job takes: calls `visit` with each room and amount. Stops and returns true where `visit` does. */
  needs(job: number, visit: Visit): boolean {
    const jobs = this.#jobs;
    const p = jobs.partition[job] as number;
    if (jobs.kind[job] === JOB_ADD) return this.#ofAdd(p, jobs.node[job] as number, jobs.role[job] as number, visit);
    return (jobs.changes[job] ?? []).some((change) => !change.isNew && this.ofChange(p, change, visit));
  }

  /** What a drop gives to a room. */
  givenByDrop(job: number, room: number): number {
    const { N, D, weight } = this.#problem;
    if (room >= N * D)
      return room < N * (D + 1) ||
        room ===
          this.#rooms.resourceRoom(
            this.#problem.resourceOf[this.#jobs.partition[job] as number] as number,
            this.#jobs.node[job] as number,
          )
        ? 1
        : 0;
    const p = this.#jobs.partition[job] as number;
    return (weight[p * D + (room % D)] as number) * this.load(p, this.#jobs.role[job] as number, room % D);
  }

  /** What the replicas that step down in a job give to a room. */
  givenByRoles(job: number, room: number): number {
    const { N, D, weight } = this.#problem;
    const d = room % D;
    if (room >= N * D) return 0;
    const p = this.#jobs.partition[job] as number;
    let given = 0;
    for (const { node, was, role } of this.#jobs.changes[job] ?? []) {
      if (role > was && node * D + d === room)
        given += (weight[p * D + d] as number) * (this.load(p, was, d) - this.load(p, role, d));
    }
    return given;
  }

  bytesOf(job: number): number {
    return this.#problem.bytes[this.#jobs.partition[job] as number] as number;
  }

  /** The role that copies start in. */
  lowest(p: number): number {
    return (this.#problem.roleNames[this.#problem.resourceOf[p] as number]?.length ?? 1) - 1;
  }

  /** The factor of a role on the partition's weight in a dimension. */
  load(p: number, role: number, d: number): number {
    return this.#problem.roleLoad[this.#problem.resourceOf[p] as number]?.[role * this.#problem.D + d] ?? 1;
  }

  #ofAdd(p: number, n: number, role: number, visit: Visit): boolean {
    const { D, weight, resourceOf } = this.#problem;
    const room = this.#rooms.resourceRoom(resourceOf[p] as number, n);
    if (visit(this.#rooms.replicasRoom(n), 1) || (room !== NONE && visit(room, 1))) return true;
    for (let d = 0; d < D; d++) {
      const load = Math.max(this.load(p, this.lowest(p), d), this.load(p, role, d));
      if (visit(n * D + d, (weight[p * D + d] as number) * load)) return true;
    }
    return false;
  }

  /** What a change of a role takes, where the new one weighs more. */
  ofChange(p: number, { node, was, role }: RoleChange, visit: Visit): boolean {
    const { D, weight } = this.#problem;
    for (let d = 0; d < D; d++) {
      const more = this.load(p, role, d) - this.load(p, was, d);
      if (more > 0 && visit(node * D + d, (weight[p * D + d] as number) * more)) return true;
    }
    return false;
  }
}
