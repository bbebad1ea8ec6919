import { type CallOptions, isKeelsonError } from '@keelson/runtime';
import type { Entry, Revision, StorePath } from '@keelson/store';
import type { RecipeContext } from '../common/context.ts';
import { decodeRecord, encodeRecord, numberField, revisionField } from '../common/record.ts';

/** What a heartbeat tells. */
export interface Heartbeat {
  /** Counts the beats of one membership from 1. */
  readonly beat: number;
  /** Which membership it is a sign of. */
  readonly incarnation: Revision | undefined;
  /** How late the sender's own timer was, in milliseconds: a sender that stalls says so itself. */
  readonly lagMs: number;
  /** How often the sender means to beat, in milliseconds; `undefined` where it does not say. */
  readonly everyMs: number | undefined;
}

/** What an entry below a group's heartbeats tells. */
export function decodeHeartbeat(entry: Entry): Heartbeat {
  const record = decodeRecord(entry.value);
  return {
    beat: numberField(record, 'beat') ?? 0,
    incarnation: revisionField(record, 'incarnation'),
    lagMs: numberField(record, 'lagMs') ?? 0,
    everyMs: numberField(record, 'everyMs'),
  };
}

/** Heartbeats that are being written. */
export interface RunningHeartbeat {
  /** Writes no more of them. */
  cancel(): void;
  /** Writes no more, and deletes the last. */
  stop(options: CallOptions): Promise<void>;
}

/** Writes heartbeats until it is cancelled or `lost` trips. One that cannot be written is left out: that is what a missing one says. */
export function startHeartbeat(
  { store, session, runtime }: RecipeContext,
  options: { readonly path: StorePath; readonly incarnation: Revision; readonly everyMs: number },
  lost: AbortSignal,
): RunningHeartbeat {
  const { path, incarnation, everyMs } = options;
  let beat = 0;
  let underWay: Promise<void> | undefined;
  let dueMs = runtime.clock.monotonicMs();
  const write = async (lagMs: number): Promise<void> => {
    beat += 1;
    const value = encodeRecord({ beat, incarnation: incarnation.toString(), lagMs, everyMs });
    try {
      await store.put(path, value, { session, signal: lost, timeoutMs: everyMs * 2 });
    } catch (error) {
      const expected =
        lost.aborted || (isKeelsonError(error) && (error.retryable || error.code === 'E_OUTCOME_UNKNOWN'));
      if (!expected) runtime.logger.warn({ error, path }, 'a heartbeat could not be written');
    }
    underWay = undefined;
  };
  const tick = (): void => {
    const nowMs = runtime.clock.monotonicMs();
    const lagMs = Math.max(0, Math.round(nowMs - dueMs));
    dueMs = nowMs + everyMs;
    if (underWay === undefined && !lost.aborted) underWay = write(lagMs);
  };
  const timer = runtime.timers.every(everyMs, tick, { background: true });
  tick();
  return {
    cancel: () => timer.cancel(),
    stop: async (limits) => {
      timer.cancel();
      await underWay;
      await store.delete(path, limits);
    },
  };
}
