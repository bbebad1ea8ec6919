import type { SlotAssignment } from '../assignment.ts';
import { type CompiledAffinity, type CompiledProblem, NONE } from '../model/compiled.ts';
import { type Meeting, meetingOf } from '../score/affinity.ts';
import { Copysets } from '../score/copysets.ts';
import { RoomTable } from '../score/room.ts';
import { Scales } from '../score/scales.ts';
import { meanBytes } from '../score/score-of.ts';
import { replicasOfResource } from '../score/tally.ts';
import { ZoneRules } from '../score/zone-rule.ts';
import { type Demand, demandOn } from './causes.ts';
import { TopScale } from './top-scale.ts';

/**
 * A placement with the sums that explanations look up. Every sum is made when it is first asked for and kept, so that a solve pays
 * nothing and the second question costs only what is particular to it. The assignment must not change meanwhile.
 */
export class Situation {
  readonly problem: CompiledProblem;
  readonly assignment: SlotAssignment;
  readonly zones: ZoneRules;
  #room: RoomTable | undefined;
  #scales: Scales | undefined;
  #dimensions: readonly TopScale[] | undefined;
  #leaders: TopScale | undefined;
  #meanBytes: number | undefined;
  #copysets: Copysets | undefined;
  readonly #resources = new Map<number, { readonly replicas: Int32Array; top?: TopScale }>();
  readonly #drawnTo = new Map<CompiledAffinity, { readonly p: number; readonly one: number }>();
  readonly #demands = new Map<number, Demand>();
  readonly #meetings = new Map<CompiledAffinity, Meeting>();

  constructor(problem: CompiledProblem, assignment: SlotAssignment) {
    this.problem = problem;
    this.assignment = assignment;
    this.zones = new ZoneRules(problem);
  }

  get room(): RoomTable {
    this.#room ??= new RoomTable(this.problem, this.assignment);
    return this.#room;
  }

  get scales(): Scales {
    this.#scales ??= new Scales(this.problem);
    return this.#scales;
  }

  /** Evenness of each dimension. */
  get dimensions(): readonly TopScale[] {
    this.#dimensions ??= this.scales.dimensions.map((scale, d) => new TopScale(scale, (n) => this.room.load(n, d)));
    return this.#dimensions;
  }

  /** Evenness of the leaders. */
  get leaders(): TopScale {
    this.#leaders ??= new TopScale(this.scales.leaders, (n) => this.room.tally.leaders[n] ?? 0);
    return this.#leaders;
  }

  /** Evenness of resource `k` by itself. */
  resourceScale(k: number): TopScale {
    const entry = this.#resource(k);
    entry.top ??= new TopScale(this.scales.ofResource(k), (n) => entry.replicas[n] ?? 0);
    return entry.top;
  }

  /** Replicas of resource `k` on node `n`. */
  replicasOfResource(k: number, n: number): number {
    return this.#resource(k).replicas[n] ?? 0;
  }

  get meanBytes(): number {
    this.#meanBytes ??= meanBytes(this.problem);
    return this.#meanBytes;
  }

  get copysets(): Copysets {
    this.#copysets ??= new Copysets(this.problem, this.assignment);
    return this.#copysets;
  }

  /** What has to stand on the nodes of resource `k`. */
  demandOn(k: number): Demand {
    const known = this.#demands.get(k);
    if (known !== undefined) return known;
    const demand = demandOn(this.problem, k);
    this.#demands.set(k, demand);
    return demand;
  }

  /** Replicas by domain of an affinity between whole resources. */
  meeting(affinity: CompiledAffinity): Meeting {
    const known = this.#meetings.get(affinity);
    if (known !== undefined) return known;
    const meeting = meetingOf(this.problem, affinity, this.assignment);
    this.#meetings.set(affinity, meeting);
    return meeting;
  }

  /** The partition whose partner by an affinity is `p`, or NONE. Kept for the last one asked for, as all its candidates ask. */
  drawnTo(affinity: CompiledAffinity, p: number): number {
    const known = this.#drawnTo.get(affinity);
    if (known?.p === p) return known.one;
    const at = affinity.partner?.indexOf(p) ?? -1;
    const one = at < 0 ? NONE : at + (this.problem.partitionsFrom[affinity.first] ?? 0);
    this.#drawnTo.set(affinity, { p, one });
    return one;
  }

  /** The nodes of partition `p`, by slot, as a copy. */
  nodesOf(p: number): Int32Array {
    return this.assignment.node.slice(this.problem.slotsFrom[p] ?? 0, this.problem.slotsFrom[p + 1] ?? 0);
  }

  /** The slot of `p` that stands on `node`, or NONE. */
  slotOn(p: number, node: number): number {
    for (let s = this.problem.slotsFrom[p] ?? 0; s < (this.problem.slotsFrom[p + 1] ?? 0); s++) {
      if (this.assignment.node[s] === node) return s;
    }
    return NONE;
  }

  #resource(k: number): { readonly replicas: Int32Array; top?: TopScale } {
    const known = this.#resources.get(k);
    if (known !== undefined) return known;
    const entry = { replicas: replicasOfResource(this.problem, this.assignment, k) };
    this.#resources.set(k, entry);
    return entry;
  }
}
