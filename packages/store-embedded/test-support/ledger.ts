import type { KvEvent, KvWatchSink } from '@keelson/store';
import type { EmbeddedBackend } from '../src/index.ts';

/** One write of a revision: key, and value or null for a delete. */
export type LedgerWrite = readonly [key: string, value: string | null];

/** What a worker said before it died. */
export interface WorkerReport {
  readonly acknowledged: Map<number, readonly LedgerWrite[]>;
  readonly granted: Set<string>;
  readonly revoking: Set<string>;
  newestSeen: number;
}

/** Reads the lines of `crash-worker.mjs`. */
export function readReport(lines: readonly string[]): WorkerReport {
  const report: WorkerReport = { acknowledged: new Map(), granted: new Set(), revoking: new Set(), newestSeen: 0 };
  for (const line of lines) {
    const said = JSON.parse(line) as {
      ack?: [number, LedgerWrite[]];
      granted?: string;
      revoking?: string;
      seen?: number;
    };
    if (said.ack !== undefined) report.acknowledged.set(said.ack[0], said.ack[1]);
    if (said.granted !== undefined) report.granted.add(said.granted);
    if (said.revoking !== undefined) report.revoking.add(said.revoking);
    if (said.seen !== undefined) report.newestSeen = said.seen;
  }
  return report;
}

/** All writes from `revision` on, by revision, as a watch from there delivers them. */
export function readHistory(backend: EmbeddedBackend, revision: number): Promise<Map<number, LedgerWrite[]>> {
  const history = new Map<number, LedgerWrite[]>();
  const newest = Number(backend.revision);
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      watch.cancel();
      resolve(history);
    };
    const sink: KvWatchSink = {
      onCreated: () => (newest < revision ? finish() : undefined),
      onEvents: (events, upTo) => {
        for (const event of events) addEvent(history, event);
        if (Number(upTo) >= newest) finish();
      },
      onProgress: () => {},
      onCompacted: (compacted) => reject(new Error(`revision ${revision} is compacted, the oldest is ${compacted}`)),
      onInterrupted: reject,
    };
    const watch = backend.watch({ key: '\0', end: '\0', startRevision: BigInt(revision) }, sink);
  });
}

function addEvent(history: Map<number, LedgerWrite[]>, { type, kv }: KvEvent): void {
  const revision = Number(kv.modRevision);
  const write: LedgerWrite = [kv.key, type === 'delete' ? null : new TextDecoder().decode(kv.value)];
  const writes = history.get(revision);
  if (writes === undefined) history.set(revision, [write]);
  else writes.push(write);
}
