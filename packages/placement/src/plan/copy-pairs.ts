import type { CompiledProblem } from '../model/compiled.ts';
import { NONE } from '../model/compiled.ts';
import type { Jobs } from './jobs.ts';

/**
 * Decides for one partition which copy stands in for which replica, and what waits for what:
 *
 * - A drop waits for the copy that stands in for it, so that there are never fewer replicas than before. Drops without one wait for none.
 * - A copy into a fault zone that is also left waits until it has been left, where the replica there goes for another copy. Only a
 *   replica replaced within its own zone, or zones entered and left in a circle, have to share the zone for a while, or to drop first.
 *
 * Nothing waits in a circle: a copy waits only for drops that go for earlier copies, and copies that the hand-over of leaders waits for
 * come first and never wait for a leader to be dropped.
 */
export class CopyPairs {
  readonly #problem: CompiledProblem;
  readonly #jobs: Jobs;
  /** Whether the hand-over of leaders waits for a copy, or a drop for the hand-over. */
  readonly #isInHandOver: (job: number) => boolean;
  readonly #mayDropFirst: boolean;
  /** Drops without a copy to stand in for them yet. */
  #open: number[] = [];
  /** Copies that may still come into a zone beside what stands there today, by zone. */
  readonly #spare: Map<number, number> = new Map();
  /** Drops that copies into their zone may wait for. */
  #left: number[] = [];
  /** The last copy that came after its drop. */
  #lastLate: number = NONE;

  constructor(problem: CompiledProblem, jobs: Jobs, isInHandOver: (job: number) => boolean, mayDropFirst: boolean) {
    this.#problem = problem;
    this.#jobs = jobs;
    this.#isInHandOver = isInHandOver;
    this.#mayDropFirst = mayDropFirst;
  }

  make(adds: readonly number[], drops: readonly number[]): void {
    this.#open = [...drops];
    for (const add of adds) this.#spare.set(this.#zoneOf(add), (this.#spare.get(this.#zoneOf(add)) ?? 0) + 1);
    for (const drop of drops) this.#spare.set(this.#zoneOf(drop), (this.#spare.get(this.#zoneOf(drop)) ?? 0) - 1);
    while (this.#open.length > adds.length) this.#left.push(this.#takeOpen(this.#bestOpen(adds)));
    const leading = adds.filter((add) => this.#isInHandOver(add));
    const following = adds.filter((add) => !this.#isInHandOver(add));
    this.#pairAll(leading, following);
    this.#pairAll(following, []);
  }

  /** Goes through copies, those first whose zone has room. */
  #pairAll(adds: readonly number[], later: readonly number[]): void {
    const rest = [...adds];
    while (rest.length > 0) {
      const free = rest.findIndex((add) => this.#hasRoom(add));
      const [add] = rest.splice(Math.max(free, 0), 1) as [number];
      if (free >= 0) this.#enter(add, [...rest, ...later]);
      else this.#shareZone(add);
    }
  }

  #hasRoom(add: number): boolean {
    return (this.#spare.get(this.#zoneOf(add)) ?? 0) > 0 || this.#leaverFor(add) !== undefined;
  }

  /** A copy comes into a zone that has room, or had it once another replica has left. */
  #enter(add: number, others: readonly number[]): void {
    const zone = this.#zoneOf(add);
    const spare = this.#spare.get(zone) ?? 0;
    const leaver = spare > 0 ? undefined : this.#leaverFor(add);
    if (leaver === undefined) this.#spare.set(zone, spare - 1);
    else {
      this.#jobs.order(leaver, add);
      this.#left = this.#left.filter((drop) => drop !== leaver);
    }
    if (this.#open.length === 0) return;
    const drop = this.#takeOpen(this.#bestOpen(others, this.#isInHandOver(add)));
    this.#jobs.pair(add, drop);
    this.#jobs.order(add, drop);
    this.#left.push(drop);
  }

  /** A copy comes into a zone beside a replica that is still there: rather the one that it stands in for. */
  #shareZone(add: number): void {
    const index = this.#open.findIndex((drop) => this.#zoneOf(drop) === this.#zoneOf(add));
    this.#jobs.sharesZone[add] = true;
    if (this.#open.length === 0) return;
    const drop = this.#takeOpen(index < 0 ? this.#bestOpen([], this.#isInHandOver(add)) : index);
    this.#jobs.pair(add, drop);
    if (index < 0 || !this.#mayDropFirst || this.#isInHandOver(drop)) {
      this.#jobs.order(add, drop);
      if (index < 0) this.#left.push(drop);
      return;
    }
    // One at a time: the next is given up when this one has its copy.
    if (this.#lastLate !== NONE) this.#jobs.order(this.#lastLate, drop);
    this.#jobs.order(drop, add);
    this.#jobs.sharesZone[add] = false;
    this.#jobs.late.add(this.#jobs.partition[add] as number);
    this.#lastLate = add;
  }

  /** A drop in the copy's zone that it may wait for. */
  #leaverFor(add: number): number | undefined {
    const zone = this.#zoneOf(add);
    return this.#left.find(
      (drop) => this.#zoneOf(drop) === zone && !(this.#isInHandOver(add) && this.#isInHandOver(drop)),
    );
  }

  /** Of the open drops, rather one that makes way for another copy; for a new leader rather the old one. */
  #bestOpen(others: readonly number[], forLeader = false): number {
    const wanted = this.#open.findIndex(
      (drop) => !this.#isInHandOver(drop) && others.some((add) => this.#zoneOf(add) === this.#zoneOf(drop)),
    );
    if (wanted >= 0) return wanted;
    return Math.max(
      0,
      this.#open.findIndex((drop) => this.#isInHandOver(drop) === forLeader),
    );
  }

  #takeOpen(index: number): number {
    return this.#open.splice(index, 1)[0] as number;
  }

  #zoneOf(job: number): number {
    return this.#problem.zone[this.#jobs.node[job] as number] as number;
  }
}
