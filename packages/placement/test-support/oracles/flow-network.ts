/** A directed network with capacities and costs per unit, and the two questions the oracles ask of it. Written for clearness, not for size. */
export class FlowNetwork {
  readonly #heads: number[] = [];
  readonly #room: number[] = [];
  readonly #cost: number[] = [];
  readonly #arcsOf: number[][] = [];
  readonly #epsilon: number;

  /** @param epsilon What counts as no room left: 0 for whole numbers, a little more for fractional flows. */
  constructor(epsilon = 0) {
    this.#epsilon = epsilon;
  }

  /** A new vertex. */
  vertex(): number {
    this.#arcsOf.push([]);
    return this.#arcsOf.length - 1;
  }

  /** A new arc; its number is for `flowOn`. Costs must not be negative. */
  arc(from: number, to: number, capacity: number, cost = 0): number {
    const at = this.#heads.length;
    this.#heads.push(to, from);
    this.#room.push(capacity, 0);
    this.#cost.push(cost, -cost);
    this.#arcsOf[from]?.push(at);
    this.#arcsOf[to]?.push(at + 1);
    return at;
  }

  /** What flows on an arc. */
  flowOn(arc: number): number {
    return this.#room[arc + 1] ?? 0;
  }

  /**
   * The largest flow, and among the largest one of least cost: shortest distances by Dijkstra on reduced costs, then as much as
   * fits along all shortest paths at once, until the sink is out of reach.
   */
  minCostMaxFlow(source: number, sink: number): { readonly flow: number; readonly cost: number } {
    const potential = new Float64Array(this.#arcsOf.length);
    let flow = 0;
    let cost = 0;
    while (this.#shorten(source, sink, potential)) {
      for (;;) {
        const sent = this.#fillShortest(source, sink, potential);
        if (sent <= this.#epsilon) break;
        flow += sent;
        cost += sent * ((potential[sink] ?? 0) - (potential[source] ?? 0));
      }
    }
    return { flow, cost };
  }

  /** The largest flow, whatever it costs. */
  maxFlow(source: number, sink: number): number {
    let flow = 0;
    for (;;) {
      const sent = this.#fillShortest(source, sink, undefined);
      if (sent <= this.#epsilon) return flow;
      flow += sent;
    }
  }

  /** Vertices that more flow could still reach from the source: the source's side of a least cut. */
  reachable(source: number): ReadonlySet<number> {
    const seen = new Set([source]);
    for (const vertex of seen)
      for (const arc of this.#arcsOf[vertex] ?? [])
        if ((this.#room[arc] ?? 0) > this.#epsilon) seen.add(this.#heads[arc] ?? 0);
    return seen;
  }

  /** Adds the distances from the source to the potentials; false when the sink cannot be reached. */
  #shorten(source: number, sink: number, potential: Float64Array): boolean {
    const distance = new Float64Array(potential.length).fill(Number.POSITIVE_INFINITY);
    const done = new Uint8Array(potential.length);
    const heap = new DistanceHeap();
    distance[source] = 0;
    heap.push(0, source);
    for (let vertex = heap.pop(); vertex >= 0; vertex = heap.pop()) {
      if (done[vertex] === 1) continue;
      done[vertex] = 1;
      for (const arc of this.#arcsOf[vertex] ?? []) {
        if ((this.#room[arc] ?? 0) <= this.#epsilon) continue;
        const head = this.#heads[arc] ?? 0;
        const reduced = (this.#cost[arc] ?? 0) + (potential[vertex] ?? 0) - (potential[head] ?? 0);
        const next = (distance[vertex] ?? 0) + reduced;
        if (next >= (distance[head] ?? 0)) continue;
        distance[head] = next;
        heap.push(next, head);
      }
    }
    const far = distance[sink] ?? Number.POSITIVE_INFINITY;
    if (far === Number.POSITIVE_INFINITY) return false;
    // What lies beyond the sink moves with it, so that reduced costs stay at or above 0 everywhere.
    for (let vertex = 0; vertex < potential.length; vertex += 1)
      potential[vertex] = (potential[vertex] ?? 0) + Math.min(distance[vertex] ?? far, far);
    return true;
  }

  /** Sends what fits along arcs without reduced cost (without potentials: along any), on paths of the fewest arcs. */
  #fillShortest(source: number, sink: number, potential: Float64Array | undefined): number {
    const level = this.#levels(source, potential);
    if ((level[sink] ?? -1) < 0) return 0;
    const next = new Int32Array(this.#arcsOf.length);
    const path: number[] = [];
    let vertex = source;
    let sent = 0;
    for (;;) {
      if (vertex === sink) {
        const amount = path.reduce((least, arc) => Math.min(least, this.#room[arc] ?? 0), Number.POSITIVE_INFINITY);
        for (const arc of path) {
          this.#room[arc] = (this.#room[arc] ?? 0) - amount;
          this.#room[arc + (arc % 2 === 0 ? 1 : -1)] = (this.#room[arc + (arc % 2 === 0 ? 1 : -1)] ?? 0) + amount;
        }
        sent += amount;
        path.length = 0;
        vertex = source;
        continue;
      }
      const arc = this.#advance(vertex, level, next, potential);
      if (arc >= 0) {
        path.push(arc);
        vertex = this.#heads[arc] ?? 0;
        continue;
      }
      const back = path.pop();
      if (back === undefined) return sent;
      vertex = this.#heads[back + (back % 2 === 0 ? 1 : -1)] ?? 0;
      next[vertex] = (next[vertex] ?? 0) + 1;
    }
  }

  /** The next arc out of a vertex that leads one level on, or -1. */
  #advance(vertex: number, level: Int32Array, next: Int32Array, potential: Float64Array | undefined): number {
    const arcs = this.#arcsOf[vertex] ?? [];
    for (let at = next[vertex] ?? 0; at < arcs.length; at += 1) {
      const arc = arcs[at] ?? 0;
      if (this.#isOpen(arc, vertex, potential) && level[this.#heads[arc] ?? 0] === (level[vertex] ?? 0) + 1) {
        next[vertex] = at;
        return arc;
      }
    }
    next[vertex] = arcs.length;
    return -1;
  }

  #levels(source: number, potential: Float64Array | undefined): Int32Array {
    const level = new Int32Array(this.#arcsOf.length).fill(-1);
    const queue = [source];
    level[source] = 0;
    for (const vertex of queue)
      for (const arc of this.#arcsOf[vertex] ?? []) {
        const head = this.#heads[arc] ?? 0;
        if (level[head] !== -1 || !this.#isOpen(arc, vertex, potential)) continue;
        level[head] = (level[vertex] ?? 0) + 1;
        queue.push(head);
      }
    return level;
  }

  #isOpen(arc: number, vertex: number, potential: Float64Array | undefined): boolean {
    if ((this.#room[arc] ?? 0) <= this.#epsilon) return false;
    if (potential === undefined) return true;
    return (this.#cost[arc] ?? 0) + (potential[vertex] ?? 0) - (potential[this.#heads[arc] ?? 0] ?? 0) === 0;
  }
}

/** A binary heap of vertices by distance. */
class DistanceHeap {
  readonly #keys: number[] = [];
  readonly #vertices: number[] = [];

  push(key: number, vertex: number): void {
    let at = this.#keys.length;
    this.#keys.push(key);
    this.#vertices.push(vertex);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if ((this.#keys[parent] ?? 0) <= key) break;
      this.#set(at, parent);
      at = parent;
    }
    this.#keys[at] = key;
    this.#vertices[at] = vertex;
  }

  /** The nearest vertex, or -1 when there is none. */
  pop(): number {
    const top = this.#vertices[0];
    const key = this.#keys.pop();
    const vertex = this.#vertices.pop();
    if (top === undefined || key === undefined || vertex === undefined) return -1;
    const size = this.#keys.length;
    if (size === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && (this.#keys[child + 1] ?? 0) < (this.#keys[child] ?? 0)) child += 1;
      if ((this.#keys[child] ?? 0) >= key) break;
      this.#set(at, child);
      at = child;
    }
    this.#keys[at] = key;
    this.#vertices[at] = vertex;
    return top;
  }

  #set(at: number, from: number): void {
    this.#keys[at] = this.#keys[from] ?? 0;
    this.#vertices[at] = this.#vertices[from] ?? 0;
  }
}
