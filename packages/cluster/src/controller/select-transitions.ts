import type { StateModelDefinition } from '../model/index.ts';
import type { Hop, PartitionView, WithheldHop } from './generate-transitions.ts';
import { reason } from './replica-reason.ts';

/** How many replicas may be in a state, or on their way into it, at once; `undefined` for no bound. */
function upperBound(model: StateModelDefinition, state: string, live: number): number | undefined {
  const count = model.countOf(state);
  if (count === 'N') return live;
  const number = Number(count);
  return count === 'R' || number < 0 ? undefined : number;
}

/** Who is in each bounded state, or is asked to enter or to leave it. */
class StateOccupation {
  readonly #holders = new Map<string, string[]>();

  add(state: string, holder: string): void {
    const holders = this.#holders.get(state);
    if (holders === undefined) this.#holders.set(state, [holder]);
    else holders.push(holder);
  }

  of(state: string): readonly string[] {
    return this.#holders.get(state) ?? [];
  }
}

/** Counts every live node in its present state (the initial one where it holds nothing), and pending transitions at both their ends. */
function occupation({ model, current, messages, sessions }: PartitionView): StateOccupation {
  const taken = new StateOccupation();
  for (const instance of sessions.keys()) {
    taken.add(current.get(instance)?.state ?? model.initialState, `${instance} is in it`);
  }
  for (const [instance, { pending }] of messages) {
    if (pending === undefined) continue;
    taken.add(pending.message.toState, `${instance} was asked to enter it`);
    taken.add(pending.message.fromState, `${instance} was asked to leave it and has not answered`);
  }
  return taken;
}

/**
 * Lets through the hops that keep every state within its count, those of urgent transitions first. This is what makes a second
 * MASTER impossible: a promotion waits until the demotion before it has been reported done. The rule is Helix's.
 */
export function selectHops(
  view: PartitionView,
  hops: readonly Hop[],
): { readonly selected: readonly Hop[]; readonly withheld: readonly WithheldHop[] } {
  const { model, sessions } = view;
  const selected: Hop[] = [];
  const withheld: WithheldHop[] = [];
  if (hops.length === 0) return { selected, withheld };
  const taken = occupation(view);
  const urgency = (hop: Hop): number => model.transitionPriorityOf(hop.fromState, hop.toState);
  for (const hop of [...hops].sort((a, b) => urgency(a) - urgency(b))) {
    const { instance, fromState, toState } = hop;
    const bound = upperBound(model, toState, sessions.size);
    const holders = taken.of(toState);
    if (bound !== undefined && holders.length >= bound) {
      const text = `At most ${bound} may be in ${toState}: ${holders.join(', ')}.`;
      withheld.push({ instance, fromState, toState, reason: reason('STATE_COUNT_FULL', text) });
      continue;
    }
    taken.add(toState, `${instance} is being asked to enter it`);
    selected.push(hop);
  }
  return { selected, withheld };
}
