import type { Entry, Operation } from '@keelson/store';
import {
  builtInStateModel,
  type ClusterPaths,
  CurrentState,
  decodeRecord,
  encodeRecord,
  joinBuckets,
  splitIntoBuckets,
} from '../model/index.ts';

/** What an instance left behind in earlier sessions, read from the store. */
export interface EarlierSessions {
  /** Everything below `INSTANCES/{i}/CURRENTSTATES`. */
  readonly entries: readonly Entry[];
  /** Initial state of a state model by name; `undefined` for one that is not known. */
  initialState(stateModel: string): string | undefined;
}

/** What a new session begins with. */
export interface CarryOver {
  readonly states: readonly CurrentState[];
  /** The new session's current states are written, then the older ones deleted. */
  readonly operations: readonly Operation[];
}

/** Tasks are never carried over: their controller starts them anew. */
const TASK_MODEL = 'Task';

/**
 * Carries the replicas of earlier sessions over to a new one, as Helix does before the instance is live: each is there still, in the
 * initial state of its model; the earlier sessions' entries go. Pure.
 */
export function carryOver(paths: ClusterPaths, instance: string, session: string, earlier: EarlierSessions): CarryOver {
  const root = `${paths.instance(instance)}/CURRENTSTATES/`;
  const carried = new Map<string, CurrentState>();
  for (const state of earlierStates(root, session, earlier.entries)) {
    if (state.stateModel === '' || state.stateModel === TASK_MODEL) continue;
    const initial = earlier.initialState(state.stateModel) ?? builtInStateModel(state.stateModel)?.initialState;
    if (initial === undefined) continue;
    carried.set(state.resource, state.carriedOver(session, initial, carried.get(state.resource)));
  }
  const states = [...carried.values()].filter((state) => state.partitions.length > 0);
  const puts = states.flatMap((state) => putsOf(paths.currentState(instance, session, state.resource), state));
  const old = earlier.entries.filter(
    ({ path }) => !path.startsWith(`${root}${session}/`) && path !== `${root}${session}`,
  );
  // Children before parents: an entry with children cannot be deleted.
  const deletions = old
    .map(({ path }): Operation => ({ type: 'delete', path }))
    .sort((a, b) => b.path.split('/').length - a.path.split('/').length);
  return { states, operations: [...puts, ...deletions] };
}

/** Current states of all sessions but `session`, buckets put together. */
function earlierStates(root: string, session: string, entries: readonly Entry[]): readonly CurrentState[] {
  const heads = new Map<string, CurrentState>();
  const buckets = new Map<string, Entry[]>();
  for (const entry of entries) {
    const [owner, resource, bucket] = entry.path.slice(root.length).split('/');
    if (owner === session || owner === undefined || resource === undefined) continue;
    const key = `${owner}/${resource}`;
    if (bucket !== undefined) buckets.set(key, [...(buckets.get(key) ?? []), entry]);
    else {
      const record = decodeRecord(entry.value);
      if (record !== undefined) heads.set(key, new CurrentState(record));
    }
  }
  return [...heads].map(([key, head]) => {
    const parts = (buckets.get(key) ?? []).flatMap(({ value }) => decodeRecord(value) ?? []);
    return parts.length === 0 ? head : new CurrentState(joinBuckets(head.record, parts));
  });
}

function putsOf(path: string, state: CurrentState): readonly Operation[] {
  if (state.bucketSize === 0) return [{ type: 'put', path, value: encodeRecord(state.record) }];
  const { head, buckets } = splitIntoBuckets(state.record, state.bucketSize);
  return [
    { type: 'put', path, value: encodeRecord(head) },
    ...[...buckets].map(
      ([name, record]): Operation => ({
        type: 'put',
        path: `${path}/${name}`,
        value: encodeRecord({ ...record, id: state.resource }),
      }),
    ),
  ];
}
