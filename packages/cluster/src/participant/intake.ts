import { DROPPED_STATE, ERROR_STATE, type Message } from '../model/index.ts';

/** A message as it was read from the store. */
export interface IncomingMessage {
  readonly message: Message;
  /** Create revision of its entry: the fencing token of what it asks for. */
  readonly revision: bigint;
  /** Version of its entry as it was read. */
  readonly version: number;
}

/** What the participant knows of one of its replicas when messages come in. */
export interface ReplicaStanding {
  readonly state: string;
  /** The transition under way. */
  readonly running?: { readonly from: string; readonly to: string };
}

/** What the decision about messages rests on. */
export interface IntakeView {
  readonly session: string;
  /** Wall time in milliseconds. */
  readonly nowMs: number;
  /** The replica here; for one not known yet, in the model's initial state. */
  standing(resource: string, partition: string, stateModel: string): ReplicaStanding;
  /** Whether the application handles the replica: it does, it has no such model, or making its handler failed. */
  handler(resource: string, partition: string, stateModel: string): 'ready' | 'missing' | 'failed';
}

/** Why a message is deleted unanswered; the controller looks at the current state and sends what it still wants. */
export type DropReason =
  | 'no-op'
  | 'wrong-session'
  | 'expired'
  | 'invalid'
  | 'transition-running'
  | 'already-there'
  | 'state-mismatch'
  | 'same-target-twice'
  | 'cancelled-before-start'
  | 'nothing-to-cancel';

/** What becomes of one message. */
export type Verdict =
  | { readonly type: 'drop'; readonly incoming: IncomingMessage; readonly reason: DropReason }
  /** Taken up already, or for a handler that this participant does not have: it stays as it is. */
  | { readonly type: 'leave'; readonly incoming: IncomingMessage }
  /** Its handler could not be made: one try less, or given up. */
  | { readonly type: 'refuse'; readonly incoming: IncomingMessage }
  /** `partitions` are those of a batch that can move now; of a plain message the one. */
  | { readonly type: 'accept'; readonly incoming: IncomingMessage; readonly partitions: readonly string[] }
  /** Trips the transition under way; the message is deleted. */
  | { readonly type: 'cancel'; readonly incoming: IncomingMessage };

/** Identity of a replica on this instance. */
export const replicaKey = (resource: string, partition: string): string => `${resource}/${partition}`;

/**
 * Decides what becomes of new messages, in the order of Apache Helix's executor (spec: message processing): the first rule that
 * fits a message wins. Pure; the result has one verdict per message, in the order given.
 */
export function planIntake(messages: readonly IncomingMessage[], view: IntakeView): readonly Verdict[] {
  const claimed = new Map<string, number>();
  const verdicts: Verdict[] = [];
  for (const incoming of messages) {
    const early = judgeEnvelope(incoming, view);
    if (early !== undefined) verdicts.push(early);
    else if (incoming.message.type === 'STATE_TRANSITION_CANCELLATION') {
      verdicts.push(judgeCancellation(incoming, view, claimed, verdicts));
    } else verdicts.push(judgeTransition(incoming, view, claimed, verdicts.length));
  }
  return verdicts;
}

/** Rules that look at the message alone. */
function judgeEnvelope(incoming: IncomingMessage, view: IntakeView): Verdict | undefined {
  const { message } = incoming;
  const drop = (reason: DropReason): Verdict => ({ type: 'drop', incoming, reason });
  if (message.type === 'NO_OP') return drop('no-op');
  if (message.targetSession !== view.session && message.targetSession !== '*') return drop('wrong-session');
  if (message.state !== 'new') return { type: 'leave', incoming };
  if (message.expiryMs >= 0 && message.createdMs + message.expiryMs < view.nowMs) return drop('expired');
  if (!message.isTransition) return { type: 'leave', incoming };
  return message.isValid() ? undefined : drop('invalid');
}

function judgeCancellation(
  incoming: IncomingMessage,
  view: IntakeView,
  claimed: Map<string, number>,
  verdicts: Verdict[],
): Verdict {
  const { message } = incoming;
  const key = replicaKey(message.resource, message.partition);
  const earlier = claimed.get(key);
  const accepted = earlier === undefined ? undefined : verdicts[earlier];
  if (earlier !== undefined && accepted?.type === 'accept' && sameHop(accepted.incoming.message, message)) {
    claimed.delete(key);
    verdicts[earlier] = { type: 'drop', incoming: accepted.incoming, reason: 'cancelled-before-start' };
    return { type: 'drop', incoming, reason: 'cancelled-before-start' };
  }
  const { running } = view.standing(message.resource, message.partition, message.stateModel);
  return running !== undefined && running.from === message.fromState && running.to === message.toState
    ? { type: 'cancel', incoming }
    : { type: 'drop', incoming, reason: 'nothing-to-cancel' };
}

const sameHop = (a: Message, b: Message): boolean => a.fromState === b.fromState && a.toState === b.toState;

function judgeTransition(
  incoming: IncomingMessage,
  view: IntakeView,
  claimed: Map<string, number>,
  index: number,
): Verdict {
  const { message } = incoming;
  const fit: string[] = [];
  let fault: DropReason | undefined;
  for (const partition of message.partitions) {
    const handler = view.handler(message.resource, partition, message.stateModel);
    if (handler === 'missing') return { type: 'leave', incoming };
    if (handler === 'failed') return { type: 'refuse', incoming };
    const found = transitionFault(message, partition, view, claimed);
    if (found === undefined) fit.push(partition);
    else fault ??= found;
  }
  if (fit.length === 0) return { type: 'drop', incoming, reason: fault ?? 'invalid' };
  for (const partition of fit) claimed.set(replicaKey(message.resource, partition), index);
  return { type: 'accept', incoming, partitions: fit };
}

/** Why a replica cannot make the transition now; `undefined` where it can. */
function transitionFault(
  message: Message,
  partition: string,
  view: IntakeView,
  claimed: ReadonlyMap<string, number>,
): DropReason | undefined {
  const standing = view.standing(message.resource, partition, message.stateModel);
  if (standing.running !== undefined) return 'transition-running';
  if (claimed.has(replicaKey(message.resource, partition))) return 'same-target-twice';
  if (standing.state === message.toState) return 'already-there';
  // A replica in ERROR may always be dropped, whatever state the sender believes it in.
  const dropsError = standing.state === ERROR_STATE && message.toState === DROPPED_STATE;
  const fits = message.fromState === '*' || message.fromState === standing.state || dropsError;
  return fits ? undefined : 'state-mismatch';
}
