import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NONE } from '../model/compiled.ts';
import type { JobRoom } from './job-room.ts';
import { JOB_DROP, type Jobs } from './jobs.ts';
import type { PlanOptions } from './move-plan.ts';
import type { Rooms } from './rooms.ts';
import { servingNow, servingThen } from './serving.ts';
import { SteppingDown } from './stepping-down.ts';
import { ThirdNodes } from './third-nodes.ts';

/** What was changed so that jobs can go on. */
export interface Unblocked {
  readonly newJobs: number;
  readonly ready: readonly number[];
}

/** So many stuck jobs, and replicas in the way of each, are looked at for something to put elsewhere. */
const MOST_TRIED = 16;

/**
 * Finds a way on when every job waits for room that only another waiting job would give: replicas that want into each other's places.
 */
export class Unblocker {
  readonly #jobs: Jobs;
  readonly #rooms: Rooms;
  readonly #room: JobRoom;
  readonly #options: PlanOptions;
  readonly #thirdNodes: ThirdNodes;
  readonly #steppingDown: SteppingDown;
  readonly #serving: (p: number) => number;
  /** [n] drops there that are not done yet, and some that are. */
  readonly #leaving: Map<number, number[]> = new Map();
  /** By partition: the copy that comes after its replica was dropped. */
  readonly #late: Map<number, number> = new Map();
  /** Partitions of which a replica was put elsewhere: never twice, or it would not end. */
  readonly #moved: Set<number> = new Set();

  constructor(
    problem: CompiledProblem,
    assignment: SlotAssignment,
    jobs: Jobs,
    rooms: Rooms,
    room: JobRoom,
    options: PlanOptions,
  ) {
    this.#jobs = jobs;
    this.#rooms = rooms;
    this.#room = room;
    this.#options = options;
    this.#steppingDown = new SteppingDown(jobs, room);
    this.#thirdNodes = new ThirdNodes(problem, assignment, rooms);
    this.#serving = (p) => Math.min(servingNow(problem, p), servingThen(problem, assignment, p));
    for (let job = 0; job < jobs.size; job++) if (jobs.kind[job] === JOB_DROP) this.#noteLeaving(job);
  }

  /** Makes room for one of the stuck jobs: a leader steps down early, a replica goes elsewhere for a while, or, where that is allowed, first; `undefined` where it cannot. */
  makeRoom(stuck: readonly number[]): Unblocked | undefined {
    const tried = stuck.slice(0, MOST_TRIED);
    for (const job of tried) {
      const { room } = this.#lackOf(job);
      const down = this.#steppingDown.split(this.#rooms.nodeOf(room), room);
      if (down !== undefined) return { newJobs: 1, ready: [down] };
    }
    if (this.#options.temporary !== false) {
      this.#thirdNodes.startSearch();
      for (const job of tried) {
        for (const drop of this.#inTheWay(job)) {
          const unblocked = this.#putElsewhere(drop);
          if (unblocked !== undefined) return unblocked;
        }
      }
    }
    if (this.#options.whenFull !== 'drop-first') return undefined;
    for (const job of tried) {
      const drop = this.#inTheWay(job).find((candidate) => this.#dropFirst(candidate));
      if (drop !== undefined) return { newJobs: 0, ready: [drop] };
    }
    return undefined;
  }

  /** The stuck job that lacks least, as a share of what it needs. */
  cheapest(stuck: readonly number[]): number | undefined {
    let best: number | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const job of stuck) {
      let lacking = 0;
      this.#room.needs(job, (room, amount) => {
        lacking += this.#rooms.shortage(room, amount) / amount || 0;
        return false;
      });
      if (lacking < least) {
        best = job;
        least = lacking;
      }
    }
    return best;
  }

  /**
   * Drops that would give what a job lacks and wait for nothing but the copy that stands in for them: first those that give enough,
   * and of these the ones with the fewest bytes.
   */
  #inTheWay(job: number): readonly number[] {
    const { room: lacking, short } = this.#lackOf(job);
    const leaving = this.#pending(this.#rooms.nodeOf(lacking));
    const given = (drop: number): number => this.#room.givenByDrop(drop, lacking);
    const cost = (drop: number): number => (given(drop) >= short ? 0 : 1);
    return leaving
      .filter((drop) => this.#jobs.waiting[drop] === 1 && this.#waitsForPartner(drop) && given(drop) > 0)
      .slice(0, MOST_TRIED)
      .sort((a, b) => cost(a) - cost(b) || this.#room.bytesOf(a) - this.#room.bytesOf(b) || a - b);
  }

  /** The first room that a job lacks, and how much of it. */
  #lackOf(job: number): { readonly room: number; readonly short: number } {
    let lack = { room: NONE, short: 0 };
    this.#room.needs(job, (room, amount) => {
      lack = { room, short: this.#rooms.shortage(room, amount) };
      return lack.short > 0;
    });
    return lack;
  }

  #waitsForPartner(drop: number): boolean {
    const partner = this.#jobs.partner[drop] as number;
    return partner !== NONE && !this.#jobs.isDone(partner) && !this.#moved.has(this.#jobs.partition[drop] as number);
  }

  /** Lets a replica stand on a third node until the copy that stands in for it has room. */
  #putElsewhere(drop: number): Unblocked | undefined {
    const jobs = this.#jobs;
    const p = jobs.partition[drop] as number;
    const third = this.#thirdNodes.find(p);
    if (third === undefined) return undefined;
    this.#moved.add(p);
    const lowest = this.#room.lowest(p);
    const there = jobs.add(p, third, lowest);
    const leave = jobs.drop(p, jobs.node[drop] as number, jobs.role[drop] as number);
    jobs.isTemporary[there] = true;
    jobs.from[there] = jobs.node[drop] as number;
    jobs.inherit(drop, leave, jobs.partner[drop] as number);
    jobs.order(there, leave);
    // What was to give up the replica where it stands now gives up the temporary one; what waits for it waits for both.
    jobs.node[drop] = third;
    jobs.role[drop] = lowest;
    jobs.isTemporary[drop] = true;
    jobs.from[jobs.partner[drop] as number] = third;
    jobs.order(leave, drop);
    return { newJobs: 2, ready: [there] };
  }

  /** Lets a drop go before its copy, where enough replicas stay in service: one at a time in a partition. */
  #dropFirst(drop: number): boolean {
    const jobs = this.#jobs;
    const p = jobs.partition[drop] as number;
    const late = this.#late.get(p);
    if (jobs.late.has(p) || this.#serving(p) <= (this.#options.minInService ?? 1)) return false;
    if (late !== undefined && !jobs.isDone(late)) return false;
    if (late !== undefined) jobs.order(late, drop);
    this.#late.set(p, jobs.partner[drop] as number);
    jobs.waiting[drop] = 0;
    return true;
  }

  #noteLeaving(drop: number): void {
    const n = this.#jobs.node[drop] as number;
    const leaving = this.#leaving.get(n);
    if (leaving === undefined) this.#leaving.set(n, [drop]);
    else leaving.push(drop);
  }

  /** Drops on a node that are not done. */
  #pending(n: number): readonly number[] {
    const pending = (this.#leaving.get(n) ?? []).filter(
      (drop) => !this.#jobs.isDone(drop) && this.#jobs.node[drop] === n,
    );
    this.#leaving.set(n, pending);
    return pending;
  }
}
