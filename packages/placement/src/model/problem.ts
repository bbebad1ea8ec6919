/** An amount per dimension, by the dimension's name. Missing dimensions count as 0. Never negative, never NaN. */
export type Amounts = Readonly<Record<string, number>>;

/**
 * Everything that decides where replicas go: plain data, no clock, no chance, no memory of earlier answers but `current` in the
 * partitions. It can be sent to a worker or kept as JSON. The order of nodes, resources, partitions and of any keys does not matter.
 */
export interface PlacementProblem {
  /**
   * What replicas weigh and nodes have room for, for example `['cpu', 'disk', 'qps']`. Default `[]`: every replica counts 1 and
   * only the number of replicas is evened out.
   */
  readonly dimensions?: readonly string[];
  readonly nodes: readonly PlacementNode[];
  readonly resources: readonly PlacementResource[];
  /** How nodes hang together. Default: every node is a fault zone of its own. */
  readonly topology?: Topology;
  /** Resources that want to be near each other or apart. */
  readonly affinities?: readonly Affinity[];
  /** What is worth how much. Every field has a default. */
  readonly goals?: Partial<PlacementGoals>;
  /** The present, for `offline.sinceMs`: milliseconds of any clock, the same for all. Default 0. */
  readonly nowMs?: number;
  /** How long a node may be offline before its replicas are given to others, ms. Default 0: at once. */
  readonly offlineGraceMs?: number;
}

/** Names of the levels of `PlacementNode.domain`, from the widest to the narrowest: `['region', 'zone', 'rack', 'host']`. */
export interface Topology {
  readonly levels: readonly string[];
  /** The level of which at most one replica of a partition may stand in one domain, as far as domains suffice. Default: the node itself. */
  readonly faultZone?: string;
}

/** What a node may do now. */
export type NodeState =
  /** Takes and keeps replicas. */
  | 'live'
  /** Keeps what it has until it stands elsewhere; takes nothing and in the end holds nothing. */
  | 'draining'
  /** Serves nothing. Its replicas keep their places until `offlineGraceMs` is over, but lead nowhere; then they go elsewhere. */
  | 'offline';

/** A node that replicas may be placed on. */
export interface PlacementNode {
  /** Unique. */
  readonly name: string;
  /** Room per dimension; a dimension that is missing here is unlimited on this node. */
  readonly capacity?: Amounts;
  /** Matched against `PlacementResource.tag`. */
  readonly tags?: readonly string[];
  /** Where it stands: one value per level of `Topology.levels`, for example `/eu/eu-1/r7/h42`. */
  readonly domain?: string;
  /** Default `live`. */
  readonly state?: NodeState;
  /** Since when it is offline, in the clock of `nowMs`. Default: longer than any grace. */
  readonly offlineSinceMs?: number;
  /** Resources, or single partitions of them, that it must not take; what stands there of them must go. */
  readonly disabled?: readonly PartitionPattern[];
  /** Most replicas on it, of all resources together. Default: no limit. */
  readonly maxReplicas?: number;
  /** Its fair share of the load relative to the others: a node of 2 should carry twice what a node of 1 does. Above 0. Default 1. */
  readonly share?: number;
}

/** A partition of a resource, or, without `partition`, all of them. */
export interface PartitionPattern {
  readonly resource: string;
  readonly partition?: string;
}

/** Partitions of one kind. */
export interface PlacementResource {
  /** Unique. */
  readonly name: string;
  /** In order of importance: what cannot be placed whole lacks the last ones. At least one. */
  readonly roles: readonly PlacementRole[];
  readonly partitions: readonly PlacementPartition[];
  /** Only nodes with this tag. */
  readonly tag?: string;
  /** Most replicas of this resource on one node. Default: no limit. */
  readonly maxReplicasPerNode?: number;
}

/** A state that replicas are to be in: MASTER, SLAVE, ONLINE… */
export interface PlacementRole {
  /** Unique within the resource. */
  readonly name: string;
  /** Replicas in this role per partition; `every`: one on each node that may take it (such a resource has this role only). */
  readonly count: number | 'every';
  /** A replica in this role weighs its partition's weight times this: one factor, or one per dimension (missing: 1). Default 1. */
  readonly load?: number | Amounts;
  /** Whether replicas in this role count as leaders in leader balance. Default: the first role does when there are others beside it. */
  readonly leader?: boolean;
}

