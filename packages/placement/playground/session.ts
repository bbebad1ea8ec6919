import { openPlacement, type Placement, type PlacementChange, type PlacementResult } from '@keelson/placement';
import { DIMENSIONS, nodeName, nodeOf, problemOf, roomOf, weightsOf } from './cluster.ts';
import type { Figures, NodeFate, NodeView } from './protocol.ts';
import type { Settings } from './settings.ts';

const RESOURCE = 'db';

/** One cluster in play: what stands, and what each change made of it. */
export class Session {
  readonly #settings: Settings;
  readonly #weights: Float64Array;
  readonly #placement: Placement;
  readonly #fates = new Map<string, NodeFate>();
  #joined: number;

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#weights = weightsOf(settings);
    this.#placement = openPlacement(problemOf(settings, this.#weights));
    this.#joined = settings.nodes;
    for (let n = 0; n < settings.nodes; n++) this.#fates.set(nodeName(n), 'live');
  }

  /** Nodes of any fate. */
  get size(): number {
    return this.#fates.size;
  }

  /** Places everything for the first time. */
  first(): Move {
    const { partitions, replicas } = this.#settings;
    return this.#solve(`${partitions.toLocaleString('en')} partitions × ${replicas} placed anew`, [], true);
  }

  /** Kills a node, drains it or brings it back. */
  fate(node: string, fate: NodeFate): Move {
    this.#fates.set(node, fate);
    const what = { live: 'is back', draining: 'is drained', offline: 'is dead' }[fate];
    return this.#solve(`${node} ${what}`, [{ type: 'change-node', name: node, patch: { state: fate } }]);
  }

  /** Has nodes join, or those that joined last leave, until there are `count`. */
  resize(count: number): Move {
    const room = roomOf(this.#settings, this.#weights);
    const changes: PlacementChange[] = [];
    const before = this.#fates.size;
    while (this.#fates.size < count) {
      const node = nodeOf(this.#joined++, this.#settings.zones, room);
      changes.push({ type: 'add-node', node });
      this.#fates.set(node.name, 'live');
    }
    for (const name of [...this.#fates.keys()].slice(count)) {
      changes.push({ type: 'remove-node', name });
      this.#fates.delete(name);
    }
    const by = Math.abs(count - before);
    return this.#solve(`${by} ${by === 1 ? 'node' : 'nodes'} ${count > before ? 'joined' : 'left'}`, changes);
  }

  /** Asks for another evenness. */
  tolerate(percent: number): Move {
    return this.#solve(`Tolerance is ${percent} %`, [{ type: 'goals', goals: { tolerance: percent / 100 } }]);
  }

  #solve(what: string, changes: readonly PlacementChange[], first = false): Move {
    const begun = performance.now();
    if (changes.length > 0) this.#placement.apply(changes);
    const result = this.#placement.solve();
    const ms = performance.now() - begun;
    const nodes = this.#views(result);
    const standing = nodes.filter(({ state }) => state === 'live');
    const leaders = standing.map((node) => node.leaders);
    const figures: Figures = {
      what,
      first,
      moves: result.moves.replicas,
      bound: result.bound().replicas.least,
      leaderChanges: result.moves.leaderChanges,
      unplaced: result.unplaced.length,
      maxOverMean: Math.max(0, ...standing.map(({ load }) => load)),
      leadersMaxOverMean: Math.max(0, ...leaders) / mean(leaders),
      ms,
    };
    this.#placement.adopt();
    return { nodes, figures };
  }

  #views(result: PlacementResult): readonly NodeView[] {
    const arrived = new Map<string, number>();
    for (const move of result.movesList()) {
      if (move.kind === 'copy') arrived.set(move.node, (arrived.get(move.node) ?? 0) + 1);
    }
    const tallies = [...this.#fates].map(([name, state]) => ({ name, state, ...this.#tally(result, name) }));
    const live = tallies.filter(({ state }) => state === 'live');
    const means = DIMENSIONS.map((_, d) => mean(live.map(({ loads }) => loads[d] ?? 0)));
    return tallies.map(({ name, state, loads, replicas, leaders }) => {
      const relative = loads.map((load, d) => load / (means[d] ?? 1));
      const zone = `zone-${Number(name.slice(name.indexOf('-') + 1)) % this.#settings.zones}`;
      const [load, least] = [Math.max(...relative), Math.min(...relative)];
      return { name, zone, state, replicas, leaders, load, least, arrived: arrived.get(name) ?? 0 };
    });
  }

  #tally(result: PlacementResult, name: string): { loads: number[]; replicas: number; leaders: number } {
    const loads = DIMENSIONS.map(() => 0);
    let replicas = 0;
    let leaders = 0;
    for (const { resource, partition, role } of result.placement.replicasOn(name)) {
      if (resource !== RESOURCE) continue;
      const p = Number(partition.slice(1));
      for (const d of DIMENSIONS.keys()) loads[d] = (loads[d] ?? 0) + (this.#weights[p * DIMENSIONS.length + d] ?? 0);
      replicas++;
      if (role === 'leader') leaders++;
    }
    return { loads, replicas, leaders };
  }
}

/** A change and what came of it. */
export interface Move {
  readonly nodes: readonly NodeView[];
  readonly figures: Figures;
}

/** Never 0, so that it can be divided by. */
function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length) || 1;
}
