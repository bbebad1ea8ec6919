import type { Resource, StateModel } from '../api/types.ts';

/**
 * The states of the models in use, each once: those of the first resource's model in their order, then what the others
 * add. ERROR comes last, as no model names it.
 */
export function stateOrder(models: readonly StateModel[], resources: readonly Resource[]): readonly string[] {
  const used = resources.map(({ stateModel }) => stateModel);
  const names = new Set<string>();
  for (const name of new Set(used)) {
    for (const state of models.find((model) => model.name === name)?.states ?? []) {
      names.add(state.name);
    }
  }
  names.delete('ERROR');
  return [...names, 'ERROR'];
}

/** Resource to the top state of its model; resources of an unknown model are left out. */
export function topStates(
  models: readonly StateModel[],
  resources: readonly Resource[],
): Readonly<Record<string, string>> {
  const tops: Record<string, string> = {};
  for (const { name, stateModel } of resources) {
    const top = models.find((model) => model.name === stateModel)?.states[0];
    if (top !== undefined) {
      tops[name] = top.name;
    }
  }
  return tops;
}
