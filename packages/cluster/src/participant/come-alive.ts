import { hostname } from 'node:os';
import { isKeelsonError, KeelsonError, type Runtime, withDeadline } from '@keelson/runtime';
import type { Operation, Revision, Session, Store, StorePath } from '@keelson/store';
import {
  type ClusterPaths,
  CurrentState,
  decodeRecord,
  encodeRecord,
  HELIX_VERSION,
  historyOffline,
  historyOnline,
  LiveInstance,
  sortedFields,
  type ZNRecord,
} from '../model/index.ts';
import { type CarryOver, carryOver } from './carry-over.ts';
import { processName } from './process-name.ts';
import type { StateModelCatalogue } from './state-model-catalogue.ts';

/** What coming alive needs. */
export interface ComeAliveOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly paths: ClusterPaths;
  readonly instance: string;
  readonly session: Session;
  readonly models: StateModelCatalogue;
  /** Further simple fields of the live instance. */
  readonly info: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** An instance that is live under a session. */
export interface Alive {
  /** Create revision of the live instance. */
  readonly liveRevision: Revision;
  /** Current states carried over from earlier sessions. */
  readonly states: readonly CurrentState[];
}

/** How long the life sign of an earlier session is waited out, in milliseconds on top of the session's ttl: the engine's lag and a slow expiry. */
const PREDECESSOR_GRACE_MS = 10_000;

/**
 * Makes the instance live: waits until no other session holds its name, then, in one step with the live instance where the
 * store takes that many operations, carries the replicas of earlier sessions over. Where it does not, the live instance comes last.
 *
 * @throws `E_ALREADY_EXISTS` where another process stays live under the name.
 */
export async function comeAlive(options: ComeAliveOptions): Promise<Alive> {
  const { store, paths, instance, session, signal } = options;
  const path = paths.liveInstance(instance);
  const own = LiveInstance.participant(instance, session.id, processName()).record;
  const live = encodeRecord({
    ...own,
    simpleFields: sortedFields(Object.entries({ ...options.info, ...own.simpleFields })),
  });
  for (;;) {
    await predecessorGone(options, path);
    const carried = await readCarryOver(options);
    const steps: readonly Operation[] = [...carried.operations, { type: 'put', path, value: live, session }];
    const liveRevision = await writeSteps(options, path, steps);
    if (liveRevision !== undefined) return { liveRevision, states: carried.states };
    const entry = await store.get(path, { signal });
    // The reply to an earlier attempt was lost: it had been applied.
    if (entry?.owner === session.id) return { liveRevision: entry.createRevision, states: carried.states };
  }
}

/** Writes the steps as long as nobody is live. Answers the live instance's revision, or `undefined` where somebody was first. */
async function writeSteps(
  { store, signal }: ComeAliveOptions,
  path: StorePath,
  steps: readonly Operation[],
): Promise<Revision | undefined> {
  const size = Math.max(1, store.capabilities.maxTransactionOperations);
  for (let from = 0; from < steps.length; from += size) {
    try {
      const transaction = { if: [{ path, version: 0 }], then: steps.slice(from, from + size) };
      const result = await store.transact(transaction, { signal });
      if (!result.succeeded) return undefined;
      const last = result.results.at(-1);
      if (from + size >= steps.length && last?.type === 'put') return last.written.createRevision;
    } catch (error) {
      if (isKeelsonError(error, 'E_OUTCOME_UNKNOWN')) return undefined;
      throw error;
    }
  }
  return undefined;
}

/** Resolves once no session but this one holds the live instance: that of a process that was killed goes with its ttl. */
async function predecessorGone(options: ComeAliveOptions, path: StorePath): Promise<void> {
  const { store, runtime, session } = options;
  const limitMs = session.ttlMs + store.capabilities.sessionExpiryLagMs + PREDECESSOR_GRACE_MS;
  try {
    await withDeadline(runtime, { signal: options.signal }, limitMs, async (limit) => {
      for await (const event of store.watch(path, { signal: limit })) {
        if (event.type === 'snapshot') {
          const entry = event.entries.find((one) => one.path === path);
          if (entry === undefined || entry.owner === session.id) return;
        } else if (event.type === 'changes') {
          const last = event.changes.findLast((one) => one.type === 'delete' && one.path === path);
          if (last !== undefined) return;
        }
      }
      limit.throwIfAborted();
    });
  } catch (error) {
    if (!isKeelsonError(error, 'E_TIMEOUT')) throw error;
    const message = `Instance "${options.instance}" is live already, in another process. End that one, or join under another name.`;
    throw new KeelsonError('E_ALREADY_EXISTS', message, { cause: error, details: { path } });
  }
}

async function readCarryOver(options: ComeAliveOptions): Promise<CarryOver> {
  const { store, paths, instance, session, models, signal } = options;
  const root = `${paths.instance(instance)}/CURRENTSTATES`;
  const { entries } = await store.list(root, { recursive: true, signal });
  const names = entries.flatMap(({ value }) => {
    const record = decodeRecord(value);
    return record === undefined ? [] : [new CurrentState(record).stateModel];
  });
  await models.load(names, { signal });
  return carryOver(paths, instance, session.id, { entries, initialState: (name) => models.initialState(name) });
}

/** Adds a line to the instance's history: it came online under this session, or went offline in order. */
export async function recordHistory(
  options: Omit<ComeAliveOptions, 'models' | 'info'>,
  what: 'online' | 'offline',
): Promise<void> {
  const { store, runtime, paths, instance, session, signal } = options;
  const path = paths.participantHistory(instance);
  const atMs = runtime.clock.wallMs();
  const change = (before: ZNRecord | undefined): ZNRecord =>
    what === 'offline'
      ? historyOffline(instance, before, atMs)
      : historyOnline(instance, before, { host: hostname(), session: session.id, version: HELIX_VERSION, atMs });
  for (;;) {
    const entry = await store.get(path, { signal });
    const before = entry === undefined ? undefined : decodeRecord(entry.value);
    const expect = entry === undefined ? { version: 0 } : { modifyRevision: entry.modifyRevision };
    try {
      await store.put(path, encodeRecord(change(before)), { expect, signal });
      return;
    } catch (error) {
      // The controller writes it too: look again.
      if (!isKeelsonError(error, 'E_VERSION_CONFLICT') && !isKeelsonError(error, 'E_NOT_FOUND')) throw error;
    }
  }
}
