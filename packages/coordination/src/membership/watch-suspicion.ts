import { BoundedQueue, KeelsonError, onAbort, type Runtime } from '@keelson/runtime';
import { type Entry, lastSegment, parentPath, type StorePath, type WatchEvent } from '@keelson/store';
import { layoutBelow } from '../common/layout.ts';
import { decodeHeartbeat } from './heartbeat.ts';
import { initialSuspicion, type SuspicionEvent, type SuspicionReport, stepSuspicion } from './suspicion.ts';
import type { WatchMembersOptions } from './watch-members.ts';

/** How a group is watched for suspicion. */
export interface WatchSuspicionOptions extends WatchMembersOptions {
  readonly runtime: Runtime;
  /** How often members are expected to be heard, in milliseconds: their `heartbeatMs`. Learned from each after its second beat. */
  readonly heartbeatMs: number;
  /** Suspicion from this phi on. Default 8. Lower finds failures sooner and is wrong more often. */
  readonly threshold?: number;
  /** The member that the observer itself is; not watched. */
  readonly self?: string;
}

/** Most reports that wait for a slow reader. */
const REPORTS = 10_000;

/**
 * Yields which members of a group that write heartbeats have fallen silent, with the evidence, long before their sessions end; and
 * which of them are heard again. It is suspicion, never death: good for sending work elsewhere, not for giving away what the
 * member owns. An observer whose own event loop stalled, or that cannot reach the store, accuses nobody.
 *
 * Throws `E_CLOSED` when the store is closed, `E_TOO_LARGE` for a reader that leaves ten thousand reports unread.
 */
export async function* watchSuspicion(group: string, options: WatchSuspicionOptions): AsyncGenerator<SuspicionReport> {
  const { store, root, runtime, heartbeatMs, threshold = 8, signal, self } = options;
  if (!(heartbeatMs >= 100) || !(threshold > 0))
    throw new KeelsonError('E_INVALID_ARGUMENT', 'heartbeatMs must be a number from 100, threshold one above 0.');
  const rule = { everyMs: heartbeatMs, threshold, tickMs: heartbeatMs / 4 };
  const folder = layoutBelow(root).heartbeats(group);
  const stop = new AbortController();
  const letGo = onAbort(signal, () => stop.abort());
  const reports = new BoundedQueue<SuspicionReport>({ capacity: REPORTS });
  let state = initialSuspicion(runtime.clock.monotonicMs());
  const feed = (event: SuspicionEvent): void => {
    const step = stepSuspicion(state, event, rule);
    state = step.state;
    for (const report of step.reports) reports.push(report);
  };
  const timer = runtime.timers.every(rule.tickMs, () => feed({ type: 'tick', atMs: runtime.clock.monotonicMs() }), {
    background: true,
  });
  const follow = async (): Promise<void> => {
    for await (const event of store.watch(folder, { signal: stop.signal })) {
      const known = [...state.peers.keys()];
      for (const one of eventsOf(event, folder, known, runtime.clock.monotonicMs()))
        if (!('peer' in one) || one.peer !== self) feed(one);
    }
    reports.close();
  };
  follow().catch((error: unknown) => reports.close(error));
  try {
    yield* reports;
  } finally {
    timer.cancel();
    letGo();
    stop.abort();
  }
}

/** What an event of the watch at `folder` says about peers. On ZooKeeper the folder is an entry too, and no peer. */
function eventsOf(event: WatchEvent, folder: StorePath, known: readonly string[], atMs: number): SuspicionEvent[] {
  if (event.type === 'interrupted') return [{ type: 'cut-off' }];
  const events: SuspicionEvent[] = [{ type: 'reached' }];
  const heard = (entry: Entry): void => {
    if (parentPath(entry.path) !== folder) return;
    const { lagMs, everyMs } = decodeHeartbeat(entry);
    const told = everyMs === undefined ? {} : { everyMs };
    events.push({ type: 'heard', peer: lastSegment(entry.path), atMs, lagMs, ...told });
  };
  if (event.type === 'snapshot') {
    const present = new Set(event.entries.map(({ path }) => path));
    for (const peer of known) if (!present.has(`${folder}/${peer}`)) events.push({ type: 'gone', peer });
    // How old these are nobody knows: heard now is the kind assumption.
    for (const entry of event.entries) heard(entry);
  } else if (event.type === 'changes') {
    for (const change of event.changes) {
      if (change.type === 'put') heard(change.entry);
      else events.push({ type: 'gone', peer: lastSegment(change.path) });
    }
  }
  return events;
}
