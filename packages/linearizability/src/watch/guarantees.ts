import { contentAt, differences, isSame } from './content.ts';
import type { Delivery, Place, WatchReading } from './reading.ts';

/** A guarantee of watches, by etcd's names; `genuine` is what all of them stand on: every event tells of a write that there was. */
export type WatchGuarantee = 'genuine' | 'ordered' | 'unique' | 'reliable' | 'atomic' | 'resumable' | 'bookmarkable';

/** A guarantee that did not hold, and where. */
export interface WatchBreach {
  readonly guarantee: WatchGuarantee;
  /** Name of the watch. */
  readonly watch: string;
  /** Where in the record: leg and message, from 0. Undefined for what never came. */
  readonly at: Place | undefined;
  /** The revision it is about. */
  readonly revision: number;
  readonly text: string;
}

type Finding = Omit<WatchBreach, 'guarantee' | 'watch'>;

/** Each guarantee, judged on one watch, apart from all others: a breach of one is not reported by another. */
export const watchGuarantees: Readonly<Record<WatchGuarantee, (reading: WatchReading) => Finding[]>> = {
  genuine,
  ordered,
  unique,
  reliable,
  atomic,
  resumable,
  bookmarkable,
};

const placeOf = ({ leg, message }: Place): Place => ({ leg, message });
const firsts = ({ deliveries }: WatchReading): readonly Delivery[] => deliveries.filter(({ repeated }) => !repeated);

/** Every event tells of a change that the store made, in the range; every snapshot shows what the store held. */
function genuine(reading: WatchReading): Finding[] {
  const owed = new Map(reading.owed.map((write) => [write.revision, write]));
  const events = reading.deliveries.flatMap(({ event, ...place }) => {
    const change = owed.get(event.revision)?.changes.find(({ key }) => key === event.key);
    if (change !== undefined && isSame(change, event)) return [];
    const text = `A ${event.kind} of ${event.key} came with revision ${event.revision}, which the store did not do so in the range.`;
    return [{ at: placeOf(place), revision: event.revision, text }];
  });
  const snapshots = reading.snapshots.flatMap(({ entries, revision, ...place }) => {
    if (entries === undefined) return [];
    const wrong = differences(entries, contentAt(reading.owed, revision));
    if (wrong.length === 0) return [];
    return [
      { at: placeOf(place), revision, text: `The snapshot at revision ${revision} is wrong in ${wrong.join(', ')}.` },
    ];
  });
  return [...events, ...snapshots];
}

/** No event, and no snapshot, comes after one of a greater revision. */
function ordered(reading: WatchReading): Finding[] {
  const events = firsts(reading).flatMap(({ event, latestBefore, ...place }) =>
    event.revision >= latestBefore
      ? []
      : [
          {
            at: placeOf(place),
            revision: event.revision,
            text: `${event.key} of revision ${event.revision} came after revision ${latestBefore}.`,
          },
        ],
  );
  const snapshots = reading.snapshots.flatMap(({ revision, latestBefore, ...place }) =>
    revision >= latestBefore
      ? []
      : [
          {
            at: placeOf(place),
            revision,
            text: `A snapshot of revision ${revision} came after revision ${latestBefore}.`,
          },
        ],
  );
  return [...events, ...snapshots];
}

/** No event comes twice. */
function unique(reading: WatchReading): Finding[] {
  return reading.deliveries
    .filter(({ repeated }) => repeated)
    .map(({ event, ...place }) => ({
      at: placeOf(place),
      revision: event.revision,
      text: `${event.key} of revision ${event.revision} came a second time.`,
    }));
}

/** Between two revisions that came, none is missing; at the end of a watch that had settled, neither. */
function reliable(reading: WatchReading): Finding[] {
  const { owed, legs, snapshots, deliveries, claimed, delivered, watch } = reading;
  const gaps = legs.flatMap(({ leg, deliveries: own }) => {
    const revisions = own.filter(({ repeated }) => !repeated).map(({ event }) => event.revision);
    const [from, to] = [Math.min(...revisions), Math.max(...revisions)];
    const listed = Math.max(0, ...snapshots.filter((one) => one.leg === leg).map(({ revision }) => revision));
    return owed.filter(({ revision }) => revision > Math.max(from, listed) && revision < to);
  });
  const latest = Math.max(
    reading.bookmarks.at(-1)?.revision ?? 0,
    ...deliveries.map(({ event }) => event.revision),
    ...snapshots.map(({ revision }) => revision),
    ...legs.slice(0, 1).map(({ start = 1 }) => start - 1),
  );
  const tail = owed.filter(({ revision }) => revision > latest && revision <= (watch.settledAt ?? 0));
  return [...gaps, ...tail]
    .filter(({ revision }) => !delivered.has(revision) && !claimed.has(revision))
    .map(({ revision }) => ({ at: undefined, revision, text: `Revision ${revision} never came.` }));
}

