import { NONE } from '../model/compiled.ts';
import type { JobRoom } from './job-room.ts';
import { JOB_ADD, JOB_DROP, JOB_ROLES, type Jobs } from './jobs.ts';
import { MinHeap } from './min-heap.ts';
import type { Rooms } from './rooms.ts';
import type { StepList } from './step-list.ts';
import type { Unblocker } from './unblocker.ts';

/**
 * Does one job after the other. Ready ones go by urgency: drops, which only give room; copies that make up for lost replicas; copies
 * that stand in for others; then the hand-over of leaders, as late as room allows. A job that lacks room waits at the first room it
 * lacks, smallest first, and is tried again when that room is given to. When nothing can go on, something is broken up.
 *
 * O((jobs + steps × dimensions) log jobs), where little has to be broken up.
 */
export class Scheduler {
  readonly #jobs: Jobs;
  readonly #rooms: Rooms;
  readonly #room: JobRoom;
  readonly #steps: StepList;
  readonly #unblocker: Unblocker;
  /** What is to be done in this round, and in the next one: rounds let the room that was given first be taken first. */
  readonly #ready: MinHeap = new MinHeap();
  readonly #next: number[] = [];
  readonly #handOvers: number[] = [];
  /** [room] jobs that wait for it, least need first. */
  readonly #waiting: (MinHeap | undefined)[] = [];
  /** [job] the room that it waits for, or NONE. */
  readonly #waitsAt: number[] = [];
  /** Jobs that wait for room, and some that did. */
  readonly #stuck: MinHeap = new MinHeap();
  readonly #inRounds: boolean;
  #left: number;

  /**
   * @param inRounds Does everything that is ready before anything that this makes ready: many steps can then be done at the same
   * time. Otherwise goes on with the most urgent at once: room is then taken again as soon as it is given, and less is in use on the way.
   */
  constructor(jobs: Jobs, rooms: Rooms, room: JobRoom, steps: StepList, unblocker: Unblocker, inRounds: boolean) {
    this.#inRounds = inRounds;
    this.#room = room;
    this.#jobs = jobs;
    this.#rooms = rooms;
    this.#steps = steps;
    this.#left = jobs.size;
    this.#unblocker = unblocker;
    for (let job = 0; job < jobs.size; job++) if (jobs.waiting[job] === 0) this.#makeReady(job);
  }

  run(): void {
    for (;;) {
      for (let job = this.#ready.pop(); job !== undefined; job = this.#ready.pop()) this.#attempt(job);
      if (this.#left === 0) return;
      if (!this.#startRound()) this.#breakUp();
    }
  }

  #makeReady(job: number): void {
    if (!this.#inRounds) this.#ready.push(urgency(this.#jobs, job), job);
    else if (this.#jobs.kind[job] === JOB_ROLES) this.#handOvers.push(job);
    else this.#next.push(job);
  }

  /** Goes on to what became ready, hand-overs only when there is nothing else; false where there is nothing at all. */
  #startRound(): boolean {
    const round = this.#next.length > 0 ? this.#next : this.#handOvers;
    for (const job of round) this.#ready.push(urgency(this.#jobs, job), job);
    return round.splice(0).length > 0;
  }

  #attempt(job: number): void {
    if (this.#jobs.isDone(job)) return;
    const wokenAt = this.#waitsAt[job] ?? NONE;
    this.#waitsAt[job] = NONE;
    // A hand-over that was split meanwhile waits for its first half.
    if (this.#jobs.waiting[job] === 0 && !this.#park(job)) this.#do(job);
    // Whoever waits behind it at the same room may fit as well.
    if (wokenAt !== NONE) this.#wake(wokenAt);
  }

  /** Lets a job wait where it lacks room; false where it lacks none. */
  #park(job: number): boolean {
    return this.#room.needs(job, (room, amount) => {
      if (this.#rooms.shortage(room, amount) === 0) return false;
      const waiting = this.#waiting[room] ?? new MinHeap();
      this.#waiting[room] = waiting;
      waiting.push(amount, job);
      this.#waitsAt[job] = room;
      this.#stuck.push(urgency(this.#jobs, job), job);
      return true;
    });
  }

  #do(job: number): void {
    const kind = this.#jobs.kind[job];
    const steps = this.#steps;
    const last = kind === JOB_ADD ? steps.add(job) : kind === JOB_DROP ? steps.drop(job) : steps.changeRoles(job);
    this.#left -= 1;
    this.#jobs.complete(job, last, (ready) => this.#makeReady(ready));
    for (const room of steps.given.splice(0)) this.#wake(room);
  }

  /** Tries the job that needs least of a room, if that much is there now. */
  #wake(room: number): void {
    const waiting = this.#waiting[room];
    if (waiting === undefined) return;
    while (waiting.size > 0 && this.#rooms.shortage(room, waiting.leastKey) === 0) {
      const job = waiting.pop();
      if (job === undefined || this.#jobs.isDone(job) || this.#waitsAt[job] !== room) continue;
      this.#makeReady(job);
      return;
    }
  }

  /** Nothing goes on: makes room for some job that waits for it, or lets it go beyond the limit. */
  #breakUp(): void {
    const stuck: number[] = [];
    while (stuck.length < MOST_LOOKED_AT) {
      const job = this.#stuck.pop();
      if (job === undefined) break;
      const waits = !this.#jobs.isDone(job) && this.#jobs.waiting[job] === 0 && (this.#waitsAt[job] ?? NONE) !== NONE;
      if (waits && !stuck.includes(job)) stuck.push(job);
    }
    for (const job of stuck) this.#stuck.push(urgency(this.#jobs, job), job);
    const added = this.#unblocker.makeRoom(stuck);
    if (added !== undefined) {
      this.#left += added.newJobs;
      for (const job of added.ready) this.#makeReady(job);
      return;
    }
    const job = this.#unblocker.cheapest(stuck);
    if (job === undefined) throw new RangeError(`${this.#left} jobs of a plan wait for each other`);
    this.#waitsAt[job] = NONE;
    this.#do(job);
  }
}

/** Of the jobs that wait for room, so many are looked at when one has to be let go on. */
const MOST_LOOKED_AT = 64;

/** Less goes first. */
function urgency(jobs: Jobs, job: number): number {
  if (jobs.kind[job] === JOB_DROP) return 0;
  if (jobs.kind[job] === JOB_ADD) return jobs.from[job] === NONE ? 1 : 2;
  return 3;
}
