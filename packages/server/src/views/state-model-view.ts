import { builtInStateModel, DROPPED_STATE, ERROR_STATE, type StateModelDefinition } from '@keelson/cluster';
import type { StateModel } from '../api/schemas.ts';

/** Whether a state model comes with Keelson. */
export function isBuiltIn(name: string): boolean {
  return builtInStateModel(name) !== undefined;
}

/** One state model. DROPPED and ERROR, which every model has, are not listed. */
export function stateModelView(definition: StateModelDefinition): StateModel {
  const implied = (state: string): boolean => state === DROPPED_STATE || state === ERROR_STATE;
  const states = definition.states.filter((state) => !implied(state));
  return {
    name: definition.name,
    builtIn: isBuiltIn(definition.name),
    initialState: definition.initialState,
    states: states.map((name) => ({ name, count: definition.countOf(name) })),
    transitions: definition.transitions.flatMap((transition) => pairOf(transition, definition)),
  };
}

/** `FROM-TO` as a pair. States may hold dashes themselves, so the cut is where both halves are states. */
function pairOf(transition: string, definition: StateModelDefinition): readonly { from: string; to: string }[] {
  for (let cut = transition.indexOf('-'); cut > 0; cut = transition.indexOf('-', cut + 1)) {
    const pair = { from: transition.slice(0, cut), to: transition.slice(cut + 1) };
    if (definition.hasState(pair.from) && definition.hasState(pair.to)) return [pair];
  }
  return [];
}
