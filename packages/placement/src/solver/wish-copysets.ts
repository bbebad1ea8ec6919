import { type CompiledProblem, NONE } from '../model/compiled.ts';

/** Sets that are remembered for what they have in common but one node. */
const REMEMBERED = 4;

/**
 * The distinct sets of nodes that hold partitions, kept up to date. A set is known by the sum of a number drawn for each of its nodes, so
 * that a set with one node exchanged is a subtraction and an addition away; two sets of one sum are as good as impossible, and would only
 * make a wish look met.
 */
export class WishCopysets {
  readonly #slotsFrom: Int32Array;
  /** [n] below 2^47: sums of some dozens are exact. */
  readonly #number: Float64Array;
  readonly #partitions = new Map<number, number>();
  /** By the sum of a set without one of its nodes: that node, of the last few sets. They may be gone again. */
  readonly #completions = new Map<number, number[]>();

  constructor({ N, slotsFrom }: CompiledProblem) {
    this.#slotsFrom = slotsFrom;
    this.#number = Float64Array.from({ length: N }, (_, n) => numberOf(n));
  }

  /** How many there are. */
  get distinct(): number {
    return this.#partitions.size;
  }

  /** A partition's replicas stand where `node` says (1), or no longer (-1). */
  count(p: number, node: Int32Array, sign: 1 | -1): void {
    const key = this.#sum(p, node);
    if (key === 0) return;
    const count = (this.#partitions.get(key) ?? 0) + sign;
    if (count > 0) this.#partitions.set(key, count);
    else this.#partitions.delete(key);
    if (sign === 1 && count === 1) this.#remember(p, key, node);
  }

  /** How many sets fewer there would be if slot `s` of `p` stood on `n`. */
  gain(p: number, s: number, n: number, node: Int32Array): number {
    const key = this.#sum(p, node);
    const then = key - (this.#number[node[s] as number] as number) + (this.#number[n] as number);
    return (this.#partitions.get(key) === 1 ? 1 : 0) - (this.#partitions.has(then) ? 0 : 1);
  }

  /** Calls back with nodes on which slot `s` would make the partition stand on a set that another stands on already. */
  completions(p: number, s: number, node: Int32Array, visit: (n: number) => void): void {
    const own = node[s] as number;
    const rest = this.#sum(p, node) - (this.#number[own] as number);
    for (const n of this.#completions.get(rest) ?? [])
      if (n !== own && this.#partitions.has(rest + (this.#number[n] as number))) visit(n);
  }

  #remember(p: number, key: number, node: Int32Array): void {
    for (let s = this.#slotsFrom[p] as number; s < (this.#slotsFrom[p + 1] as number); s++) {
      const n = node[s] as number;
      if (n === NONE) continue;
      const rest = key - (this.#number[n] as number);
      const known = this.#completions.get(rest);
      if (known === undefined) this.#completions.set(rest, [n]);
      else if (!known.includes(n)) {
        if (known.length === REMEMBERED) known.shift();
        known.push(n);
      }
    }
  }

  #sum(p: number, node: Int32Array): number {
    let sum = 0;
    for (let s = this.#slotsFrom[p] as number; s < (this.#slotsFrom[p + 1] as number); s++) {
      const n = node[s] as number;
      if (n !== NONE) sum += this.#number[n] as number;
    }
    return sum;
  }
}

/** A whole number that looks drawn, above 0 and below 2^47. */
function numberOf(n: number): number {
  const low = mix(n + 1);
  return (mix(low ^ 0x9e3779b9) % 2 ** 15) * 2 ** 32 + low + 1;
}

function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