/** One partition: what it weighs, and where it stands today. */
export interface PlacementPartition {
  /** Unique within its resource. */
  readonly name: string;
  /** What one replica of it needs, before the role's factor. Missing dimensions weigh 0. */
  readonly weight?: Amounts;
  /** What copying one replica costs. Default 1: bytes then count moves. */
  readonly bytes?: number;
  /** Where its replicas stand. Nodes that no longer exist may be named; unknown roles may not. Default: nowhere. */
  readonly current?: readonly ReplicaAt[];
  /** Replicas that must stand on a node, in a role if one is named. At most as many as there are replicas. */
  readonly pinned?: readonly Pin[];
  /** Nodes that must not take it. */
  readonly forbidden?: readonly string[];
  /** Nodes that should lead it, the most wanted first. */
  readonly preferredLeaders?: readonly string[];
}

/** One replica's place. */
export interface ReplicaAt {
  readonly node: string;
  readonly role: string;
}

/** A node that must hold a replica, in `role` where that is given. */
export interface Pin {
  readonly node: string;
  readonly role?: string;
}

/**
 * Two resources (or one and itself) whose replicas, partition by partition of the same name, or whichever they are, should share
 * a domain or avoid it. A wish, weighed by `PlacementGoals.affinity`.
 */
export interface Affinity {
  readonly kind: 'together' | 'apart';
  readonly resources: readonly [string, string];
  /** `partition`: only partitions of the same name attract or repel each other. `resource`: any of the one and any of the other. */
  readonly between: 'partition' | 'resource';
  /** The level on which they meet: one of `Topology.levels`, or `node` (default). */
  readonly level?: string;
  /** Relative to other affinities. Default 1. */
  readonly weight?: number;
}

/**
 * What is asked for, and what a wish is worth. Hard constraints come before all of these, then as many replicas placed as can be,
 * then balance within `tolerance`; what is left is decided by the smallest weighted sum of the penalties below.
 */
export interface PlacementGoals {
  /**
   * Balance asked for: in every dimension each node should carry between `(1 - tolerance) ×` and `(1 + tolerance) ×` its fair share,
   * which is the load handed out in proportion to `share` as far as hard constraints let it flow (a zone of one node cannot pass its
   * load on). Larger: fewer moves, less even, and a newcomer stays emptier. Default 0.02. The number of replicas, where nothing
   * weighs, is never asked to be closer than the whole replicas below and above the fair share: at 0 it is exactly these.
   */
  readonly tolerance: number;
  /**
   * The same for the number of leaders per node, between the whole leaders below and above `(1 ± leaderTolerance) ×` the fair share
   * over the nodes that may lead. Default 0.02.
   */
  readonly leaderTolerance: number;
  /**
   * Penalty per 1 % (of its fair share) that the node furthest outside the tolerated range is above or below it, squared; the sum
   * over the dimensions. Default 100.
   */
  readonly evenness: number;
  /**
   * The same for the number of replicas of each resource on its own, the whole replicas below and above the fair share always being
   * within the range; the sum over the resources. Default 1.
   */
  readonly resourceEvenness: number;
  /** The same for the number of leaders. Default 10. */
  readonly leaderEvenness: number;
  /** Penalty per replica that is copied to a node where no replica of its partition stands today. Default 1. */
  readonly moves: number;
  /** Penalty per copied byte, as a share of the mean replica's bytes. Default 0. */
  readonly bytes: number;
  /**
   * Penalty per leader of today that could go on (its node is live and may still take the partition) and does not lead the partition
   * in the answer, as far as the partition wants that many leaders. Default 0.5.
   */
  readonly leaderChanges: number;
  /** Penalty per pair of replicas of a partition that share a domain, at each level wider than the fault zone. Default 0.1. */
  readonly spread: number;
  /**
   * Penalty per partition that is not led by a preferred node: 0 when a leader stands on the first of its list, i/n on the one at
   * place i (from 0) of n, 1 on none of them or without a leader. Default 0.25.
   */
  readonly preferredLeaders: number;
  /**
   * Penalty per replica of the first resource that violates an affinity, times the affinity's own weight. `together` is violated
   * where no replica of the second (of its partition of the same name, if it is between partitions) stands in the replica's domain,
   * `apart` where one does; a resource with itself means another of its replicas. Default 0.5.
   */
  readonly affinity: number;
  /** Penalty per distinct set of nodes that holds all placed replicas of some partition: fewer sets, fewer double faults that lose data. Default 0. */
  readonly copysets: number;
}
