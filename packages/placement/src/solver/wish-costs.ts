import { type CompiledAffinity, type CompiledProblem, NONE } from '../model/compiled.ts';
import { pairViolations } from '../score/affinity.ts';
import { copiesOf, leaderChangesOf, preferenceMissed, sharingPairs } from '../score/partition-terms.ts';
import { meanBytes } from '../score/score-of.ts';
import type { PlaceClass } from './layout.ts';
import type { SolverState } from './state.ts';
import { WishCopysets } from './wish-copysets.ts';
import { Meetings } from './wish-meetings.ts';

/**
 * What it costs, in the penalties of the goals, that the replicas of a partition stand where they do: copies, bytes, changes of leader and every wish but evenness. What
 * several partitions have a part in (affinities between resources, copysets) is counted here and kept up to date by `enter` and `leave`.
 */
export class WishCosts {
  readonly #problem: CompiledProblem;
  readonly #node: Int32Array;
  readonly #meanBytes: number;
  readonly #meetings: readonly Meetings[];
  readonly #copysets: WishCopysets | undefined;
  /** Whether any affinity is between partitions of the same name. */
  readonly #paired: boolean;
  /** By partition of the second resource, for each affinity between partitions: whose partner it is, or NONE. */
  readonly #partnerOf: readonly (Int32Array | undefined)[];
  /** [level][k] pairs that have to share a domain whatever is done. */
  readonly #forced: readonly Float64Array[];

