import type { Revision } from '@keelson/store';

/** Somebody at a barrier. */
export interface Party {
  readonly name: string;
  /** Says which round it belongs to: that of the first opening after it. */
  readonly createRevision: Revision;
}

/** A barrier as it was read. */
export interface BarrierView {
  readonly parties: readonly Party[];
  /** Create revision of the entry that says that the barrier is open; names the round. `undefined`: closed. */
  readonly round: Revision | undefined;
}

/** What somebody at a barrier does next. */
export type BarrierStep =
  /** Enough have come: open it, for these. */
  | { readonly type: 'open'; readonly parties: readonly Party[] }
  /** It is open for this party, or the round that it was in is over. */
  | { readonly type: 'through'; readonly round: Revision }
  /** The last of the round has gone: close it. */
  | { readonly type: 'close'; readonly round: Revision }
  /** Until the barrier opens or closes, or, where one is named, that party has gone. */
  | { readonly type: 'wait'; readonly until: Party | undefined };

/** Those of a round that have not left. Nobody joins a round once it is open, so they only get fewer. */
const remaining = (view: BarrierView, round: Revision): Party[] =>
  view.parties.filter(({ createRevision }) => createRevision < round);

/** The last one in: whoever waits for others to go waits for one, and for the same one as everybody else. */
const latest = (parties: readonly Party[]): Party | undefined =>
  parties.toSorted((a, b) => (a.createRevision < b.createRevision ? 1 : -1))[0];

/**
 * What a party that has entered does. It passes with the first opening after its own entry; an opening from before is that of an
 * earlier round whose parties have not all left, and has to be over first. So the barrier can be used again and again.
 */
export function enteredStep(view: BarrierView, own: Revision, wanted: number): BarrierStep {
  const { parties, round } = view;
  if (round !== undefined && round > own) return { type: 'through', round };
  if (round !== undefined) {
    const before = remaining(view, round);
    return before.length === 0 ? { type: 'close', round } : { type: 'wait', until: latest(before) };
  }
  return parties.length >= wanted ? { type: 'open', parties } : { type: 'wait', until: undefined };
}

/** What a party that has left a round does: it is through when everybody has left. */
export function leftStep(view: BarrierView, round: Revision): BarrierStep {
  if (view.round !== round) return { type: 'through', round };
  const before = remaining(view, round);
  return before.length === 0 ? { type: 'close', round } : { type: 'wait', until: latest(before) };
}
