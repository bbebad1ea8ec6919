/** No arc. */
export const NO_ARC = 127;

/** A graph between nodes: what it costs to shift one unit from one to the other, at best. */
export interface ShiftGraph {
  /** [to] cost of the cheapest shift from the node; NO_ARC where there is none, and maybe where it costs more than `most`. Valid until the graph changes. */
  row(from: number, most: number): Int8Array;
}

interface SearchLimits {
  readonly enough: number;
  readonly most: number;
  /** Told of a sink that is reached for `enough` or less; says whether that is all that is wanted. */
  readonly onCheap: (sink: number) => boolean;
}

/**
 * Cheapest paths from any of some nodes to any of others, by Bellman and Ford with a queue: costs are small and may be negative, but no
 * cycle is. Among paths of equal cost it finds one of fewest arcs from the first sources, which in the graph of shifts never asks the same
 * partition for two shifts that exclude each other: it would have a shortcut.
 */
export class PathSearch {
  readonly #distance: Int32Array;
  readonly #parent: Int32Array;
  readonly #queued: Uint8Array;
  readonly #queue: Int32Array;
  #cutShort = false;

  constructor(nodes: number) {
    this.#distance = new Int32Array(nodes);
    this.#parent = new Int32Array(nodes);
    this.#queued = new Uint8Array(nodes);
    this.#queue = new Int32Array(nodes + 1);
  }

  /**
   * The nodes of a cheapest path from one of `sources` to a node that is a sink, in order; undefined where there is none.
   * `enough`: a path of this cost cannot be bettered and is taken at once. `most`: paths that cost more are not looked for.
   */
  find(
    graph: ShiftGraph,
    sources: readonly number[],
    isSink: (n: number) => boolean,
    { enough, most }: { readonly enough: number; readonly most: number },
  ): number[] | undefined {
    const sink = this.#search(graph, sources, isSink, { enough, most, onCheap: () => true });
    return sink < 0 ? undefined : this.#pathTo(sink);
  }

  /**
   * Up to `wanted` paths at once: all that cost `enough` or less and lead to different sinks, else a cheapest one, if there is any. Once one of
   * them has been taken, another may not be there any more: whoever takes several has to look.
   */
  findSome(
    graph: ShiftGraph,
    sources: readonly number[],
    isSink: (n: number) => boolean,
    { enough, most, wanted }: { readonly enough: number; readonly most: number; readonly wanted: number },
  ): readonly (readonly number[])[] {
    const found = new Map<number, readonly number[]>();
    const best = this.#search(graph, sources, isSink, {
      enough,
      most,
      onCheap: (sink) => {
        if (!found.has(sink)) found.set(sink, this.#pathTo(sink));
        return found.size >= wanted;
      },
    });
    if (found.size > 0) return [...found.values()];
    return best < 0 ? [] : [this.#pathTo(best)];
  }

  /** What the last path found cost. */
  costTo(sink: number): number {
    return this.#distance[sink] as number;
  }

  /** Whether the last search passed over anything, or may have, that costs more than its `most`: there may be dearer paths. */
  get cutShort(): boolean {
    return this.#cutShort;
  }

  #search(
    graph: ShiftGraph,
    sources: readonly number[],
    isSink: (n: number) => boolean,
    { enough, most, onCheap }: SearchLimits,
  ): number {
    const far = 1 << 29;
    const distance = this.#distance.fill(far);
    const ring = this.#queue.length;
    let begin = 0;
    let size = 0;
    const push = (n: number): void => {
      if (this.#queued[n] === 1) return;
      this.#queued[n] = 1;
      this.#queue[(begin + size++) % ring] = n;
    };
    this.#queued.fill(0);
    this.#cutShort = false;
    for (const n of sources) {
      distance[n] = 0;
      this.#parent[n] = -1;
      push(n);
    }
    let best = -1;
    for (let steps = 16 * ring; size > 0 && steps > 0; steps--) {
      const u = this.#queue[begin] as number;
      begin = (begin + 1) % ring;
      size -= 1;
      this.#queued[u] = 0;
      const left = most - (distance[u] as number);
      const row = graph.row(u, left);
      if (left < 1) this.#cutShort = true;
      for (let v = 0; v < row.length; v++) {
        if (row[v] === NO_ARC) continue;
        const reached = (distance[u] as number) + (row[v] as number);
        if (reached >= (distance[v] as number) || this.#isOnWay(u, v)) continue;
        if (reached > most) {
          this.#cutShort = true;
          continue;
        }
        distance[v] = reached;
        this.#parent[v] = u;
        if (isSink(v)) {
          if (best < 0 || reached < (distance[best] as number)) best = v;
          if (reached <= enough && onCheap(v)) return v;
        } else push(v);
      }
    }
    return best;
  }

  #pathTo(sink: number): number[] {
    const path = [sink];
    for (let n = this.#parent[sink] as number; n >= 0; n = this.#parent[n] as number) path.push(n);
    return path.toReversed();
  }

  /** Whether v lies on the way to u: a cycle, which only a graph that has changed meanwhile can show. */
  #isOnWay(u: number, v: number): boolean {
    for (let n = u; n >= 0; n = this.#parent[n] as number) if (n === v) return true;
    return false;
  }
}
