import { percentAt, type Scale } from '../score/scales.ts';

/** How many nodes furthest outside are kept: one more than the two that a move or an exchange touches. */
const KEPT = 3;

/** A scale with what the nodes carry: tells in O(1) how uneven it would be with two nodes carrying something else. */
export class TopScale {
  readonly #scale: Scale;
  readonly #carried: (n: number) => number;
  /** Nodes furthest outside, worst first. */
  readonly #top: { readonly node: number; readonly percent: number }[] = [];

  /** O(N). */
  constructor(scale: Scale, carried: (n: number) => number) {
    this.#scale = scale;
    this.#carried = carried;
    for (let node = 0; node < scale.fair.length; node++) {
      const percent = percentAt(scale, node, carried(node));
      if (percent <= (this.#top[KEPT - 1]?.percent ?? 0)) continue;
      const at = this.#top.findIndex((other) => percent > other.percent);
      this.#top.splice(at < 0 ? this.#top.length : at, 0, { node, percent });
      if (this.#top.length > KEPT) this.#top.pop();
    }
  }

  /** By how many percent of its fair share the node furthest outside its range lies outside. */
  get percent(): number {
    return this.#top[0]?.percent ?? 0;
  }

  /** The same with up to two nodes carrying `change(n)` more. */
  percentWith(nodes: readonly number[], change: (n: number) => number): number {
    let percent = this.#top.find(({ node }) => !nodes.includes(node))?.percent ?? 0;
    for (const n of nodes) percent = Math.max(percent, percentAt(this.#scale, n, this.#carried(n) + change(n)));
    return percent;
  }
}
