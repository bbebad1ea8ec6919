import { listField, mapField, mapValue, simpleField, type ZNRecord } from './record.ts';

/** State of a replica that failed a transition; left only by a reset or a drop. */
export const ERROR_STATE = 'ERROR';
/** Not a state a replica stays in: the way out. */
export const DROPPED_STATE = 'DROPPED';

/**
 * How many replicas of a partition may be in a state: a number; `N` as many as there are candidates; `R` all that remain of the
 * replicas; `-1` not assigned, no bound.
 */
export type StateCount = string;

interface StateTables {
  readonly priorities: readonly string[];
  readonly transitions: readonly string[];
  readonly counts: ReadonlyMap<string, StateCount>;
  readonly hops: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

function readTables(record: ZNRecord, initialState: string): StateTables {
  const priorities = listField(record, 'STATE_PRIORITY_LIST') ?? [];
  const counts = new Map<string, StateCount>();
  const hops = new Map<string, Map<string, string>>();
  for (const state of priorities) counts.set(state, mapValue(record, `${state}.meta`, 'count') ?? '-1');
  for (const key of Object.keys(record.mapFields)) {
    if (key.endsWith('.next')) hops.set(key.slice(0, -5), new Map(Object.entries(mapField(record, key) ?? {})));
  }
  for (const state of [ERROR_STATE, DROPPED_STATE]) if (!counts.has(state)) counts.set(state, '-1');
  const implied = (from: string, to: string): void => {
    const row = hops.get(from) ?? new Map<string, string>();
    if (!row.has(to)) row.set(to, to);
    hops.set(from, row);
  };
  implied(ERROR_STATE, DROPPED_STATE);
  implied(ERROR_STATE, initialState);
  implied(initialState, DROPPED_STATE);
  return { priorities, transitions: listField(record, 'STATE_TRANSITION_PRIORITYLIST') ?? [], counts, hops };
}

/**
 * A state model: states in order of priority (the first is the top state), how many replicas may be in each, and for every
 * pair of states the next one on the way. Built from the record at `STATEMODELDEFS/{name}`; ERROR, DROPPED and the ways into
 * them are implied where the record does not name them, as in Helix. A definition that did not pass
 * {@link import('./state-model-validation.ts').stateModelFaults} answers what its record says and no more.
 */
export class StateModelDefinition {
  readonly record: ZNRecord;
  readonly name: string;
  readonly initialState: string;
  readonly #tables: StateTables;
  readonly #priority: ReadonlyMap<string, number>;
  readonly #transitionPriority: ReadonlyMap<string, number>;
  /** States one hop below the top, in order of priority. */
  readonly secondTopStates: readonly string[];

  constructor(record: ZNRecord) {
    this.record = record;
    this.name = record.id;
    this.initialState = simpleField(record, 'INITIAL_STATE') ?? 'OFFLINE';
    this.#tables = readTables(record, this.initialState);
    this.#priority = new Map(this.#tables.priorities.map((state, index) => [state, index]));
    this.#transitionPriority = new Map(this.#tables.transitions.map((transition, index) => [transition, index]));
    const top = this.topState;
    this.secondTopStates = this.states.filter((state) => state !== top && this.nextState(state, top) === top);
  }

  /** States in order of priority. */
  get states(): readonly string[] {
    return this.#tables.priorities;
  }

  /** The most important state: MASTER, LEADER, ONLINE… */
  get topState(): string {
    return this.#tables.priorities[0] ?? this.initialState;
  }

  /** Whether at most one replica of a partition may be in the top state. */
  get singleTopState(): boolean {
    return this.countOf(this.topState) === '1';
  }

  /** Transitions `FROM-TO`, the most urgent first. */
  get transitions(): readonly string[] {
    return this.#tables.transitions;
  }

  /** Rows of the table of hops: from a state, to a state, the next state on the way. */
  get hops(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    return this.#tables.hops;
  }

  /** How many replicas may be in `state`; `-1` for an unknown one. */
  countOf(state: string): StateCount {
    return this.#tables.counts.get(state) ?? '-1';
  }

  /** Whether the model knows `state`, be it by implication. */
  hasState(state: string): boolean {
    return this.#tables.counts.has(state);
  }

  /** Place of `state` in the order of priority; a state that is not listed comes last. */
  priorityOf(state: string): number {
    return this.#priority.get(state) ?? Number.MAX_SAFE_INTEGER;
  }

  /** Place of a transition in the order of urgency; one that is not listed comes last. */
  transitionPriorityOf(from: string, to: string): number {
    return this.#transitionPriority.get(`${from}-${to}`) ?? Number.MAX_SAFE_INTEGER;
  }

  /** The next state on the way from `from` to `to`; `undefined` where there is no way. */
  nextState(from: string, to: string): string | undefined {
    return this.#tables.hops.get(from)?.get(to);
  }

  /** Whether a replica in `state` serves or is one hop from the top: the top state, those below it but for OFFLINE and DROPPED, and ERROR, as Helix counts. */
  isActive(state: string): boolean {
    if (state === this.topState || state === ERROR_STATE) return true;
    return this.secondTopStates.includes(state) && state !== 'OFFLINE' && state !== DROPPED_STATE;
  }

  /**
   * How many of `replicas` on `candidates` nodes go to each state, in order of priority: numbers first, `N` takes every
   * candidate, `R` what remains. States without a bound are not listed.
   */
  stateCounts(candidates: number, replicas: number): ReadonlyMap<string, number> {
    const result = new Map<string, number>();
    let free = candidates;
    let open = replicas;
    let remainder: string | undefined;
    for (const state of this.states) {
      const count = this.countOf(state);
      if (count === 'N') {
        if (free > 0) result.set(state, free);
        return result;
      }
      if (count === 'R') remainder ??= state;
      const share = Math.min(Number(count), free, open);
      if (share > 0) {
        result.set(state, share);
        free -= share;
        open -= share;
      }
    }
    if (remainder !== undefined && free > 0 && open > 0) result.set(remainder, Math.min(open, free));
    return result;
  }
}
