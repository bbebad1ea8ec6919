import type { StateModelDefinition, StateTransition } from '../model/index.ts';
import type { Hop } from './generate-transitions.ts';

/** What recovering a partition asks for. */
export interface RecoveryInput {
  readonly model: StateModelDefinition;
  readonly list: readonly string[];
  readonly current: ReadonlyMap<string, { readonly state: string }>;
  /** How many of the list are live and enabled. */
  readonly usable: number;
  /** Replicas that the resource wants at least. */
  readonly replicas: number;
}

/** Whether some required state is still short of `state`, given the states that replicas have. */
function isRequired(required: ReadonlyMap<string, number>, states: Iterable<string>, state: string): boolean {
  let short = required.get(state) ?? 0;
  for (const held of states) if (held === state) short--;
  return short > 0;
}

/**
 * Tells hops that restore what a partition must have (RECOVERY) from those that only even out (LOAD), as Helix stamps them on
 * messages. Hops are judged in order of importance, each as if those before it had been done.
 */
export function rebalanceTypes(
  input: RecoveryInput,
  hops: readonly Hop[],
): ReadonlyMap<Hop, NonNullable<StateTransition['rebalanceType']>> {
  const { model, list, current } = input;
  const required = model.stateCounts(input.usable, input.replicas);
  const place = (instance: string): number => {
    const index = list.indexOf(instance);
    return index < 0 ? list.length : index;
  };
  const order = (a: Hop, b: Hop): number =>
    model.priorityOf(a.toState) - model.priorityOf(b.toState) ||
    place(a.instance) - place(b.instance) ||
    (a.instance < b.instance ? -1 : 1);
  const derived = new Map([...current].map(([instance, { state }]) => [instance, state]));
  const types = new Map<Hop, NonNullable<StateTransition['rebalanceType']>>();
  for (const hop of [...hops].sort(order)) {
    const recovers = isRequired(required, derived.values(), hop.toState);
    types.set(hop, recovers ? 'RECOVERY_REBALANCE' : 'LOAD_REBALANCE');
    derived.set(hop.instance, hop.toState);
  }
  return types;
}
