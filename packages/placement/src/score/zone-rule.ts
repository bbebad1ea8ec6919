import { type CompiledProblem, NODE_HELD, NODE_LIVE, NONE } from '../model/compiled.ts';
import { currentRoleOn, forbiddenReason, mayEverStand } from './standing.ts';

/**
 * How the replicas of a partition may share fault zones. With zones enough `most` is 1. Where they do not suffice it is the smallest
 * number with which all replicas find a zone, and `crowded` says how many replicas may stand above `most - 1` in their zones, all
 * zones together: four replicas in three zones may stand 2 + 1 + 1 (most 2, crowded 1), never 2 + 2 + 0.
 */
export interface ZoneRule {
  readonly most: number;
  readonly crowded: number;
}

const FREE: ZoneRule = { most: 1, crowded: Number.POSITIVE_INFINITY };

/**
 * The rule for `replicas` replicas and zones with `usable[z]` nodes each. What has no node of
 * its own is not the rule's concern. O(zones × most).
 */
export function zoneRuleFor(usable: Int32Array, replicas: number): ZoneRule {
  let nodes = 0;
  for (let z = 0; z < usable.length; z++) nodes += usable[z] ?? 0;
  const wanted = Math.min(replicas, nodes);
  let before = 0;
  for (let most = 1; ; most++) {
    let room = 0;
    for (let z = 0; z < usable.length; z++) room += Math.min(most, usable[z] ?? 0);
    if (room >= wanted) return most === 1 ? FREE : { most, crowded: wanted - before };
    before = room;
  }
}

/** Fault zone rules of all partitions of a problem, each worked out once per resource and number of replicas. */
export class ZoneRules {
  readonly #problem: CompiledProblem;
  readonly #usable: (Int32Array | undefined)[];
  readonly #rules: Map<number, ZoneRule>[];
  readonly #scratch: Int32Array;
  readonly #someHeld: boolean;

  constructor(problem: CompiledProblem) {
    this.#problem = problem;
    this.#usable = Array.from({ length: problem.K });
    this.#rules = Array.from({ length: problem.K }, () => new Map());
    this.#scratch = new Int32Array(problem.zones);
    this.#someHeld = problem.nodeState.includes(NODE_HELD);
  }

  /** [z] live nodes that resource `k` may use. */
  usable(k: number): Int32Array {
    const known = this.#usable[k];
    if (known !== undefined) return known;
    const { zone, nodeState, eligible } = this.#problem;
    const usable = new Int32Array(this.#problem.zones);
    for (const n of eligible[k] ?? []) {
      const z = zone[n] ?? 0;
      if (nodeState[n] === NODE_LIVE) usable[z] = (usable[z] ?? 0) + 1;
    }
    this.#usable[k] = usable;
    return usable;
  }

  /** The rule for a resource's partition of so many replicas that has no exceptions of its own. */
  ofResource(k: number, replicas: number): ZoneRule {
    const rules = this.#rules[k];
    const known = rules?.get(replicas);
    if (known !== undefined) return known;
    const rule = zoneRuleFor(this.usable(k), replicas);
    rules?.set(replicas, rule);
    return rule;
  }

  /** The rule for partition `p`: forbidden nodes are not counted as usable, held ones are where it stands on them today. */
  of(p: number): ZoneRule {
    const problem = this.#problem;
    const k = problem.resourceOf[p] ?? 0;
    const replicas = (problem.slotsFrom[p + 1] ?? 0) - (problem.slotsFrom[p] ?? 0);
    const exceptions = (problem.forbiddenFrom[p + 1] ?? 0) - (problem.forbiddenFrom[p] ?? 0);
    if (exceptions === 0 && !(this.#someHeld && this.#standsOnHeld(p))) return this.ofResource(k, replicas);
    return zoneRuleFor(this.usableBy(p), replicas);
  }

  /** The rule for `p` if it could use `node` too: what it would be once other rules keep it off no longer. */
  with(p: number, node: number): ZoneRule {
    if (this.isUsable(p, node)) return this.of(p);
    const usable = this.usableBy(p);
    const z = this.#problem.zone[node] ?? 0;
    usable[z] = (usable[z] ?? 0) + 1;
    return zoneRuleFor(usable, (this.#problem.slotsFrom[p + 1] ?? 0) - (this.#problem.slotsFrom[p] ?? 0));
  }

  /** [z] nodes that partition `p` may use; valid until the next call. */
  usableBy(p: number): Int32Array {
    const problem = this.#problem;
    const k = problem.resourceOf[p] ?? 0;
    const usable = this.#scratch;
    usable.set(this.usable(k));
    const add = (n: number, by: number): void => {
      const z = problem.zone[n] ?? 0;
      usable[z] = (usable[z] ?? 0) + by;
    };
    for (let i = problem.forbiddenFrom[p] ?? 0; i < (problem.forbiddenFrom[p + 1] ?? 0); i++) {
      const n = problem.forbiddenNode[i] ?? NONE;
      if (problem.nodeState[n] === NODE_LIVE && problem.isEligible[k]?.[n] === 1) add(n, -1);
    }
    for (let c = problem.currentFrom[p] ?? 0; c < (problem.currentFrom[p + 1] ?? 0); c++) {
      const n = problem.currentNode[c] ?? NONE;
      if (problem.nodeState[n] === NODE_HELD && mayEverStand(problem, p, n)) add(n, 1);
    }
    return usable;
  }

  /** Replicas of `p` pinned into zone `z`: these may share it whatever the rule says. */
  pinnedInto(p: number, z: number): number {
    const problem = this.#problem;
    let pinned = 0;
    for (let i = problem.pinnedFrom[p] ?? 0; i < (problem.pinnedFrom[p + 1] ?? 0); i++) {
      if (problem.zone[problem.pinnedNode[i] ?? NONE] === z) pinned++;
    }
    return pinned;
  }

  /** Whether `node` is one that partition `p` may use at all. */
  isUsable(p: number, node: number): boolean {
    const problem = this.#problem;
    const k = problem.resourceOf[p] ?? 0;
    if (problem.isEligible[k]?.[node] !== 1 || forbiddenReason(problem, p, node) !== 0) return false;
    const state = problem.nodeState[node];
    return state === NODE_LIVE || (state === NODE_HELD && currentRoleOn(problem, p, node) !== NONE);
  }

  #standsOnHeld(p: number): boolean {
    const problem = this.#problem;
    for (let c = problem.currentFrom[p] ?? 0; c < (problem.currentFrom[p + 1] ?? 0); c++) {
      if (problem.nodeState[problem.currentNode[c] ?? NONE] === NODE_HELD) return true;
    }
    return false;
  }
}
