/** Why a replica is where it is, or why a transition waits. Branch on it; the text is for people. */
export type ReplicaReasonCode =
  // why a replica has the state it is wanted in
  | 'PREFERRED'
  | 'CLOSER_TO_TOP'
  | 'KEPT_UNTIL_REPLACED'
  | 'CUSTOMIZED'
  | 'IN_ERROR'
  | 'INSTANCE_DISABLED'
  | 'PARTITION_DISABLED'
  | 'RESOURCE_DISABLED'
  // why it is to go, or is not there
  | 'NOT_IN_LIST'
  | 'REPLACED'
  | 'NO_STATE_LEFT'
  | 'RESOURCE_DROPPED'
  | 'PARTITION_REMOVED'
  | 'NOT_LIVE'
  | 'NOT_ADDED'
  | 'NOT_ASSIGNABLE'
  | 'TAG_MISSING'
  | 'ENOUGH_REPLICAS'
  | 'NOT_PLACEABLE'
  // why a transition is not asked for
  | 'TRANSITION_PENDING'
  | 'TRANSITION_UNPROCESSABLE'
  | 'STATE_COUNT_FULL'
  | 'NO_WAY'
  | 'PAUSED'
  | 'RESOURCE_UNUSABLE'
  | 'NOT_YET_ASKED';

/** A reason, told as data and as a sentence. */
export interface ReplicaReason {
  readonly code: ReplicaReasonCode;
  readonly text: string;
}

/** A reason with a text of its own. */
export function reason(code: ReplicaReasonCode, text: string): ReplicaReason {
  return { code, text };
}

/** The reasons that need no particulars. One object each, as a large cluster holds one per replica. */
export const reasons: Readonly<
  Record<
    | 'preferred'
    | 'closerToTop'
    | 'keptUntilReplaced'
    | 'customized'
    | 'inError'
    | 'instanceDisabled'
    | 'partitionDisabled'
    | 'resourceDisabled'
    | 'notInList'
    | 'replaced'
    | 'noStateLeft'
    | 'resourceDropped'
    | 'partitionRemoved'
    | 'notAdded'
    | 'notAssignable'
    | 'paused',
    ReplicaReason
  >
> = {
  preferred: reason('PREFERRED', 'Its place in the preference list gives it this state.'),
  closerToTop: reason(
    'CLOSER_TO_TOP',
    'It can enter the top state in one hop, or is in it; the instance preferred to it cannot yet.',
  ),
  keptUntilReplaced: reason(
    'KEPT_UNTIL_REPLACED',
    'The partition is moving elsewhere; this replica serves until its successor is ready.',
  ),
  customized: reason('CUSTOMIZED', "The ideal state's own map gives it this state."),
  inError: reason('IN_ERROR', 'A transition failed here. It stays in ERROR until it is reset.'),
  instanceDisabled: reason('INSTANCE_DISABLED', 'The instance is disabled, so its replicas wait in the initial state.'),
  partitionDisabled: reason('PARTITION_DISABLED', 'The partition is disabled on this instance.'),
  resourceDisabled: reason('RESOURCE_DISABLED', 'The resource is disabled, so its replicas wait in the initial state.'),
  notInList: reason('NOT_IN_LIST', 'The instance is not in the preference list of the partition.'),
  replaced: reason('REPLACED', 'The partition has moved; all its new holders have reached their states.'),
  noStateLeft: reason('NO_STATE_LEFT', 'The state model allows no further replica in any state.'),
  resourceDropped: reason('RESOURCE_DROPPED', 'The resource has no ideal state any more.'),
  partitionRemoved: reason('PARTITION_REMOVED', 'The ideal state does not name the partition any more.'),
  notAdded: reason('NOT_ADDED', 'The instance has not been added to the cluster.'),
  notAssignable: reason('NOT_ASSIGNABLE', 'The operation set for the instance keeps replicas off it.'),
  paused: reason('PAUSED', 'The cluster is paused: no transition is asked for until it is resumed.'),
};
