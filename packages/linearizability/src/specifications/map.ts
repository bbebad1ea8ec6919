import { textOfValue } from '../describe.ts';
import type { Outcome } from '../history/operation.ts';
import type { Specification } from '../specification.ts';
import {
  keysOf,
  type MapAction,
  type MapCompare,
  type MapInput,
  type MapOutput,
  type MapResult,
  readsOnly,
} from './map-operations.ts';
import { MapDraft, type MapEntry, type MapState, mapState } from './map-state.ts';

/** How a map is followed. */
export interface MapOptions {
  /**
   * Follow revisions as etcd counts them: one counter for the whole map, one step for every operation that changes something. Then the
   * map is judged as a whole, since all keys share the counter; answers that carry a revision make that quick all the same.
   * Default false: keys are judged apart, and revisions in answers are not looked at.
   */
  readonly revisions?: boolean;
  /** Revision before the first operation, where revisions are followed. Default 1, an empty etcd's. */
  readonly revision?: number;
  /** Keys that exist before the first operation. Where revisions are followed, give theirs. */
  readonly entries?: Readonly<Record<string, MapEntry>>;
}

/**
 * A map with get, put, delete and transactions over several keys: etcd's key-value model, or less of it. What an answer does not tell is
 * not asked of it.
 *
 * @example
 * checkHistory(mapSpecification({ revisions: true }), [
 *   { client: 1, input: { op: 'put', key: 'a', value: 'x' }, invokedAt: 0, outcome: 'returned', output: { revision: 2 }, returnedAt: 3 },
 *   { client: 2, input: { op: 'get', key: 'a' }, invokedAt: 4, outcome: 'returned', output: { value: 'x', modRevision: 2, revision: 2 }, returnedAt: 6 },
 * ]).verdict; // linearizable
 */
export function mapSpecification(options: MapOptions = {}): Specification<MapState, MapInput, MapOutput> {
  const counts = options.revisions === true;
  const entries = new Map(Object.entries(options.entries ?? {}));
  return {
    name: counts ? 'map with revisions' : 'map',
    initial: [mapState(counts ? (options.revision ?? 1) : 0, entries)],
    step: (state, input, outcome) => step(state, input, outcome, counts),
    identify: ({ identity }) => identity,
    parts: counts ? () => '' : keysOf,
    readOnly: readsOnly,
    describe,
    describeState,
  };
}

function step(state: MapState, input: MapInput, outcome: Outcome<MapOutput>, counts: boolean): readonly MapState[] {
  const draft = new MapDraft(state, counts);
  const answer = answerOf(draft, input, counts);
  const next = draft.done();
  if (!outcome.known) return [next];
  const { output } = outcome;
  const { results } = output;
  const agrees =
    agree(output, answer, counts) &&
    isTold(output.succeeded, answer.succeeded) &&
    (!counts || isTold(output.revision, next.revision)) &&
    (results === undefined ||
      (results.length === answer.results?.length &&
        results.every((result, index) => agree(result, answer.results?.[index] ?? {}, counts))));
  return agrees ? [next] : [];
}

function answerOf(draft: MapDraft, input: MapInput, counts: boolean): MapOutput {
  if (input.op !== 'txn') return act(draft, input);
  const succeeded = input.compare.every((compare) => holds(draft.get(compare.key), compare, counts));
  const actions = succeeded ? input.then : (input.else ?? []);
  return { succeeded, results: actions.map((action) => act(draft, action)) };
}

function act(draft: MapDraft, action: MapAction): MapResult {
  switch (action.op) {
    case 'get':
      return draft.get(action.key) ?? { value: null };
    case 'put':
      draft.put(action.key, action.value);
      return {};
    case 'delete':
      return { deleted: draft.delete(action.key) };
  }
}

function holds(entry: MapEntry | undefined, compare: MapCompare, counts: boolean): boolean {
  const { value, version, createRevision, modRevision } = compare;
  const atRevision = (wanted: number | undefined, actual: number | undefined): boolean => {
    if (wanted === undefined || wanted === 0) return wanted === undefined || entry === undefined;
    if (!counts)
      throw new TypeError(`The compare of ${compare.key} with revision ${wanted} needs { revisions: true }.`);
    return wanted === actual;
  };
  return (
    (value === undefined || value === (entry?.value ?? null)) &&
    isTold(version, entry?.version ?? 0) &&
    atRevision(createRevision, entry?.createRevision) &&
    atRevision(modRevision, entry?.modRevision)
  );
}

function agree(told: MapResult, answer: MapResult, counts: boolean): boolean {
  return (
    isTold(told.value, answer.value) &&
    isTold(told.version, answer.version) &&
    isTold(told.deleted, answer.deleted) &&
    (!counts || (isTold(told.createRevision, answer.createRevision) && isTold(told.modRevision, answer.modRevision)))
  );
}

const isTold = <T>(told: T | undefined, answer: T | undefined): boolean => told === undefined || told === answer;

function describe(input: MapInput, outcome: Outcome<MapOutput>): string {
  const revision = outcome.known && outcome.output.revision !== undefined ? ` @${outcome.output.revision}` : '';
  if (input.op !== 'txn') return `${describeAction(input, outcome.known ? outcome.output : undefined)}${revision}`;
  const conditions = input.compare.map(({ key, ...rest }) => `${key} ${textOfValue(rest)}`).join(', ');
  const succeeded = outcome.known ? outcome.output.succeeded : undefined;
  const actions = succeeded === false ? (input.else ?? []) : input.then;
  const told = outcome.known ? outcome.output.results : undefined;
  const done = actions.map((action, index) => describeAction(action, told?.[index])).join(', ');
  const verdict = succeeded === undefined ? '?' : succeeded ? 'yes' : 'no';
  return `if ${conditions} → ${verdict}: ${done}${revision}`;
}

function describeAction(action: MapAction, told: MapResult | undefined): string {
  switch (action.op) {
    case 'get': {
      const version = told?.version === undefined ? '' : ` v${told.version}`;
      return `get ${action.key} → ${told?.value === undefined ? '?' : textOfValue(told.value)}${version}`;
    }
    case 'put':
      return `put ${action.key} ${textOfValue(action.value)}${told === undefined ? ' → ?' : ''}`;
    case 'delete':
      return `delete ${action.key} → ${told?.deleted === undefined ? '?' : told.deleted ? 'done' : 'nothing'}`;
  }
}

function describeState({ revision, entries }: MapState): string {
  const rows = [...entries].map(([key, { value, version }]) => `${key}=${textOfValue(value)} v${version}`);
  return `${revision === 0 ? '' : `@${revision} `}{${rows.join(', ')}}`;
}
