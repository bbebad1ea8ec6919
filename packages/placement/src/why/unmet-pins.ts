import { NONE } from '../model/compiled.ts';
import { roleName } from '../score/violations.ts';
import type { BindingRule } from './binding.ts';
import { candidateOf } from './candidates.ts';
import { rulesText } from './sentences.ts';
import type { Situation } from './situation.ts';

/** A node that a partition is pinned to and that holds no replica of it, or not in the role asked for. */
export interface UnmetPin {
  readonly resource: string;
  readonly partition: string;
  readonly node: string;
  /** The role that the pin names. */
  readonly role: string | undefined;
  /** The hard rules that keep the replica off the node, the other replicas being where they are; empty where it was only not found. */
  readonly rules: readonly BindingRule[];
  /** All of it in one sentence. */
  readonly text: string;
}

/** Every pin that is not met, in order of resources and partitions. O(P + pins · (D + R²)). */
export function unmetPins(situation: Situation): readonly UnmetPin[] {
  const { problem } = situation;
  const found: UnmetPin[] = [];
  for (let p = 0; p < problem.P; p++) {
    for (let i = problem.pinnedFrom[p] ?? 0; i < (problem.pinnedFrom[p + 1] ?? 0); i++) {
      const n = problem.pinnedNode[i] ?? NONE;
      const role = problem.pinnedRole[i] ?? NONE;
      const slot = situation.slotOn(p, n);
      if (slot === NONE || (role !== NONE && problem.slotRole[slot] !== role))
        found.push(unmetPin(situation, p, n, role));
    }
  }
  return found;
}

function unmetPin(situation: Situation, p: number, n: number, role: number): UnmetPin {
  const { problem } = situation;
  const resource = problem.resourceNames[problem.resourceOf[p] ?? 0] ?? '';
  const partition = problem.partitionNames[p] ?? '';
  const node = problem.nodeNames[n] ?? '';
  const rules = fewestRules(situation, p, n, role);
  const as = role === NONE ? undefined : roleName(problem, p, role);
  const reason = rules.length === 0 ? 'the solve ended before it was put there' : rulesText(node, rules);
  return {
    resource,
    partition,
    node,
    role: as,
    rules,
    text: `${resource}/${partition} is pinned to ${node}${as === undefined ? '' : ` as ${as}`} and does not stand there: ${reason}.`,
  };
}

/** What hinders the replica that is least hindered, pins aside. */
function fewestRules(situation: Situation, p: number, n: number, role: number): readonly BindingRule[] {
  const { problem } = situation;
  let fewest: readonly BindingRule[] | undefined;
  for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0); s++) {
    if (role !== NONE && problem.slotRole[s] !== role) continue;
    const rules = candidateOf(situation, p, s, n).rules.filter(({ rule }) => rule !== 'pinned');
    if (fewest === undefined || rules.length < fewest.length) fewest = rules;
  }
  return fewest ?? [];
}
