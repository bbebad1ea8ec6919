import type { StateModelDefinition } from '../model/index.ts';
import type { ReplicaState, WaitingMessage } from '../snapshot/index.ts';

/** What is known of the messages about one replica. */
export interface ReplicaMessages {
  /** The transition that was asked for and not yet answered. While there is one, no other is asked for. */
  readonly pending: WaitingMessage | undefined;
  /** Messages that nobody will act on any more: to be deleted by the controller. */
  readonly obsolete: readonly WaitingMessage[];
  /** Wall time in milliseconds at which a message, left behind by a lost reply, may be deleted; absent where there is none. */
  readonly lookAgainMs: number | undefined;
}

const nothing: ReplicaMessages = { pending: undefined, obsolete: [], lookAgainMs: undefined };

/** Whether the participant has done it already, or can never do it: it starts from another state than the replica's. */
function isStale({ message }: WaitingMessage, state: string): boolean {
  return message.fromState !== state || message.toState === state;
}

/**
 * Sorts the messages of one replica. A message whose transition is done is left to the participant to delete, and deleted by the
 * controller `purgeAfterMs` after the replica came into its state: the reply was lost. One that starts from a state in which
 * the replica is not, and never was asked out of, goes likewise.
 */
export function sortMessages(
  waiting: readonly WaitingMessage[] | undefined,
  replica: ReplicaState | undefined,
  model: StateModelDefinition,
  options: { readonly nowMs: number; readonly purgeAfterMs: number },
): ReplicaMessages {
  if (waiting === undefined || waiting.length === 0) return nothing;
  let pending: WaitingMessage | undefined;
  const obsolete: WaitingMessage[] = [];
  let lookAgainMs: number | undefined;
  const dueMs = (replica?.sinceMs ?? -1) + options.purgeAfterMs;
  for (const message of waiting) {
    if (!isStale(message, replica?.state ?? model.initialState)) pending ??= message;
    else if (options.nowMs >= dueMs) obsolete.push(message);
    else lookAgainMs = dueMs;
  }
  return { pending, obsolete, lookAgainMs };
}
