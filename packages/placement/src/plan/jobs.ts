import { NONE } from '../model/compiled.ts';

/** Makes a copy. */
export const JOB_ADD = 0;
/** Changes the roles of a partition's replicas, all at once: the one hand-over of its leaders. */
export const JOB_ROLES = 1;
/** Gives a replica up. */
export const JOB_DROP = 2;

/** One change of a role within a job. */
export interface RoleChange {
  readonly node: number;
  readonly was: number;
  readonly role: number;
  /** Whether the replica's room was taken for the higher of its roles when it was added. */
  readonly isNew: boolean;
}

/**
 * What has to be done, in pieces that are done at once or wait at once, and which of them wait for which: growing columns, one row
 * per job.
 */
export class Jobs {
  readonly kind: number[] = [];
  readonly partition: number[] = [];
  /** Where, for adds and drops. */
  readonly node: number[] = [];
  /** Add: the role it will have in the end. Drop: the role it is dropped from. */
  readonly role: number[] = [];
  /** Add: the drop that waits for it. Drop: the add that stands in for it. Or NONE. */
  readonly partner: number[] = [];
  /** Add: the node whose replica it stands in for; NONE where it only adds one. */
  readonly from: number[] = [];
  readonly isTemporary: boolean[] = [];
  /** Add: whether it shares its fault zone with what is dropped for it. */
  readonly sharesZone: boolean[] = [];
  /** Partitions of which a replica is dropped before its copy stands. */
  readonly late: Set<number> = new Set();
  /** Roles: what changes, in order. */
  readonly changes: (readonly RoleChange[])[] = [];
  /** Jobs it still waits for. */
  readonly waiting: number[] = [];
  /** The step that completes it, or NONE. */
  readonly lastStep: number[] = [];
  /** Jobs that wait for it, and that it waited for: lists through `#to` and `#next`. */
  readonly #later: number[] = [];
  readonly #earlier: number[] = [];
  readonly #to: number[] = [];
  readonly #next: number[] = [];

  get size(): number {
    return this.kind.length;
  }

  add(p: number, node: number, role: number): number {
    return this.#push(JOB_ADD, p, node, role, NO_CHANGES);
  }

  drop(p: number, node: number, role: number): number {
    return this.#push(JOB_DROP, p, node, role, NO_CHANGES);
  }

  roles(p: number, changes: readonly RoleChange[]): number {
    return this.#push(JOB_ROLES, p, NONE, NONE, changes);
  }

  /** Lets `drop` wait for `add`, which stands in for it. */
  pair(add: number, drop: number): void {
    this.partner[add] = drop;
    this.partner[drop] = add;
    this.from[add] = this.node[drop] as number;
  }

  /** Lets `later` wait until `earlier` is done. */
  order(earlier: number, later: number): void {
    if (this.lastStep[earlier] === NONE) this.waiting[later] = (this.waiting[later] as number) + 1;
    this.#later[earlier] = this.#link(later, this.#later[earlier] as number);
    this.#earlier[later] = this.#link(earlier, this.#earlier[later] as number);
  }

  /** Lets `heir` wait for all that `job` waits for, but for `other`. */
  inherit(job: number, heir: number, other: number): void {
    for (let link = this.#earlier[job] as number; link !== NONE; link = this.#next[link] as number) {
      const earlier = this.#to[link] as number;
      if (earlier !== other) this.order(earlier, heir);
    }
  }

  /** Notes that a job is done; `onReady` gets each job that waited for it last. */
  complete(job: number, lastStep: number, onReady: (job: number) => void): void {
    this.lastStep[job] = lastStep;
    for (let link = this.#later[job] as number; link !== NONE; link = this.#next[link] as number) {
      const later = this.#to[link] as number;
      const left = (this.waiting[later] as number) - 1;
      this.waiting[later] = left;
      if (left === 0 && this.lastStep[later] === NONE) onReady(later);
    }
  }

  isDone(job: number): boolean {
    return this.lastStep[job] !== NONE;
  }

  /** Adds the steps that complete the jobs that `job` waited for, as far as they are done. */
  stepsBefore(job: number, after: number[]): void {
    for (let link = this.#earlier[job] as number; link !== NONE; link = this.#next[link] as number) {
      const step = this.lastStep[this.#to[link] as number] as number;
      if (step !== NONE) after.push(step);
    }
  }

  #push(kind: number, p: number, node: number, role: number, changes: readonly RoleChange[]): number {
    this.kind.push(kind);
    this.partition.push(p);
    this.node.push(node);
    this.role.push(role);
    this.partner.push(NONE);
    this.from.push(NONE);
    this.isTemporary.push(false);
    this.sharesZone.push(false);
    this.changes.push(changes);
    this.waiting.push(0);
    this.lastStep.push(NONE);
    this.#later.push(NONE);
    this.#earlier.push(NONE);
    return this.kind.length - 1;
  }

  #link(to: number, next: number): number {
    this.#to.push(to);
    this.#next.push(next);
    return this.#to.length - 1;
  }
}

const NO_CHANGES: readonly RoleChange[] = [];
