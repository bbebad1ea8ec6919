import { type CompiledAffinity, type CompiledProblem, NODE_LIVE, NONE } from '../model/compiled.ts';
import { pairViolations, violationsAt } from '../score/affinity.ts';
import { copiesOf, leaderChangesOf, preferenceMissed, sharingPairs } from '../score/partition-terms.ts';
import type { SolverState } from './state.ts';

/**
 * What it costs, in the penalties of the goals, that the replicas of a partition stand where they do: copies, bytes, changes of leader and every wish but evenness. What
 * several partitions have a part in (affinities between resources, copysets) is counted here and kept up to date by `enter` and `leave`.
 */
export class WishCosts {
  readonly #problem: CompiledProblem;
  readonly #node: Int32Array;
  readonly #meanBytes: number;
  readonly #between: readonly BetweenResources[];
  /** By partition of the second resource, for each affinity between partitions: whose partner it is, or NONE. */
  readonly #partnerOf: readonly (Int32Array | undefined)[];
  /** [level] domains with live nodes. */
  readonly #domains: readonly number[];
  /** Partitions by the set of nodes that holds them. */
  readonly #copysets = new Map<string, number>();

  constructor(state: SolverState) {
    const { problem } = state.layout;
    this.#problem = problem;
    this.#node = state.node;
    this.#meanBytes = meanBytes(problem);
    this.#between = problem.affinities
      .filter(({ partner }) => partner === undefined)
      .map((affinity) => new BetweenResources(problem, affinity));
    this.#domains = problem.widerDomains.map(
      (domain) => new Set(domain.filter((_, n) => problem.nodeState[n] === NODE_LIVE)).size,
    );
    this.#partnerOf = problem.affinities.map((affinity) => partnersOf(problem, affinity));
    for (let p = 0; p < problem.P; p++) this.enter(p);
  }

  /** Whether the problem wishes for anything beside balance and calm. */
  static asked({ P, goals, affinities, widerDomains, preferredFrom }: CompiledProblem): boolean {
    if (goals.spread > 0 && widerDomains.length > 0) return true;
    if (goals.preferredLeaders > 0 && (preferredFrom[P] as number) > 0) return true;
    return (goals.affinity > 0 && affinities.length > 0) || goals.copysets > 0;
  }

  /** What a partition by itself costs: `calm` copies, bytes and changes of leader; `wish` the rest. */
  of(p: number): { readonly calm: number; readonly wish: number } {
    const { goals, widerDomains, slotsFrom, bytes } = this.#problem;
    const from = slotsFrom[p] as number;
    const copies = copiesOf(this.#problem, p, this.#node, from);
    const calm =
      copies * (goals.moves + (goals.bytes * (bytes[p] as number)) / this.#meanBytes) +
      leaderChangesOf(this.#problem, p, this.#node, from) * goals.leaderChanges;
    let wish = preferenceMissed(this.#problem, p, this.#node, from) * goals.preferredLeaders;
    const replicas = (slotsFrom[p + 1] as number) - from;
    for (const [level, domain] of widerDomains.entries()) {
      const pairs = sharingPairs(this.#problem, p, domain, this.#node, from);
      // What domains fewer than replicas force is no open wish: else every partition would be looked at for nothing.
      wish += Math.max(0, pairs - leastPairs(replicas, this.#domains[level] as number)) * goals.spread;
    }
    return { calm, wish: wish + this.#affinities(p) * goals.affinity };
  }

  /** What costs nobody in particular: affinities between resources, copysets. Only differences mean something. */
  get shared(): number {
    let violations = 0;
    for (const one of this.#between) violations += one.violations;
    return violations * this.#problem.goals.affinity + this.#copysets.size * this.#problem.goals.copysets;
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
    const { goals, slotsFrom, resourceOf } = this.#problem;
    const nodes = this.#node.subarray(slotsFrom[p], slotsFrom[p + 1]);
    for (const one of this.#between) one.count(resourceOf[p] as number, nodes, sign);
    if (goals.copysets === 0) return;
    const key = nodes
      .filter((n) => n !== NONE)
      .sort()
      .join();
    const count = (this.#copysets.get(key) ?? 0) + sign;
    if (key === '') return;
    if (count > 0) this.#copysets.set(key, count);
    else this.#copysets.delete(key);
  }

  /** Violations of affinities between partitions in which p has a part, by their weights. */
  #affinities(p: number): number {
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
}

/** Pairs that share a domain where replicas stand as evenly over so many domains as can be. */
function leastPairs(replicas: number, domains: number): number {
  if (domains === 0) return 0;
  const each = Math.floor(replicas / domains);
  const more = replicas % domains;
  return (domains * each * (each - 1)) / 2 + more * each;
}

function meanBytes({ P, bytes, slotsFrom, S }: CompiledProblem): number {
  let sum = 0;
  for (let p = 0; p < P; p++) sum += (bytes[p] as number) * ((slotsFrom[p + 1] as number) - (slotsFrom[p] as number));
  return sum > 0 ? sum / S : 1;
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

/** An affinity of any partition of one resource with any of another: replicas by domain, and the violations that follow. */
class BetweenResources {
  readonly #affinity: CompiledAffinity;
  readonly #first: Int32Array;
  readonly #second: Int32Array;
  #violations = 0;

  constructor({ N }: CompiledProblem, affinity: CompiledAffinity) {
    this.#affinity = affinity;
    // Domains are numbered from 0, and there are at most as many as nodes.
    this.#first = new Int32Array(N);
    this.#second = affinity.first === affinity.second ? this.#first : new Int32Array(N);
  }

  /** By the affinity's weight. */
  get violations(): number {
    return this.#violations * this.#affinity.weight;
  }

  count(k: number, nodes: Int32Array, sign: 1 | -1): void {
    const { first, second, domain } = this.#affinity;
    if (k !== first && k !== second) return;
    const counts = k === first ? this.#first : this.#second;
    for (const n of nodes) {
      if (n === NONE) continue;
      const at = domain[n] as number;
      this.#violations -= this.#at(at);
      counts[at] = (counts[at] as number) + sign;
      this.#violations += this.#at(at);
    }
  }

  /**
   * The violations in a domain; of two that should be apart, half of their harmonic mean instead: each step of the fewer out of the domain is
   * felt, not only the last one.
   */
  #at(domain: number): number {
    const ones = this.#first[domain] as number;
    const others = this.#second[domain] as number;
    if (this.#affinity.together || this.#first === this.#second) return violationsAt(this.#affinity, ones, others);
    return ones === 0 || others === 0 ? 0 : (ones * others) / (ones + others);
  }
}
