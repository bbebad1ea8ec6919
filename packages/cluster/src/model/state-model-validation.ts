import { KeelsonError } from '@keelson/runtime';
import { nameFault } from './names.ts';
import { DROPPED_STATE, ERROR_STATE, type StateModelDefinition } from './state-model-definition.ts';

const stateName = /^[A-Za-z][A-Za-z0-9_.]*$/;
const count = /^(?:-1|N|R|\d{1,9})$/;

/** States that can be reached from `from` hop by hop, by any pair of the table that is one hop. */
function reachable(model: StateModelDefinition, from: string): ReadonlySet<string> {
  const seen = new Set([from]);
  const queue = [from];
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    for (const hop of model.hops.get(state)?.values() ?? []) {
      if (seen.has(hop)) continue;
      seen.add(hop);
      queue.push(hop);
    }
  }
  return seen;
}

function stateFaults(model: StateModelDefinition): string[] {
  const faults: string[] = [];
  const { states, initialState } = model;
  if (states.length === 0) faults.push('STATE_PRIORITY_LIST is missing or empty');
  if (new Set(states).size !== states.length) faults.push('STATE_PRIORITY_LIST names a state twice');
  if (!states.includes(DROPPED_STATE)) faults.push('the state DROPPED is missing from STATE_PRIORITY_LIST');
  if (!states.includes(initialState)) faults.push(`the initial state ${initialState} is not in STATE_PRIORITY_LIST`);
  for (const state of states) {
    if (!stateName.test(state))
      faults.push(`"${state}" is no state name: letters, digits, "_" and ".", a letter first`);
    if (model.record.mapFields[`${state}.meta`]?.count === undefined) faults.push(`state ${state} has no count`);
    else if (!count.test(model.countOf(state))) {
      faults.push(`the count of ${state} is "${model.countOf(state)}"; it must be a number, N, R or -1`);
    }
  }
  if (states.filter((state) => model.countOf(state) === 'R').length > 1) faults.push('more than one state has count R');
  for (const key of Object.keys(model.record.mapFields)) {
    const state = /^(.*)\.(?:meta|next)$/.exec(key)?.[1];
    if (state !== undefined && !model.hasState(state)) faults.push(`"${key}" is of an unknown state`);
  }
  return faults;
}

/** Follows the table from one state to another; says what is wrong on the way, if anything is. */
function wayFault(model: StateModelDefinition, from: string, to: string): string | undefined {
  const seen = [from];
  for (let state = from; state !== to; ) {
    const hop = model.nextState(state, to);
    if (hop === undefined) return `the way from ${from} to ${to} ends in ${state}`;
    if (!model.hasState(hop)) return `the way from ${from} to ${to} leads through the unknown state ${hop}`;
    if (seen.includes(hop)) return `the way from ${from} to ${to} is a cycle: ${[...seen, hop].join(' → ')}`;
    seen.push(hop);
    state = hop;
  }
  return undefined;
}

function wayFaults(model: StateModelDefinition): string[] {
  const faults: string[] = [];
  for (const [from, row] of model.hops) {
    for (const to of row.keys()) {
      if (!model.hasState(to)) faults.push(`${from}.next names the unknown state ${to}`);
      else {
        const fault = wayFault(model, from, to);
        if (fault !== undefined) faults.push(fault);
      }
    }
  }
  return faults;
}

function reachFaults(model: StateModelDefinition): string[] {
  const faults: string[] = [];
  const fromInitial = reachable(model, model.initialState);
  for (const state of model.states) {
    if (state !== DROPPED_STATE && model.nextState(state, DROPPED_STATE) === undefined) {
      faults.push(`state ${state} has no way to DROPPED`);
    }
    if (state !== ERROR_STATE && !fromInitial.has(state)) {
      faults.push(`state ${state} cannot be reached from the initial state ${model.initialState}`);
    }
  }
  return faults;
}

function transitionFaults(model: StateModelDefinition): string[] {
  const faults: string[] = [];
  for (const transition of model.transitions) {
    const pairs = model.states.flatMap((from) => model.states.map((to) => [from, to] as const));
    const pair = pairs.find(([from, to]) => `${from}-${to}` === transition);
    if (pair === undefined) faults.push(`transition "${transition}" is not FROM-TO of two known states`);
    else if (pair[0] === pair[1] || model.nextState(pair[0], pair[1]) !== pair[1]) {
      faults.push(`transition ${transition} is not one hop of the table`);
    }
  }
  if (new Set(model.transitions).size !== model.transitions.length) {
    faults.push('STATE_TRANSITION_PRIORITYLIST names a transition twice');
  }
  return faults;
}

/** All that is wrong with a state model, one sentence each; empty where it is sound. */
export function stateModelFaults(model: StateModelDefinition): readonly string[] {
  const name = nameFault(model.name);
  const faults = name === undefined ? [] : [`its name is not usable: ${name}`];
  return [...faults, ...stateFaults(model), ...wayFaults(model), ...reachFaults(model), ...transitionFaults(model)];
}

/**
 * Refuses an unsound state model.
 *
 * @throws `E_INVALID_ARGUMENT` that names every fault, also as `details.faults`.
 */
export function assertStateModel(model: StateModelDefinition): void {
  const faults = stateModelFaults(model);
  if (faults.length === 0) return;
  throw new KeelsonError('E_INVALID_ARGUMENT', `State model "${model.name}" is not sound: ${faults.join('; ')}.`, {
    details: { stateModel: model.name, faults },
  });
}