  constructor(state: SolverState) {
    const { problem } = state.layout;
    const { affinities, goals } = problem;
    this.#problem = problem;
    this.#node = state.node;
    this.#meanBytes = (goals.bytes > 0 && meanBytes(problem)) || 1;
    const sought = goals.affinity > 0 ? affinities : [];
    this.#meetings = sought
      .filter(({ partner }) => partner === undefined)
      .map((affinity) => new Meetings(problem, affinity));
    this.#copysets = goals.copysets > 0 ? new WishCopysets(problem) : undefined;
    this.#forced = goals.spread > 0 ? problem.widerDomains.map((domain) => forcedPairs(state, domain)) : [];
    this.#partnerOf = sought.map((affinity) => partnersOf(problem, affinity));
    this.#paired = this.#partnerOf.some((partners) => partners !== undefined);
    if (this.#meetings.length > 0 || this.#copysets !== undefined) for (let p = 0; p < problem.P; p++) this.enter(p);
  }

  /** Whether the problem wishes for anything beside balance and calm. */
  static asked({ P, goals, affinities, widerDomains, preferredFrom }: CompiledProblem): boolean {
    if (goals.spread > 0 && widerDomains.length > 0) return true;
    if (goals.preferredLeaders > 0 && (preferredFrom[P] as number) > 0) return true;
    return (goals.affinity > 0 && affinities.length > 0) || goals.copysets > 0 || goals.bytes > 0;
  }

  /**
   * Whether another look at the partition might gain anything: a wish is open, and not only one that is worth less than moving what stands
   * at home; or bytes may be saved on a copy. `asStanding` asks it as if the partition stood so already.
   */
  mayGain(p: number, asStanding = false): boolean {
    const { goals, resourceOf } = this.#problem;
    if (this.#copysets !== undefined) return true;
    const k = resourceOf[p] as number;
    for (const meeting of this.#meetings) if (meeting.concerns(k)) return true;
    const wish = this.wishOf(p);
    if (wish > NOTHING && wish > Math.min(goals.moves, goals.leaderChanges)) return true;
    if (asStanding || (wish <= NOTHING && goals.bytes === 0)) return false;
    return this.calmOf(p) > 0;
  }

  /** What a partition by itself costs. */
  of(p: number): number {
    return this.calmOf(p) + this.wishOf(p);
  }

  /** Copies, bytes and changes of leader of a partition. */
  calmOf(p: number): number {
    const { goals, slotsFrom, bytes } = this.#problem;
    const from = slotsFrom[p] as number;
    const copies = copiesOf(this.#problem, p, this.#node, from);
    const changes = goals.leaderChanges > 0 ? leaderChangesOf(this.#problem, p, this.#node, from) : 0;
    return (
      copies * (goals.moves + (goals.bytes * (bytes[p] as number)) / this.#meanBytes) + changes * goals.leaderChanges
    );
  }

  /** The wishes that a partition has by itself or with its partners of the same name. */
  wishOf(p: number): number {
    const { goals, slotsFrom } = this.#problem;
    const from = slotsFrom[p] as number;
    let wish = 0;
    if (goals.preferredLeaders > 0)
      wish += preferenceMissed(this.#problem, p, this.#node, from) * goals.preferredLeaders;
    for (let level = 0; level < this.#forced.length; level++) wish += this.#openPairs(p, level) * goals.spread;
    return this.#paired ? wish + this.#pairedViolations(p) * goals.affinity : wish;
  }

  /** What costs nobody in particular: affinities between resources, copysets. Only differences mean something. */
  get shared(): number {
    let violations = 0;
    for (const one of this.#meetings) violations += one.violations;
    return violations * this.#problem.goals.affinity + (this.#copysets?.distinct ?? 0) * this.#problem.goals.copysets;
  }

  /** Whether replicas of whole resources have a part in what one of the resource costs: that is known only once it is done. */
  meetsOthers(k: number): boolean {
    return this.#meetings.some((meeting) => meeting.concerns(k));
  }

  /** Whether a replica of the resource may be better off in places that its partition alone does not tell. */
  anyPlaceMayDo(k: number): boolean {
    return (
      this.meetsOthers(k) ||
      (this.#paired && this.#problem.affinities.some(({ first, second }) => first === k || second === k))
    );
  }

  /** How much a replica of the resource on the node goes against affinities between resources. */
  discomfort(k: number, n: number): number {
    let sum = 0;
    for (const meeting of this.#meetings) if (meeting.concerns(k)) sum += meeting.discomfort(k, n);
    return sum;
  }

  /** What the partition would gain, but for affinities between whole resources, if its slot `s` stood on `n`. */
  gainOf(p: number, s: number, n: number): number {
    const from = this.#node[s] as number;
    const sets = this.#copysets?.gain(p, s, n, this.#node) ?? 0;
    const before = this.of(p);
    this.#node[s] = n;
    const after = this.of(p);
    this.#node[s] = from;
    return before - after + sets * this.#problem.goals.copysets;
  }

  /** The distinct sets of nodes, where fewer are wished for. */
  get copysets(): WishCopysets | undefined {
    return this.#copysets;
  }

  /** The partition's replicas stand where they stand. */
  enter(p: number): void {
    this.#count(p, 1);
  }

  /** They are about to stand elsewhere. */
  leave(p: number): void {
    this.#count(p, -1);
  }

  #count(p: number, sign: 1 | -1): void {
    if (this.#meetings.length > 0) {
      const { slotsFrom, resourceOf } = this.#problem;
      const k = resourceOf[p] as number;
      for (const one of this.#meetings)
        if (one.concerns(k)) one.count(k, this.#node, slotsFrom[p] as number, slotsFrom[p + 1] as number, sign);
    }
    this.#copysets?.count(p, this.#node, sign);
  }

  /** Pairs that share a domain of the level although they need not: what is forced is no open wish, else every partition would be looked at for nothing. */
  #openPairs(p: number, level: number): number {
    const { widerDomains, slotsFrom, resourceOf } = this.#problem;
    const domain = widerDomains[level] as Int32Array;
    const pairs = sharingPairs(this.#problem, p, domain, this.#node, slotsFrom[p] as number);
    return Math.max(0, pairs - (this.#forced[level]?.[resourceOf[p] as number] as number));
  }

  /** Violations of affinities between partitions in which p has a part, by their weights. */
  #pairedViolations(p: number): number {
    const { affinities, resourceOf, partitionsFrom } = this.#problem;
    const k = resourceOf[p] as number;
    const nodeOf = (s: number): number => this.#node[s] as number;
    let sum = 0;
    for (const [i, affinity] of affinities.entries()) {
      const { partner, first, second, weight } = affinity;
      if (partner === undefined) continue;
      const other = k === first ? (partner[p - (partitionsFrom[k] as number)] ?? NONE) : NONE;
      if (other !== NONE) sum += weight * pairViolations(this.#problem, affinity, p, other, nodeOf);
      const of = k === second ? (this.#partnerOf[i]?.[p - (partitionsFrom[k] as number)] ?? NONE) : NONE;
      if (of !== NONE && of !== p) sum += weight * pairViolations(this.#problem, affinity, of, p, nodeOf);
    }
    return sum;
  }

  /** Calls back with every node on which a partition of the same name stands that p would be near, or that would be near p. */
  partnersOf(p: number, visit: (n: number) => void): void {
    if (!this.#paired) return;
    const { affinities, resourceOf, partitionsFrom, slotsFrom } = this.#problem;
    const k = resourceOf[p] as number;
    const at = p - (partitionsFrom[k] as number);
    for (const [i, { together, partner, first, second }] of affinities.entries()) {
      if (!together || partner === undefined) continue;
      for (const q of [k === first ? partner[at] : NONE, k === second ? this.#partnerOf[i]?.[at] : NONE]) {
        if (q === undefined || q === NONE || q === p) continue;
        for (let t = slotsFrom[q] as number; t < (slotsFrom[q + 1] as number); t++)
          if (this.#node[t] !== NONE) visit(this.#node[t] as number);
      }
    }
  }
}

/** Less than this is nothing. */
const NOTHING = 1e-9;

/**
 * [k] pairs of replicas of a partition that have to share a domain: as evenly over the domains as their fault zones allow. Infinity where replicas
 * are as many as nodes: nothing can be chosen there.
 */
function forcedPairs({ layout }: SolverState, domain: Int32Array): Float64Array {
  const { problem, classOf, classes, replicas, zoneLimit } = layout;
  return Float64Array.from({ length: problem.K }, (_, k) => {
    const { takers, takersInZone } = classes[classOf[k] as number] as PlaceClass;
    if ((replicas[k] as number) >= takers.length) return Number.POSITIVE_INFINITY;
    const room = new Map<number, number>();
    const seen = new Uint8Array(problem.zones);
    for (const n of takers) {
      const z = problem.zone[n] as number;
      if (seen[z] === 1) continue;
      seen[z] = 1;
      const more = Math.min(takersInZone[z] as number, zoneLimit[k] as number);
      room.set(domain[n] as number, (room.get(domain[n] as number) ?? 0) + more);
    }
    return leastPairs(replicas[k] as number, [...room.values()]);
  });
}

/** Pairs that share a domain where replicas stand as evenly as can be over domains that take so many each. */
function leastPairs(replicas: number, room: readonly number[]): number {
  let pairs = 0;
  let left = replicas;
  for (let each = 0; left > 0; each++) {
    const open = room.filter((most) => most > each).length;
    if (open === 0) break;
    pairs += Math.min(left, open) * each;
    left -= open;
  }
  return pairs;
}

function partnersOf(problem: CompiledProblem, { partner, first, second }: CompiledAffinity): Int32Array | undefined {
  if (partner === undefined) return undefined;
  const { partitionsFrom } = problem;
  const base = partitionsFrom[second] as number;
  const of = new Int32Array((partitionsFrom[second + 1] as number) - base).fill(NONE);
  for (let i = 0; i < partner.length; i++) {
    const q = partner[i] as number;
    if (q !== NONE) of[q - base] = (partitionsFrom[first] as number) + i;
  }
  return of;
}
