import { type CompiledAffinity, type CompiledProblem, NONE } from '../model/compiled.ts';
import { violationsAt } from '../score/affinity.ts';

/** An affinity of any partition of one resource with any of another: replicas by domain, and the violations that follow. */
export class Meetings {
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

  /** Whether replicas of the resource have a part in it. */
  concerns(k: number): boolean {
    return k === this.#affinity.first || k === this.#affinity.second;
  }

  /** How much a replica of the resource on the node goes against the wish, for comparison with other nodes: 0 where not at all. */
  discomfort(k: number, n: number): number {
    const { together, first, second, domain } = this.#affinity;
    const at = domain[n] as number;
    if (together) return k === first && this.#company(at) <= 0 ? 1 : 0;
    if (first === second) return k === first ? this.#company(at) : 0;
    return k === first ? (this.#second[at] as number) : k === second ? (this.#first[at] as number) : 0;
  }

  /** Counts replicas of a resource in (1) or out (-1). */
  count(k: number, node: Int32Array, from: number, to: number, sign: 1 | -1): void {
    const { first, domain } = this.#affinity;
    const counts = k === first ? this.#first : this.#second;
    for (let s = from; s < to; s++) {
      const n = node[s] as number;
      if (n === NONE) continue;
      const at = domain[n] as number;
      this.#violations -= this.#at(at);
      counts[at] = (counts[at] as number) + sign;
      this.#violations += this.#at(at);
    }
  }

  #company(domain: number): number {
    return this.#first === this.#second ? (this.#first[domain] as number) - 1 : (this.#second[domain] as number);
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
