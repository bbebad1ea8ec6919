/** How a plan may be carried out. */
export interface PlanOptions {
  /** Most copies that arrive on one node in one wave. Default: no limit. */
  readonly copiesPerNode?: number;
  /** Most copies in one wave. Default: no limit. */
  readonly copiesAtOnce?: number;
  /** Most bytes copied in one wave; a copy that is larger goes alone. Default: no limit. */
  readonly bytesAtOnce?: number;
  /**
   * What to do where replicas wait for each other's room. `borrow` (default): go beyond the limit, and say so in `borrowed`.
   * `drop-first`: give a replica up before its copy stands, as far as `minInService` and its role allow; borrow otherwise.
   */
  readonly whenFull?: 'borrow' | 'drop-first';
  /** Whether a replica may stand on a third node for a while to make room, before anything is borrowed: one copy more. Default true. */
  readonly temporary?: boolean;
  /** With `drop-first`: fewest replicas of a partition that stay on nodes that serve, as far as it has as many. Default 1. */
  readonly minInService?: number;
}

/** One thing to do. */
export interface PlanStep {
  /**
   * `add`: make a copy on `node`, in the lowest role, where it counts as a replica from the first byte. `demote`, `promote`: change the
   * role of the replica on `node` to a lower or higher one. `drop`: give it up.
   */
  readonly kind: 'add' | 'demote' | 'promote' | 'drop';
  readonly resource: string;
  readonly partition: string;
  readonly node: string;
  /** The role that the replica is in afterwards; for `drop` the one it was in. */
  readonly role: string;
  /** The role before, for `demote` and `promote`. */
  readonly was?: string;
  /** The node whose replica the copy stands in for, for `add`; missing where it only adds one. */
  readonly from?: string;
  /** Bytes copied: 0 for all but `add`. */
  readonly bytes: number;
  /** Whether this is about a copy that only makes room for a while: it stands where neither the present nor the target wants it. */
  readonly temporary: boolean;
  /** Steps, by their place in `MovePlan.steps`, that must be done before this one starts. All of them stand before it. */
  readonly after: readonly number[];
}

/** Room that the plan takes beyond a limit, because there is no other way. */
export interface BorrowedRoom {
  /**
   * Which limit: the node's capacity in `dimension`, its `maxReplicas`, the `maxReplicasPerNode` of the step's resource, or the one replica
   * of the step's partition in the node's fault zone. The last is borrowed where a replica is replaced within its zone: until the old one is
   * dropped two stand there, and no fewer elsewhere; `whenFull: 'drop-first'` avoids it for all but leaders.
   */
  readonly what: 'capacity' | 'replicas' | 'replicas-of-resource' | 'fault-zone';
  readonly node: string;
  /** For `capacity`. */
  readonly dimension?: string;
  /** How much beyond what the limit, or the present where it is above that already, allows; borrowings on a node add up. */
  readonly amount: number;
  /** The step that needs it. It is given back when replicas are dropped there; in the end nothing is borrowed. */
  readonly step: number;
}

/**
 * The way from what stands to what is to stand. Steps in their order, or in any other that keeps to `after`, never break a hard
 * constraint (beyond what the present breaks, and what `borrowed` says) and end exactly in the target:
 *
 * - load of a node in a dimension ≤ max(capacity, load at present) + Σ borrowed; the same for the limits on numbers of replicas;
 * - replicas of a partition in a fault zone ≤ max(1, at present, in the target) + borrowed;
 * - replicas in a role that leads ≤ max(its count, at present);
 * - replicas of a partition ≥ min(at present, in the target), but for `drop-first`.
 *
 * What stood on nodes that are gone is lost: no step speaks of it.
 */
export interface MovePlan {
  readonly steps: readonly PlanStep[];
  /** Places in `steps` of what may be done at the same time, one wave after the other: keeps to `after` and to the limits of the options. */
  readonly waves: readonly (readonly number[])[];
  readonly borrowed: readonly BorrowedRoom[];
  /** Copies made, those for a while included. */
  readonly copies: number;
  /** Bytes copied by them. */
  readonly bytes: number;
}
