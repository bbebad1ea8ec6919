import { type BindingRule, bindingRules } from './binding.ts';
import { counted, figureText } from './sentences.ts';
import type { Situation } from './situation.ts';
import { moveTrial } from './trial.ts';

/**
 * One of the rules that together leave a replica no node. Capacity is one constraint per dimension, every other rule is one by
 * itself, whichever nodes it keeps the replica off.
 */
export interface Constraint {
  readonly rule: BindingRule['rule'];
  /** `capacity`: which dimension. */
  readonly dimension?: string;
  /** `tag`: which one. */
  readonly tag?: string;
  /** How many nodes it keeps the replica off. */
  readonly hinders: number;
  /** The nodes that would be free if only this constraint of the conflict were dropped. At least one. */
  readonly freed: readonly string[];
  readonly text: string;
}

/** By node, every rule that binds the replica in slot `slot`. O(N·(D + R)). */
export function hindrancesOf(situation: Situation, p: number, slot: number): readonly (readonly BindingRule[])[] {
  return situation.problem.nodeNames.map((_, n) => bindingRules(situation, moveTrial(situation, p, slot, n)));
}

/** Names a constraint: what binding rules on different nodes have in common. */
export function constraintKey({ rule, dimension }: BindingRule): string {
  return dimension === undefined ? rule : `${rule} ${dimension}`;
}

/**
 * From which end constraints are left out of a conflict, if the rest is enough to close all nodes: the wishes of operators first, so
 * that what cannot be talked about, like room and the number of zones, stays in the story.
 */
const DROP_ORDER: readonly BindingRule['rule'][] = Object.freeze([
  'max-replicas-per-node',
  'max-replicas',
  'pinned',
  'forbidden',
  'disabled',
  'draining',
  'offline',
  'fault-zone',
  'tag',
  'one-per-node',
  'capacity',
]);

/**
 * A minimal conflict: constraints that together close every node, none of which could be dropped without opening one. Of the minimal
 * sets it takes the one that is left when superfluous ones are dropped in a fixed order. Empty if a node is open. O(constraints × N).
 */
export function minimalConflict(hindrances: readonly (readonly BindingRule[])[]): readonly Constraint[] {
  if (hindrances.some((bindings) => bindings.length === 0)) return [];
  const rules = new Map<string, BindingRule>();
  const hinders = new Map<string, number>();
  const keysByNode = hindrances.map((bindings) => {
    for (const binding of bindings) {
      const key = constraintKey(binding);
      if (!rules.has(key)) rules.set(key, binding);
      hinders.set(key, (hinders.get(key) ?? 0) + 1);
    }
    return new Set(bindings.map(constraintKey));
  });
  // The less a constraint hinders the sooner it goes, within one rule and only there.
  const order = [...rules].sort(
    ([keyA, a], [keyB, b]) =>
      DROP_ORDER.indexOf(a.rule) - DROP_ORDER.indexOf(b.rule) || (hinders.get(keyA) ?? 0) - (hinders.get(keyB) ?? 0),
  );
  const conflict = new Set(rules.keys());
  const closes = (): boolean => keysByNode.every((keys) => [...keys].some((key) => conflict.has(key)));
  for (const [key] of order) {
    conflict.delete(key);
    if (!closes()) conflict.add(key);
  }
  return [...rules].flatMap(([key, binding]) => {
    if (!conflict.has(key)) return [];
    const freed = hindrances.filter((_, n) => {
      const left = [...(keysByNode[n] ?? [])].filter((one) => conflict.has(one));
      return left.length === 1 && left[0] === key;
    });
    return [constraintOf(binding, hinders.get(key) ?? 0, freed)];
  });
}

function constraintOf(binding: BindingRule, hinders: number, freed: readonly (readonly BindingRule[])[]): Constraint {
  return {
    rule: binding.rule,
    ...(binding.dimension === undefined ? {} : { dimension: binding.dimension }),
    ...(binding.tag === undefined ? {} : { tag: binding.tag }),
    hinders,
    freed: freed.map((bindings) => bindings[0]?.node ?? ''),
    text: constraintText(binding, hinders),
  };
}

function constraintText(binding: BindingRule, hinders: number): string {
  const nodes = counted(hinders, 'node');
  switch (binding.rule) {
    case 'capacity':
      return `${nodes} without room for ${figureText(binding.needs)} ${binding.dimension}`;
    case 'fault-zone':
      return `${nodes} in zones that hold a replica of it`;
    case 'one-per-node':
      return `${nodes} holding a replica of it`;
    case 'tag':
      return `${nodes} without tag ${binding.tag}`;
    case 'pinned':
      return `${nodes} other than ${binding.pinnedTo}, where it is pinned`;
    case 'max-replicas':
      return `${nodes} holding as many replicas as allowed`;
    case 'max-replicas-per-node':
      return `${nodes} holding as many replicas of the resource as allowed`;
    case 'disabled':
      return `${nodes} disabled for it`;
    case 'forbidden':
      return `${nodes} forbidden to it`;
    case 'draining':
    case 'offline':
      return `${nodes} ${binding.rule}`;
  }
}
