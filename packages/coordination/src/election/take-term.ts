import { anySignal, throwIfAborted } from '@keelson/runtime';
import type { Entry } from '@keelson/store';
import type { RecipeContext } from '../common/context.ts';
import { isUnknown, persist } from '../common/persist.ts';
import { decodeRecord, encodeRecord, numberField, revisionField } from '../common/record.ts';
import type { QueueSeat } from '../queue/seat.ts';
import { encodeSeat } from '../queue/seat-record.ts';

/** The count of leaders as stored. */
interface Term {
  readonly term: number;
  /** Token of the leader whose term it is. */
  readonly fencingToken: bigint | undefined;
}

const termIn = (entry: Entry | undefined): Term => {
  const record = entry === undefined ? {} : decodeRecord(entry.value);
  return { term: numberField(record, 'term') ?? 0, fencingToken: revisionField(record, 'fencingToken') };
};

/**
 * Counts the leader whose turn it is: one transaction raises the term and writes it into the leader's own entry, where observers
 * see it, on condition that both are as they were. So a term has one leader, and a leader that was deposed meanwhile gets none.
 */
export async function takeTerm(
  context: RecipeContext,
  name: string,
  seat: QueueSeat,
  given: AbortSignal | undefined,
): Promise<number> {
  const { store, runtime, layout } = context;
  const path = layout.term(name);
  using signal = anySignal(seat.lost, given);
  for (;;) {
    const entry = await persist(runtime, signal, () => store.get(path));
    throwIfAborted(signal);
    const known = termIn(entry);
    // Written by an attempt whose reply was lost.
    if (known.fencingToken === seat.place.createRevision) return known.term;
    const term = known.term + 1;
    try {
      if (await raise(context, path, entry, seat, term)) return term;
    } catch (error) {
      if (!isUnknown(error)) throw error;
    }
  }
}

async function raise(
  { store, session, runtime }: RecipeContext,
  path: string,
  found: Entry | undefined,
  seat: QueueSeat,
  term: number,
): Promise<boolean> {
  const { path: own, createRevision } = seat.place;
  const grantedAtMs = runtime.clock.wallMs();
  const { owner } = seat.record.identity;
  const record = { term, fencingToken: createRevision.toString(), owner, sinceMs: grantedAtMs };
  const mine = encodeSeat({ ...seat.record, term, grantedAtMs });
  const unchanged = found === undefined ? { version: 0 } : { modifyRevision: found.modifyRevision };
  const result = await persist(runtime, seat.lost, () =>
    store.transact({
      if: [
        { path: own, createRevision },
        { path, ...unchanged },
      ],
      then: [
        { type: 'put', path, value: encodeRecord(record) },
        { type: 'put', path: own, value: mine, session },
      ],
    }),
  );
  return result.succeeded;
}
