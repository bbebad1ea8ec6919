import { type CompiledProblem, NODE_LIVE, NONE } from '../model/compiled.ts';
import { slotLoad } from '../score/standing.ts';
import { standingRules } from '../score/standing-rules.ts';
import { counted, figureText } from './sentences.ts';
import type { Situation } from './situation.ts';

/** Something about the cluster as a whole that leaves a replica without a place. */
export interface GlobalCause {
  /**
   * `nodes`: fewer nodes may take the partition than it wants replicas. `zones`: they stand in fewer fault zones than that, which by
   * itself only crowds the zones. `size`: no such node has room for the replica even when empty. `room`: those that hold none of it have
   * less free together than it needs. `demand`: what has to stand on the resource's nodes weighs more than these have room for.
   */
  readonly kind: 'nodes' | 'zones' | 'size' | 'room' | 'demand';
  readonly dimension?: string;
  /** What there is: nodes, zones, room of the largest node, free room, room of all. */
  readonly available: number;
  /** What is wanted of it. */
  readonly wanted: number;
  readonly text: string;
}

/** What is lacking in the cluster as a whole for slot `slot` of `p`. O(N·D), and O(K·N + S) once per resource. */
export function globalCauses(situation: Situation, p: number, slot: number): readonly GlobalCause[] {
  const { problem } = situation;
  const usable = problem.nodeNames.flatMap((_, n) => (standingRules(problem, p, slot, n).length === 0 ? [n] : []));
  const causes = nodeCauses(problem, p, usable);
  for (const [d, dimension] of problem.dimensionNames.entries()) {
    const needs = slotLoad(problem, p, slot, d);
    if (needs > 0) causes.push(...roomCauses(situation, { p, d, dimension, needs, usable }));
  }
  return causes;
}

function whose(problem: CompiledProblem, p: number): string {
  const tag = problem.tags[problem.resourceOf[p] ?? 0];
  return tag === undefined ? '' : `tag ${tag}: `;
}

function nodeCauses(problem: CompiledProblem, p: number, usable: readonly number[]): GlobalCause[] {
  const wanted = (problem.slotsFrom[p + 1] ?? 0) - (problem.slotsFrom[p] ?? 0);
  const zones = new Set(usable.map((n) => problem.zone[n])).size;
  const story = `${whose(problem, p)}${counted(usable.length, 'node')} may take it, in ${counted(zones, 'zone')}, ${counted(wanted, 'replica')} wanted`;
  if (usable.length < wanted) return [{ kind: 'nodes', available: usable.length, wanted, text: story }];
  return zones < wanted ? [{ kind: 'zones', available: zones, wanted, text: story }] : [];
}

interface Need {
  readonly p: number;
  readonly d: number;
  readonly dimension: string;
  readonly needs: number;
  readonly usable: readonly number[];
}

function roomCauses(situation: Situation, { p, d, dimension, needs, usable }: Need): GlobalCause[] {
  if (usable.length === 0) return [];
  const { problem, room } = situation;
  const need = `${figureText(needs)} ${dimension}`;
  let largest = 0;
  let free = 0;
  let open = 0;
  for (const n of usable) {
    const capacity = problem.capacity[n * problem.D + d] ?? 0;
    largest = Math.max(largest, capacity);
    if (situation.slotOn(p, n) !== NONE) continue;
    open++;
    free += Math.max(0, capacity - room.load(n, d));
  }
  if (largest < needs) {
    const text = `${whose(problem, p)}the largest node that may take it has ${figureText(largest)} ${dimension} in all, it needs ${need}`;
    return [{ kind: 'size', dimension, available: largest, wanted: needs, text }];
  }
  const causes: GlobalCause[] = [];
  if (open > 0 && free < needs) {
    const text = `${whose(problem, p)}${counted(open, 'node')} that may take it and hold none have ${figureText(free)} ${dimension} free in all, it needs ${need}`;
    causes.push({ kind: 'room', dimension, available: free, wanted: needs, text });
  }
  const { demand, capacity } = situation.demandOn(problem.resourceOf[p] ?? 0);
  const wanted = demand[d] ?? 0;
  const available = capacity[d] ?? 0;
  if (wanted > available) {
    const text = `${whose(problem, p)}its nodes have room for ${figureText(available)} ${dimension}, what has to stand on them weighs ${figureText(wanted)}`;
    causes.push({ kind: 'demand', dimension, available, wanted, text });
  }
  return causes;
}

/** What has to stand on the nodes of a resource, and their room. */
export interface Demand {
  /** [d] of all replicas wanted by resources that may stand on no other nodes. */
  readonly demand: Float64Array;
  /** [d] of the live ones. */
  readonly capacity: Float64Array;
}

/** Adds up what cannot avoid the nodes of resource `k`. O(K·N + S·D). */
export function demandOn(problem: CompiledProblem, k: number): Demand {
  const { D } = problem;
  const demand = new Float64Array(D);
  const capacity = new Float64Array(D);
  const own = problem.isEligible[k];
  for (const n of problem.eligible[k] ?? []) {
    if (problem.nodeState[n] !== NODE_LIVE) continue;
    for (let d = 0; d < D; d++) capacity[d] = (capacity[d] ?? 0) + (problem.capacity[n * D + d] ?? 0);
  }
  for (let other = 0; other < problem.K; other++) {
    const nodes = problem.eligible[other] ?? new Int32Array(0);
    if (problem.isEligible[other] !== own && !nodes.every((n) => own?.[n] === 1)) continue;
    for (let p = problem.partitionsFrom[other] ?? 0; p < (problem.partitionsFrom[other + 1] ?? 0); p++) {
      for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0); s++) {
        for (let d = 0; d < D; d++) demand[d] = (demand[d] ?? 0) + slotLoad(problem, p, s, d);
      }
    }
  }
  return { demand, capacity };
}
