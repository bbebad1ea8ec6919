import {
  type CompiledProblem,
  DISABLED_ON_NODE,
  FORBIDDEN_BY_PARTITION,
  NODE_DRAINING,
  NODE_GONE,
  NODE_HELD,
  NODE_LIVE,
  NONE,
} from '../model/compiled.ts';
import type { RuleName } from './rules.ts';
import { currentRoleOn, forbiddenReason, leads } from './standing.ts';

/** A rule that binds a replica to or off a node whatever else is placed. */
export type StandingRule = Extract<RuleName, 'tag' | 'disabled' | 'offline' | 'draining' | 'forbidden'>;

const NOTHING: readonly StandingRule[] = Object.freeze([]);

/** All such rules that keep the replica in slot `s` of partition `p` off `node`. O(exceptions and replicas of p). */
export function standingRules(problem: CompiledProblem, p: number, s: number, node: number): readonly StandingRule[] {
  const k = problem.resourceOf[p] ?? 0;
  const forbidden = forbiddenReason(problem, p, node);
  const state = problem.nodeState[node];
  if (state === NODE_LIVE && forbidden === 0 && problem.isEligible[k]?.[node] === 1) return NOTHING;
  const rules: StandingRule[] = [];
  if (problem.hasTag[k]?.[node] !== 1) rules.push('tag');
  if (problem.isDisabled[k]?.[node] === 1 || (forbidden & DISABLED_ON_NODE) !== 0) rules.push('disabled');
  if ((forbidden & FORBIDDEN_BY_PARTITION) !== 0) rules.push('forbidden');
  if (state === NODE_DRAINING) rules.push('draining');
  if (state === NODE_GONE) rules.push('offline');
  if (state === NODE_HELD && (leads(problem, p, s) || currentRoleOn(problem, p, node) === NONE)) rules.push('offline');
  return rules;
}
