import { NODE_LIVE, NONE } from '../model/compiled.ts';
import type { PlaceClass } from './layout.ts';
import { stoodOn } from './rules.ts';
import type { SolverState } from './state.ts';
import type { WishCosts } from './wish-costs.ts';

/** Nodes offered of a domain that would be better, and of all where nothing says which would be. */
const FROM_DOMAIN = 6;
const FROM_ALL = 24;
/** Replicas of a node that are offered for an exchange. */
const PARTNERS = 48;

/**
 * Where a wish could be met: for a replica the nodes that wishes name (preferred ones, those of partitions it belongs to, domains that hold
 * fewest of its partition, its place of today, what completes a set of nodes that others share), and on such a node the replicas it might change places
 * with. Only what could help is offered, each time from where the last offer ended, so that many askers do not all get the same few.
 */
export class WishPlaces {
  readonly #state: SolverState;
  readonly #costs: WishCosts;
  readonly #live: Int32Array;
  /** By class of resources, level and domain: the nodes that take. */
  readonly #members: (readonly (readonly number[])[][] | undefined)[] = [];
  /** By the list that is offered from: where to go on. */
  readonly #cursors = new Map<readonly number[] | Int32Array, number>();
  /** [n] slot from which on partners are offered. */
  readonly #partnerAt: Int32Array;
  readonly #found = new Set<number>();

  constructor(state: SolverState, costs: WishCosts) {
    const { N, nodeState } = state.layout.problem;
    this.#state = state;
    this.#costs = costs;
    this.#live = Int32Array.from(Array.from({ length: N }, (_, n) => n).filter((n) => nodeState[n] === NODE_LIVE));
    this.#partnerAt = new Int32Array(N).fill(NONE);
  }

  /** Nodes for slot `s` of `p`, the likeliest first; not where it stands. */
  for(p: number, s: number): readonly number[] {
    const { preferredFrom, preferredNode, resourceOf, goals, currentFrom, currentNode } = this.#state.layout.problem;
    const found = this.#found;
    found.clear();
    if (goals.preferredLeaders > 0 && this.#state.layout.leads[this.#state.kindOf(s)] === 1) {
      for (let i = preferredFrom[p] as number; i < (preferredFrom[p + 1] as number); i++)
        found.add(preferredNode[i] as number);
    }
    this.#costs.partnersOf(p, (n) => found.add(n));
    this.#costs.copysets?.completions(p, s, this.#state.node, (n) => found.add(n));
    if (goals.bytes > 0)
      for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++)
        found.add(currentNode[c] as number);
    this.#domains(p, s);
    if (this.#costs.anyPlaceMayDo(resourceOf[p] as number)) this.#some(p, s);
    found.delete(this.#state.node[s] as number);
    return [...found];
  }

  /** Slots on `n` that one of p might change places with: the lightest to copy where p would go home, else some. */
  partners(p: number, n: number): readonly number[] {
    const state = this.#state;
    if (state.layout.problem.goals.bytes > 0 && stoodOn(state, p, n)) return this.#lighterOn(n, p);
    const partners: number[] = [];
    const start = this.#startOn(n);
    for (let t = start; t !== NONE && partners.length < PARTNERS; ) {
      if (state.layout.partitionOf[t] !== p) partners.push(t);
      t = state.next[t] as number;
      if (t === NONE) t = state.head[n] as number;
      this.#partnerAt[n] = t;
      if (t === start) break;
    }
    return partners;
  }

  /** Replicas on `n` with fewer bytes than one of p, the fewest first. */
  #lighterOn(n: number, p: number): readonly number[] {
    const { layout, head, next } = this.#state;
    const { bytes } = layout.problem;
    const bytesOf = (t: number): number => bytes[layout.partitionOf[t] as number] as number;
    const lighter: number[] = [];
    for (let t = head[n] as number; t !== NONE; t = next[t] as number)
      if (bytesOf(t) < (bytes[p] as number)) lighter.push(t);
    return lighter.sort((a, b) => bytesOf(a) - bytesOf(b) || a - b);
  }

  #startOn(n: number): number {
    const at = this.#partnerAt[n] as number;
    return at !== NONE && this.#state.node[at] === n ? at : (this.#state.head[n] as number);
  }

  /** Of each level some nodes in the domains that hold fewer of p than the slot's own would without it. */
  #domains(p: number, s: number): void {
    const { problem, classOf } = this.#state.layout;
    const { widerDomains, goals, resourceOf, slotsFrom } = problem;
    if (goals.spread === 0 || widerDomains.length === 0) return;
    const members = this.#membersOf(classOf[resourceOf[p] as number] as number);
    const from = slotsFrom[p] as number;
    const to = slotsFrom[p + 1] as number;
    const own = this.#state.node[s] as number;
    for (let level = 0; level < widerDomains.length; level++) {
      const domain = widerDomains[level] as Int32Array;
      const here = this.#holding(domain, domain[own] as number, from, to) - 1;
      if (here === 0) continue;
      const domains = members[level] ?? [];
      let tried = 0;
      const order = this.#nextOf(domains.length, level);
      for (let i = 0; i < domains.length && tried < 2; i++) {
        const d = (order + i) % domains.length;
        const nodes = domains[d];
        if (nodes === undefined || nodes.length === 0 || this.#holding(domain, d, from, to) >= here) continue;
        tried += 1;
        this.#offer(nodes, FROM_DOMAIN);
      }
    }
  }

  readonly #domainAt: number[] = [];

  /** From another domain for each asker. */
  #nextOf(count: number, level: number): number {
    const at = ((this.#domainAt[level] ?? -1) + 1) % Math.max(1, count);
    this.#domainAt[level] = at;
    return at;
  }

  #holding(domain: Int32Array, d: number, from: number, to: number): number {
    let count = 0;
    for (let t = from; t < to; t++) {
      const n = this.#state.node[t] as number;
      if (n !== NONE && domain[n] === d) count += 1;
    }
    return count;
  }

  /** Some of all, those left out where the replica would be worse off. */
  #some(p: number, s: number): void {
    const k = this.#state.layout.problem.resourceOf[p] as number;
    const own = this.#costs.discomfort(k, this.#state.node[s] as number);
    const { length } = this.#live;
    let at = this.#cursors.get(this.#live) ?? 0;
    const stride = Math.max(1, Math.floor(length / FROM_ALL));
    for (let i = 0; i < Math.min(length, FROM_ALL); i++, at = (at + stride) % length) {
      const n = this.#live[at] as number;
      if (this.#costs.discomfort(k, n) <= own) this.#found.add(n);
    }
    this.#cursors.set(this.#live, (at + 1) % Math.max(1, length));
  }

  #offer(nodes: readonly number[], most: number): void {
    let at = this.#cursors.get(nodes) ?? 0;
    for (let i = 0; i < Math.min(most, nodes.length); i++, at++) this.#found.add(nodes[at % nodes.length] as number);
    this.#cursors.set(nodes, at % nodes.length);
  }

  #membersOf(classIndex: number): readonly (readonly number[])[][] {
    const known = this.#members[classIndex];
    if (known !== undefined) return known;
    const { problem, classes } = this.#state.layout;
    const members = problem.widerDomains.map((domain) => {
      const nodes: number[][] = [];
      for (const n of (classes[classIndex] as PlaceClass).takers) {
        const d = domain[n] as number;
        while (nodes.length <= d) nodes.push([]);
        nodes[d]?.push(n);
      }
      return nodes;
    });
    this.#members[classIndex] = members;
    return members;
  }
}
