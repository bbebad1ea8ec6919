import { type CompiledProblem, NONE } from '../model/compiled.ts';
import type { JobRoom } from './job-room.ts';
import type { Jobs, RoleChange } from './jobs.ts';
import type { BorrowedRoom, MovePlan, PlanStep } from './move-plan.ts';
import type { Rooms } from './rooms.ts';

/** Does jobs: turns them into steps, takes and gives room for them, and notes what each step waits for and what it borrows. */
export class StepList {
  readonly steps: PlanStep[] = [];
  readonly borrowed: BorrowedRoom[] = [];
  readonly #problem: CompiledProblem;
  readonly #jobs: Jobs;
  readonly #rooms: Rooms;
  readonly #room: JobRoom;
  /** Rooms that were given to since this was last emptied. */
  readonly given: number[] = [];

  constructor(problem: CompiledProblem, jobs: Jobs, rooms: Rooms, room: JobRoom) {
    this.#room = room;
    this.#problem = problem;
    this.#jobs = jobs;
    this.#rooms = rooms;
  }

  add(job: number): number {
    const jobs = this.#jobs;
    const p = jobs.partition[job] as number;
    const step = this.steps.length;
    const after: number[] = [];
    jobs.stepsBefore(job, after);
    this.#room.needs(job, (room, amount) => this.#take(room, amount, after));
    const from = jobs.from[job] as number;
    this.#push(job, 'add', jobs.node[job] as number, this.#room.lowest(p), after, {
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
      if (!change.isNew) this.#room.ofChange(p, change, (room, amount) => this.#take(room, amount, after));
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

  #giveForChange(p: number, { node, was, role }: RoleChange, step: number): void {
    const { D, weight } = this.#problem;
    for (let d = 0; d < D; d++) {
      const less = this.#room.load(p, was, d) - this.#room.load(p, role, d);
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
}

type Borrowing = Pick<BorrowedRoom, 'what' | 'dimension' | 'amount'> & { readonly node: number };

/** The steps ascending, each once. */
function distinct(steps: number[]): readonly number[] {
  if (steps.length < 2) return steps;
  steps.sort((a, b) => a - b);
  return steps.filter((step, i) => step !== steps[i - 1]);
}
