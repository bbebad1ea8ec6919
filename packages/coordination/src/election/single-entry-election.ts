import type { Revision } from '@keelson/store';

/** Who holds the elected path at some revision of the store. */
export interface Holder {
  /** Names this incarnation of the entry; grows with each new holder. */
  readonly createRevision: Revision;
  /** Whether it was written under the campaign's own session. */
  readonly mine: boolean;
}

/**
 * Where a campaign stands. `seen` is the revision up to which it knows the entry: reports of older revisions, which a watch may
 * deliver late, change nothing.
 */
export type ElectionState =
  | { readonly phase: 'waiting'; readonly seen: Revision }
  | { readonly phase: 'claiming'; readonly seen: Revision; readonly latest: Holder | undefined }
  | { readonly phase: 'leading'; readonly seen: Revision; readonly fencingToken: Revision }
  | { readonly phase: 'ended' };

/** What a campaign is told. */
export type ElectionEvent =
  /** Stand: claim at once, as nobody may lead yet. */
  | { readonly type: 'begin' }
  /** The entry as of `revision`, from the watch or from a read. */
  | { readonly type: 'seen'; readonly holder: Holder | undefined; readonly revision: Revision }
  /** The claim was answered; `holder` is whoever holds the entry after it, oneself if it was won. */
  | { readonly type: 'answered'; readonly holder: Holder | undefined; readonly revision: Revision }
  /** Session lost, resigned, aborted or failed. */
  | { readonly type: 'ended' };

/** What the shell must do next. */
export type ElectionEffect =
  /** Create the entry if there is none, and report `answered`. */
  | { readonly type: 'claim' }
  | { readonly type: 'won'; readonly fencingToken: Revision }
  /** The entry won before is gone or is another's. */
  | { readonly type: 'lost' };

/** A state and what to do on entering it. */
export interface ElectionStep {
  readonly state: ElectionState;
  readonly effects: readonly ElectionEffect[];
}

/** A campaign that has seen nothing yet. */
export const initialElection: ElectionState = { phase: 'waiting', seen: -1n };

const stay = (state: ElectionState): ElectionStep => ({ state, effects: [] });

/**
 * The election as a pure state machine: wait until nobody holds the entry, claim it, lead until it changes.
 *
 * A claim whose reply was lost may have been applied, so an entry of the own session is always taken for a claim won. That is why
 * one session may run only one campaign per path.
 */
export function stepElection(state: ElectionState, event: ElectionEvent): ElectionStep {
  if (state.phase === 'ended') return stay(state);
  if (event.type === 'ended') return stay({ phase: 'ended' });
  if (event.type === 'begin') return state.phase === 'waiting' ? settle(state, undefined, state.seen) : stay(state);
  if (event.type === 'answered') return stepAnswered(state, event);
  if (event.revision <= state.seen) return stay(state);
  if (state.phase === 'claiming') return stay({ ...state, seen: event.revision, latest: event.holder });
  return settle(state, event.holder, event.revision);
}

function stepAnswered(
  state: Exclude<ElectionState, { phase: 'ended' }>,
  event: Extract<ElectionEvent, { type: 'answered' }>,
): ElectionStep {
  if (state.phase !== 'claiming') return stay(state);
  // The watch may have run ahead of the answer, or behind it: the younger report counts.
  const ahead = state.seen > event.revision;
  return settle(state, ahead ? state.latest : event.holder, ahead ? state.seen : event.revision);
}

function settle(
  state: Exclude<ElectionState, { phase: 'ended' }>,
  holder: Holder | undefined,
  seen: Revision,
): ElectionStep {
  if (state.phase === 'leading') {
    return holder?.createRevision === state.fencingToken
      ? stay({ ...state, seen })
      : { state: { phase: 'ended' }, effects: [{ type: 'lost' }] };
  }
  if (holder === undefined) {
    return { state: { phase: 'claiming', seen, latest: undefined }, effects: [{ type: 'claim' }] };
  }
  if (!holder.mine) return stay({ phase: 'waiting', seen });
  const fencingToken = holder.createRevision;
  return { state: { phase: 'leading', seen, fencingToken }, effects: [{ type: 'won', fencingToken }] };
}
