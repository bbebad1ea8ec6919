import { NONE } from '../model/compiled.ts';
import { type BindingRule, bindingRules } from './binding.ts';
import { differenceOf, type ScoreDifference } from './difference.ts';
import { differenceText, rulesText } from './sentences.ts';
import type { Situation } from './situation.ts';
import { moveTrial } from './trial.ts';

/** One node as a place for a replica. */
export interface Candidate {
  readonly node: string;
  /**
   * `here`: the replica stands there. `move`: it would move there, or be placed there. `exchange`: another replica of the partition
   * stands there in another role, and the two would exchange roles.
   */
  readonly by: 'here' | 'move' | 'exchange';
  /** Whether no hard rule is in the way. */
  readonly feasible: boolean;
  /** Every hard rule that is in the way. */
  readonly rules: readonly BindingRule[];
  /** What the score would change by; `undefined` where it is not feasible. */
  readonly difference: ScoreDifference | undefined;
  /** The same in a few words. */
  readonly text: string;
}

/** Node `node` as a place for the replica in slot `slot` of `p`. O(D + R² + affinities). */
export function candidateOf(situation: Situation, p: number, slot: number, node: number): Candidate {
  const { problem, assignment } = situation;
  const other = situation.slotOn(p, node);
  const here = assignment.node[slot] ?? NONE;
  const exchange =
    other !== NONE && other !== slot && here !== NONE && problem.slotRole[other] !== problem.slotRole[slot];
  const trial = moveTrial(situation, p, slot, node);
  let rules: readonly BindingRule[];
  if (exchange) {
    trial.nodes[other - (problem.slotsFrom[p] ?? 0)] = here;
    rules = [...bindingRules(situation, trial), ...bindingRules(situation, { ...trial, slot: other, node: here })];
  } else {
    rules = bindingRules(situation, trial);
  }
  const name = problem.nodeNames[node] ?? '';
  const by = here === node ? 'here' : exchange ? 'exchange' : 'move';
  if (rules.length > 0) {
    return { node: name, by, feasible: false, rules, difference: undefined, text: rulesText(name, rules) };
  }
  const difference = differenceOf(situation, p, trial.nodes);
  const text = by === 'here' ? 'stands here' : differenceText(difference);
  return { node: name, by, feasible: true, rules, difference, text };
}

/** All nodes as places for a replica: first the feasible ones, the best first; then the others, the least hindered first. O(N·(D + R²)). */
export function candidatesFor(situation: Situation, p: number, slot: number): readonly Candidate[] {
  const candidates = situation.problem.nodeNames.map((_, n) => candidateOf(situation, p, slot, n));
  return candidates.sort(compareCandidates);
}

/** Sorts as `candidatesFor` says. Sorting is stable, so nodes that are as good stay in the order of their names. */
export function compareCandidates(a: Candidate, b: Candidate): number {
  if (a.feasible !== b.feasible) return a.feasible ? -1 : 1;
  if (!a.feasible) return a.rules.length - b.rules.length;
  return (a.difference?.penalty ?? 0) - (b.difference?.penalty ?? 0);
}
