import { sortedFields, type ZNRecord } from './record.ts';
import { DROPPED_STATE, ERROR_STATE, type StateCount, StateModelDefinition } from './state-model-definition.ts';
import { assertStateModel } from './state-model-validation.ts';

/** What an application says of its state model; the table of hops follows from it. */
export interface StateModelSpec {
  readonly name: string;
  /** The state of a replica that was just given a place. */
  readonly initialState: string;
  /** In order of priority, the top state first. DROPPED and ERROR are added at the end where missing. */
  readonly states: readonly { readonly name: string; readonly count: StateCount }[];
  /** The transitions that the application can carry out, the most urgent first. Into DROPPED from the initial state, and out of ERROR, are added. */
  readonly transitions: readonly { readonly from: string; readonly to: string }[];
}

type Pair = readonly [from: string, to: string];

/** Shortest ways by Floyd and Warshall, in the order of the list of states and with strict improvement only, as Helix computes them. */
export function shortestHops(
  states: readonly string[],
  transitions: readonly Pair[],
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const distance = new Map<string, number>();
  const hops = new Map<string, Map<string, string>>(states.map((state) => [state, new Map()]));
  const key = (from: string, to: string): string => `${from}\n${to}`;
  const lengthOf = (from: string, to: string): number =>
    from === to ? 0 : (distance.get(key(from, to)) ?? Number.POSITIVE_INFINITY);
  for (const [from, to] of transitions) {
    distance.set(key(from, to), 1);
    hops.get(from)?.set(to, to);
  }
  for (const mid of states) {
    for (const from of states) {
      for (const to of states) {
        const through = lengthOf(from, mid) + lengthOf(mid, to);
        const first = hops.get(from)?.get(mid);
        if (through >= lengthOf(from, to) || first === undefined) continue;
        distance.set(key(from, to), through);
        hops.get(from)?.set(to, first);
      }
    }
  }
  return hops;
}

/** The record of a state model as Helix's generator writes it. Not checked. */
export function stateModelRecord(
  spec: StateModelSpec,
  hops: ReadonlyMap<string, ReadonlyMap<string, string>>,
): ZNRecord {
  const mapFields: [string, Readonly<Record<string, string>>][] = [];
  for (const { name, count } of spec.states) {
    mapFields.push([`${name}.meta`, { count }]);
    const row = hops.get(name);
    if (row !== undefined && row.size > 0) mapFields.push([`${name}.next`, Object.fromEntries(row)]);
  }
  return {
    id: spec.name,
    simpleFields: { INITIAL_STATE: spec.initialState },
    mapFields: sortedFields(mapFields),
    listFields: {
      STATE_PRIORITY_LIST: spec.states.map((state) => state.name),
      STATE_TRANSITION_PRIORITYLIST: spec.transitions.map(({ from, to }) => `${from}-${to}`),
    },
  };
}

/**
 * A state model of one's own.
 *
 * @throws `E_INVALID_ARGUMENT` that names every fault: a cycle, a state that cannot be reached or left, a bad count…
 * @example
 * defineStateModel({
 *   name: 'LeaderFollower',
 *   initialState: 'OFFLINE',
 *   states: [{ name: 'LEADER', count: '1' }, { name: 'FOLLOWER', count: 'R' }, { name: 'OFFLINE', count: '-1' }],
 *   transitions: [
 *     { from: 'LEADER', to: 'FOLLOWER' }, { from: 'FOLLOWER', to: 'LEADER' },
 *     { from: 'OFFLINE', to: 'FOLLOWER' }, { from: 'FOLLOWER', to: 'OFFLINE' },
 *   ],
 * });
 */
export function defineStateModel(spec: StateModelSpec): StateModelDefinition {
  const implied = [DROPPED_STATE, ERROR_STATE].filter((name) => !spec.states.some((state) => state.name === name));
  const states = [...spec.states, ...implied.map((name) => ({ name, count: '-1' }))];
  const declared: Pair[] = spec.transitions.map(({ from, to }) => [from, to]);
  const ways: Pair[] = [
    ...declared,
    [spec.initialState, DROPPED_STATE],
    [ERROR_STATE, DROPPED_STATE],
    [ERROR_STATE, spec.initialState],
  ];
  const names = states.map((state) => state.name);
  const model = new StateModelDefinition(stateModelRecord({ ...spec, states }, shortestHops(names, ways)));
  assertStateModel(model);
  return model;
}
