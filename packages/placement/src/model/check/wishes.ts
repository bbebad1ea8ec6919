import { DEFAULT_GOALS } from '../defaults.ts';
import type { Names } from './context.ts';
import type { Inspection } from './inspection.ts';
import { checkAmount, checkFields, checkWord, type Fields, isFields, itemsOf, nameOf, shown } from './values.ts';

/** Goals: fields that exist, with amounts. */
export function checkGoals(inspection: Inspection, goals: unknown): void {
  if (goals === undefined) return;
  inspection.enter('goals');
  if (checkFields(inspection, goals)) {
    for (const [name, value] of Object.entries(goals)) {
      if (!Object.hasOwn(DEFAULT_GOALS, name)) inspection.faultAt(name, 'is not a goal');
      else if (value !== undefined) checkAmount(inspection, name, value);
    }
  }
  inspection.leave();
}

/** Affinities: between resources and on levels that exist, and no two that want the opposite of each other. */
export function checkAffinities(inspection: Inspection, problem: Fields, names: Names): void {
  const affinities = itemsOf(inspection, problem, 'affinities');
  const kinds = new Map<string, { readonly kind: unknown; readonly index: number }>();
  inspection.enter('affinities');
  for (const [i, affinity] of affinities.entries()) {
    inspection.enter(i);
    if (checkFields(inspection, affinity)) {
      checkAffinity(inspection, affinity, names);
      const key = JSON.stringify([pairOf(affinity), affinity.between, affinity.level ?? 'node']);
      const opposite = kinds.get(key);
      if (opposite === undefined) kinds.set(key, { kind: affinity.kind, index: i });
      else if (opposite.kind !== affinity.kind)
        inspection.faultAt('kind', `contradicts item ${opposite.index}, which is ${shown(opposite.kind)}`);
    }
    inspection.leave();
  }
  inspection.leave();
}

function checkAffinity(inspection: Inspection, affinity: Fields, names: Names): void {
  checkWord(inspection, affinity, 'kind', ['together', 'apart'], true);
  checkWord(inspection, affinity, 'between', ['partition', 'resource'], true);
  checkWord(inspection, affinity, 'level', [...names.levels, 'node']);
  if (affinity.weight !== undefined) checkAmount(inspection, 'weight', affinity.weight);
  const resources = affinity.resources;
  if (!Array.isArray(resources) || resources.length !== 2) {
    inspection.faultAt('resources', `must be an array of two resources, is ${shown(resources)}`);
    return;
  }
  inspection.enter('resources');
  for (const [i, resource] of resources.entries()) {
    const name = nameOf(inspection, i, resource);
    if (name !== undefined && !names.resources.has(name)) inspection.faultAt(i, `is not a resource: ${shown(name)}`);
  }
  inspection.leave();
}

/** Both ways round are one pair. */
function pairOf({ resources }: Fields): readonly unknown[] {
  return Array.isArray(resources) ? resources.map(String).sort() : [isFields(resources)];
}
