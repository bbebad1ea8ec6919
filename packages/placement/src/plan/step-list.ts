import { type CompiledProblem, NONE } from '../model/compiled.ts';
import { JOB_ADD, type Jobs, type RoleChange } from './jobs.ts';
import type { BorrowedRoom, MovePlan, PlanStep } from './move-plan.ts';
import type { Rooms } from './rooms.ts';

/**
 * Does jobs: turns them into steps, takes and gives room for them, and notes what each step waits for and what it borrows. Of a new
 * replica the room is taken at once for the heavier of the lowest role and the one it will have, so that no hand-over waits for room.
 */
export class StepList {
  readonly steps: PlanStep[] = [];
  readonly borrowed: BorrowedRoom[] = [];
  readonly #problem: CompiledProblem;
  readonly #jobs: Jobs;
  readonly #rooms: Rooms;
  /** Rooms that were given to since this was last emptied. */
  readonly given: number[] = [];

  constructor(problem: CompiledProblem, jobs: Jobs, rooms: Rooms) {
    this.#problem = problem;
    this.#jobs = jobs;
    this.#rooms = rooms;
  }

  /** What a job takes: calls `visit` with each room and amount. Stops and returns true where `visit` does. */
  needs(job: number, visit: (room: number, amount: number) => boolean): boolean {
    const jobs = this.#jobs;
    const p = jobs.partition[job] as number;
    if (jobs.kind[job] === JOB_ADD)
      return this.#needsOfAdd(p, jobs.node[job] as number, jobs.role[job] as number, visit);
    return (jobs.changes[job] ?? []).some((change) => !change.isNew && this.#needsOfChange(p, change, visit));
  }

  add(job: number): number {
    const jobs = this.#jobs;
    const p = jobs.partition[job] as number;
    const step = this.steps.length;
    const after: number[] = [];
    jobs.stepsBefore(job, after);
    this.needs(job, (room, amount) => this.#take(room, amount, after));
    const from = jobs.from[job] as number;
    this.#push(job, 'add', jobs.node[job] as number, this.lowest(p), after, {
      bytes: this.#problem.bytes[p] as number,
      ...(from !== NONE && { from: this.#problem.nodeNames[from] ?? '' }),
    });
    if (jobs.sharesZone[job] === true)
      this.#borrow({ what: 'fault-zone', node: jobs.node[job] as number, amount: 1 }, step);
    return step;
  }

  changeRoles(job: number): number {
    const p = this.#jobs.partition[job] as number;
    let after: number[] = [];
    this.#jobs.stepsBefore(job, after);
    for (const change of this.#jobs.changes[job] ?? []) {
      const step = this.steps.length;
      if (!change.isNew) this.#needsOfChange(p, change, (room, amount) => this.#take(room, amount, after));
      const roles = this.#problem.roleNames[this.#problem.resourceOf[p] as number] ?? [];
      const kind = change.role < change.was ? 'promote' : 'demote';
      this.#push(job, kind, change.node, change.role, after, { was: roles[change.was] ?? '' });
      this.#giveForChange(p, change, step);
      after = [step];
    }
    return this.steps.length - 1;
  }

  drop(job: number): number {
    const { D, weight, roleLoad, resourceOf } = this.#problem;
    const p = this.#jobs.partition[job] as number;
    const n = this.#jobs.node[job] as number;
    const k = resourceOf[p] as number;
    const role = this.#jobs.role[job] as number;
    const step = this.steps.length;
    const after: number[] = [];
    this.#jobs.stepsBefore(job, after);
    this.#push(job, 'drop', n, role, after, {});
    const loads = roleLoad[k] as Float64Array;
    for (let d = 0; d < D; d++)
      this.#give(n * D + d, (weight[p * D + d] as number) * (loads[role * D + d] as number), step);
    this.#give(this.#rooms.replicasRoom(n), 1, step);
    const room = this.#rooms.resourceRoom(k, n);
    if (room !== NONE) this.#give(room, 1, step);
    return step;
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
    return (weight[p * D + (room % D)] as number) * this.#load(p, this.#jobs.role[job] as number, room % D);
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
        given += (weight[p * D + d] as number) * (this.#load(p, was, d) - this.#load(p, role, d));
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

  finish(waves: MovePlan['waves']): MovePlan {
    const copies = this.steps.filter((step) => step.kind === 'add');
    return {
      steps: this.steps,
      waves,
      borrowed: this.borrowed,
      copies: copies.length,
      bytes: copies.reduce((sum, step) => sum + step.bytes, 0),
    };
  }

  #needsOfAdd(p: number, n: number, role: number, visit: (room: number, amount: number) => boolean): boolean {
    const { D, weight, resourceOf } = this.#problem;
    const room = this.#rooms.resourceRoom(resourceOf[p] as number, n);
    if (visit(this.#rooms.replicasRoom(n), 1) || (room !== NONE && visit(room, 1))) return true;
    for (let d = 0; d < D; d++) {
      const load = Math.max(this.#load(p, this.lowest(p), d), this.#load(p, role, d));
      if (visit(n * D + d, (weight[p * D + d] as number) * load)) return true;
    }
    return false;
  }

  #needsOfChange(
    p: number,
    { node, was, role }: RoleChange,
    visit: (room: number, amount: number) => boolean,
  ): boolean {
    const { D, weight } = this.#problem;
    for (let d = 0; d < D; d++) {
      const more = this.#load(p, role, d) - this.#load(p, was, d);
      if (more > 0 && visit(node * D + d, (weight[p * D + d] as number) * more)) return true;
    }
    return false;
  }

  #giveForChange(p: number, { node, was, role }: RoleChange, step: number): void {
    const { D, weight } = this.#problem;
    for (let d = 0; d < D; d++) {
      const less = this.#load(p, was, d) - this.#load(p, role, d);
      if (less > 0) this.#give(node * D + d, (weight[p * D + d] as number) * less, step);
    }
  }

  #take(room: number, amount: number, after: number[]): false {
    const short = this.#rooms.take(room, amount, after);
    if (short > 0) this.#borrow(this.#roomBorrowed(room, short), this.steps.length);
    return false;
  }

  #give(room: number, amount: number, step: number): void {
    this.#rooms.give(room, amount, step);
    this.given.push(room);
  }

  #roomBorrowed(room: number, amount: number): Borrowing {
    const { N, D, dimensionNames } = this.#problem;
    if (room < N * D)
      return { what: 'capacity', node: this.#rooms.nodeOf(room), dimension: dimensionNames[room % D] ?? '', amount };
    return { what: room < N * (D + 1) ? 'replicas' : 'replicas-of-resource', node: this.#rooms.nodeOf(room), amount };
  }

  #borrow({ node, ...borrowing }: Borrowing, step: number): void {
    this.borrowed.push({ ...borrowing, node: this.#problem.nodeNames[node] ?? '', step });
  }

  #push(
    job: number,
    kind: PlanStep['kind'],
    node: number,
    role: number,
    after: number[],
    more: Partial<PlanStep>,
  ): void {
    const { resourceNames, partitionNames, roleNames, resourceOf, nodeNames } = this.#problem;
    const p = this.#jobs.partition[job] as number;
    const k = resourceOf[p] as number;
    this.steps.push({
      kind,
      resource: resourceNames[k] ?? '',
      partition: partitionNames[p] ?? '',
      node: nodeNames[node] ?? '',
      role: roleNames[k]?.[role] ?? '',
      bytes: 0,
      temporary: this.#jobs.isTemporary[job] === true,
      after: distinct(after),
      ...more,
    });
  }

  #load(p: number, role: number, d: number): number {
    return this.#problem.roleLoad[this.#problem.resourceOf[p] as number]?.[role * this.#problem.D + d] ?? 1;
  }
}

type Borrowing = Pick<BorrowedRoom, 'what' | 'dimension' | 'amount'> & { readonly node: number };

/** The steps ascending, each once. */
function distinct(steps: number[]): readonly number[] {
  if (steps.length < 2) return steps;
  steps.sort((a, b) => a - b);
  return steps.filter((step, i) => step !== steps[i - 1]);
}
