import type { Revision } from '@keelson/store';
import { parseQueueName, queueOrder } from './queue-name.ts';
import { turnOf, type WaitTarget } from './turn.ts';

/** An entry of one's own in a queue. */
export interface Place {
  readonly name: string;
  /** Its create revision, the fencing token of whatever it will hold. */
  readonly createRevision: Revision;
}

/** How somebody takes its turn: `permits` holders at once, and whether it waits at all. */
export interface SeatRule {
  readonly permits: number;
  readonly wait: boolean;
}

/** Where somebody stands on the way to its turn. */
export type SeatState =
  /** `again`: after a creation whose reply was lost, and which was not found; it may be applied later all the same. */
  | { readonly phase: 'entering'; readonly again: boolean }
  | { readonly phase: 'searching' }
  | { readonly phase: 'looking'; readonly place: Place }
  | { readonly phase: 'waiting'; readonly place: Place }
  | { readonly phase: 'granted'; readonly place: Place }
  | { readonly phase: 'refused'; readonly place: Place }
  | { readonly phase: 'evicted'; readonly place: Place };

/** What it is told: the answer to the effect of the step before. */
export type SeatEvent =
  /** `names`: those that the queue held when it was entered, its own too, or of those before it at least the last; where the creation told. */
  | { readonly type: 'entered'; readonly place: Place; readonly names?: readonly string[] | undefined }
  /** The reply to the creation was lost. */
  | { readonly type: 'unknown' }
  /** What the queue holds of its own nonce, the first one; `undefined`: nothing. */
  | { readonly type: 'found'; readonly place: Place | undefined }
  | { readonly type: 'looked'; readonly names: readonly string[] }
  /** What was waited for has happened. */
  | { readonly type: 'passed' };

/** What the shell must do next; its answer is the next event. */
export type SeatEffect =
  | { readonly type: 'enter' }
  /** Find out what became of a creation whose reply was lost. */
  | { readonly type: 'search' }
  | { readonly type: 'look' }
  | { readonly type: 'wait'; readonly target: WaitTarget }
  /** It has its turn. */
  | { readonly type: 'hold' }
  /** It would have to wait and will not. */
  | { readonly type: 'give-up' }
  /** Its entry was deleted by somebody else. */
  | { readonly type: 'evicted' };

/** A state and what to do on entering it. */
export interface SeatStep {
  readonly state: SeatState;
  readonly effect: SeatEffect;
}

/** The way of everybody who queues begins here. */
export const firstSeatStep: SeatStep = enter(false);

function enter(again: boolean): SeatStep {
  return { state: { phase: 'entering', again }, effect: { type: 'enter' } };
}

const look = (place: Place): SeatStep => ({ state: { phase: 'looking', place }, effect: { type: 'look' } });

/**
 * The queue as a pure state machine: enter, look whose turn it is (the creation may have shown it already), wait for the one thing that can change
 * that, look again.
 * The end (released, aborted, session lost) comes from outside at any moment and needs no state: the shell stops asking.
 */
export function stepSeat(state: SeatState, event: SeatEvent, rule: SeatRule): SeatStep {
  switch (event.type) {
    case 'entered':
      // What the creation saw is enough, unless an earlier creation of its own may stand anywhere before it.
      return event.names === undefined || (state.phase === 'entering' && state.again)
        ? look(event.place)
        : afterLook(event.place, event.names, rule);
    case 'unknown':
      return { state: { phase: 'searching' }, effect: { type: 'search' } };
    case 'found':
      // Not there: it was not applied. Should it be applied later all the same, whoever entered sweeps it away.
      return event.place === undefined ? enter(true) : look(event.place);
    case 'passed':
      return 'place' in state ? look(state.place) : firstSeatStep;
    case 'looked':
      return 'place' in state ? afterLook(state.place, event.names, rule) : firstSeatStep;
  }
}

function afterLook(place: Place, names: readonly string[], rule: SeatRule): SeatStep {
  const queue = queueOrder(names);
  // A creation given up as lost arrived after all, ahead of the one that followed it: that is the place in line. It cannot come later than
  // the look after the second one, as names count up in the order of creation.
  const nonce = parseQueueName(place.name)?.nonce;
  const first = queue.find((one) => one.nonce === nonce)?.name ?? place.name;
  if (first !== place.name) return { state: { phase: 'searching' }, effect: { type: 'search' } };
  const turn = turnOf(queue, place.name, rule.permits);
  if (turn.type === 'granted') return { state: { phase: 'granted', place }, effect: { type: 'hold' } };
  if (turn.type === 'missing') return { state: { phase: 'evicted', place }, effect: { type: 'evicted' } };
  if (!rule.wait) return { state: { phase: 'refused', place }, effect: { type: 'give-up' } };
  return { state: { phase: 'waiting', place }, effect: { type: 'wait', target: turn.target } };
}