/** What one revision changed in the range comes together, in one message, whole. */
function atomic(reading: WatchReading): Finding[] {
  const byRevision = new Map<number, Delivery[]>();
  for (const delivery of firsts(reading)) {
    const { revision } = delivery.event;
    byRevision.set(revision, [...(byRevision.get(revision) ?? []), delivery]);
  }
  const owed = new Map(reading.owed.map((write) => [write.revision, write]));
  return [...byRevision].flatMap(([revision, parts]): Finding[] => {
    const places = new Set(parts.map(({ leg, message }) => `${leg}:${message}`));
    const last = parts.at(-1);
    const at = last === undefined ? undefined : placeOf(last);
    if (places.size > 1) return [{ at, revision, text: `Revision ${revision} came in ${places.size} messages.` }];
    const keys = new Set(parts.map(({ event }) => event.key));
    const absent = (owed.get(revision)?.changes ?? []).filter(({ key }) => !keys.has(key)).map(({ key }) => key);
    return absent.length === 0
      ? []
      : [{ at, revision, text: `Revision ${revision} came without ${absent.join(', ')}.` }];
  });
}

/** A watch brings everything from the revision on that it asked for, and a broken one goes on where it broke. */
function resumable(reading: WatchReading): Finding[] {
  const { owed, snapshots, claimed, delivered } = reading;
  return reading.legs.flatMap((leg): Finding[] => {
    const { start, expectedStart, deliveries, compactRevision, claimedBeforeFirst } = leg;
    if (start === undefined) return [];
    const at = { leg: leg.leg, message: 0 };
    const found: Finding[] = [];
    const listed = Math.max(0, ...snapshots.filter((one) => one.leg === leg.leg).map(({ revision }) => revision));
    // Going on too late is harmless where the store wrote nothing in between.
    const skipped = owed.find(
      ({ revision }) => revision >= Math.max(expectedStart ?? start, listed + 1) && revision < start,
    );
    if (skipped !== undefined)
      found.push({
        at,
        revision: skipped.revision,
        text: `It went on from ${start}, without revision ${skipped.revision}.`,
      });
    if (compactRevision !== undefined && start >= compactRevision)
      found.push({
        at,
        revision: start,
        text: `Revision ${start} was refused, though only ${compactRevision} is compacted.`,
      });
    const own = deliveries.filter(({ repeated }) => !repeated);
    const first = Math.min(...own.map(({ event }) => event.revision));
    for (const { event, ...place } of own.filter(
      (one) => one.event.revision < start && one.event.revision >= one.latestBefore,
    ))
      found.push({
        at: placeOf(place),
        revision: event.revision,
        text: `Revision ${event.revision} came, before ${start}.`,
      });
    const owedFrom = Math.max(start, claimedBeforeFirst + 1, listed + 1);
    const missing = owed.filter(({ revision }) => revision >= owedFrom && revision < first && first < Infinity);
    for (const { revision } of missing.filter((one) => !claimed.has(one.revision) && !delivered.has(one.revision)))
      found.push({ at, revision, text: `Asked from ${start}, revision ${revision} was passed over.` });
    return found;
  });
}

/** A bookmark tells the truth: all events up to it came before, none comes after, and no later bookmark is smaller. */
function bookmarkable(reading: WatchReading): Finding[] {
  const claims = reading.bookmarks.flatMap(({ revision, before, missing, ...place }): Finding[] => {
    const at = placeOf(place);
    const back: Finding[] =
      revision >= before ? [] : [{ at, revision, text: `A bookmark of ${revision} came after one of ${before}.` }];
    const early = missing.map((write) => ({
      at,
      revision: write.revision,
      text: `The bookmark of ${revision} came before revision ${write.revision}.`,
    }));
    return [...back, ...early];
  });
  // An event that a bookmark had claimed is reported with the bookmark; one that came out of order, by `ordered`.
  const late = firsts(reading).filter(
    ({ event, bookmarkBefore, latestBefore }) =>
      event.revision <= bookmarkBefore && event.revision >= latestBefore && !reading.claimed.has(event.revision),
  );
  return [
    ...claims,
    ...late.map(({ event, bookmarkBefore, ...place }) => ({
      at: placeOf(place),
      revision: event.revision,
      text: `Revision ${event.revision} came after the bookmark of ${bookmarkBefore}.`,
    })),
  ];
}
