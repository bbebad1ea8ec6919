import { hostname } from 'node:os';
import { isKeelsonError, KeelsonError, type Runtime, withDeadline } from '@keelson/runtime';
import type { Comparison, Operation, Session, Store, StorePath } from '@keelson/store';
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
import { type LifeSign, readLifeSign } from './life-sign.ts';
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
  /** Shows that this membership is the one that counts. */
  readonly sign: LifeSign;
  /** Current states carried over from earlier sessions. */
  readonly states: readonly CurrentState[];
}

/** How long the life sign of an earlier session is waited out, in milliseconds on top of the session's ttl: the engine's lag and a slow expiry. */
const PREDECESSOR_GRACE_MS = 10_000;

/**
 * Makes the instance live: waits until no other session holds its name, then, in one step with the live instance and a line of its history where the
 * store takes that many operations, carries the replicas of earlier sessions over. Where it does not, the live instance and the line come last.
 *
 * @throws `E_ALREADY_EXISTS` where another process stays live under the name.
 */
export async function comeAlive(options: ComeAliveOptions): Promise<Alive> {
  const { store, paths, instance, session, signal } = options;
  const live = paths.liveInstance(instance);
  const history = paths.participantHistory(instance);
  for (;;) {
    await predecessorGone(options, live);
    const [carried, former] = await Promise.all([readCarryOver(options), store.get(history, { signal })]);
    const before = former === undefined ? undefined : decodeRecord(former.value);
    const free: readonly Comparison[] = [
      { path: live, version: 0 },
      { path: history, version: former?.version ?? 0 },
    ];
    const last: readonly Operation[] = [
      { type: 'put', path: live, value: encodeRecord(liveRecord(options)), session },
      { type: 'put', path: history, value: encodeRecord(onlineHistory(options, before)) },
    ];
    await writeSteps(options, free, carried.operations, last);
    // Read whatever the answer was: that of a write that was applied may have been lost.
    const sign = await readLifeSign(store, { live, history }, { signal });
    if (sign?.owner === session.id) return { sign, states: carried.states };
  }
}

function liveRecord({ instance, session, info }: ComeAliveOptions): ZNRecord {
  const own = LiveInstance.participant(instance, session.id, processName()).record;
  return { ...own, simpleFields: sortedFields(Object.entries({ ...info, ...own.simpleFields })) };
}

function onlineHistory({ runtime, instance, session }: ComeAliveOptions, before: ZNRecord | undefined): ZNRecord {
  const atMs = runtime.clock.wallMs();
  return historyOnline(instance, before, { host: hostname(), session: session.id, version: HELIX_VERSION, atMs });
}

/** Writes the steps, and `last` together with the last of them, as long as nobody is live and nobody came alive meanwhile. */
async function writeSteps(
  { store, signal }: ComeAliveOptions,
  free: readonly Comparison[],
  steps: readonly Operation[],
  last: readonly Operation[],
): Promise<void> {
  const size = Math.max(1, store.capabilities.maxTransactionOperations - last.length);
  for (let from = 0; ; from += size) {
    const isLast = from + size >= steps.length;
    const batch = steps.slice(from, from + size);
    try {
      const result = await store.transact({ if: free, then: isLast ? [...batch, ...last] : batch }, { signal });
      if (isLast || !result.succeeded) return;
    } catch (error) {
      if (isKeelsonError(error, 'E_OUTCOME_UNKNOWN')) return;
      throw error;
    }
  }
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

/** Adds a line to the instance's history: it went offline in order. */
export async function recordOffline(
  options: Pick<ComeAliveOptions, 'store' | 'runtime' | 'paths' | 'instance' | 'signal'>,
): Promise<void> {
  const { store, runtime, paths, instance, signal } = options;
  const path = paths.participantHistory(instance);
  for (;;) {
    const entry = await store.get(path, { signal });
    const before = entry === undefined ? undefined : decodeRecord(entry.value);
    const expect = entry === undefined ? { version: 0 } : { modifyRevision: entry.modifyRevision };
    try {
      await store.put(path, encodeRecord(historyOffline(instance, before, runtime.clock.wallMs())), { expect, signal });
      return;
    } catch (error) {
      // The controller writes it too: look again.
      if (!isKeelsonError(error, 'E_VERSION_CONFLICT') && !isKeelsonError(error, 'E_NOT_FOUND')) throw error;
    }
  }
}
