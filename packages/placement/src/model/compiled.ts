import type { PlacementGoals } from './problem.ts';

/** What a node may do, as a number. */
export const NODE_LIVE = 0;
/** Takes nothing, keeps until moved, holds nothing in the end. */
export const NODE_DRAINING = 1;
/** Offline within the grace: keeps its replicas, takes none, leads nothing. */
export const NODE_HELD = 2;
/** Offline beyond the grace: what stood there is lost and has to be copied elsewhere. */
export const NODE_GONE = 3;

/** `PlacementPartition.forbidden` names the node. */
export const FORBIDDEN_BY_PARTITION = 1;
/** `PlacementNode.disabled` names this one partition. */
export const DISABLED_ON_NODE = 2;

/** "No node", "no partition": wherever an index may be missing. */
export const NONE = -1;

/**
 * A checked problem in the form the solver works on: names are gone, everything is an index into typed arrays. Nodes, resources,
 * and partitions within a resource are in the order of their names (by UTF-16 code units), so equal problems compile to equal arrays
 * whatever the order of the input. N nodes, D dimensions, K resources, P partitions, S slots (replicas wanted), C current replicas.
 *
 * With no dimensions given there is one, in which every replica weighs 1 whatever its role, without capacity: D is never 0.
 */
export interface CompiledProblem {
  readonly N: number;
  readonly D: number;
  readonly K: number;
  readonly P: number;
  readonly S: number;

  /** Whether the only dimension is the count of replicas. */
  readonly unweighted: boolean;
  readonly dimensionNames: readonly string[];

  // Nodes
  readonly nodeNames: readonly string[];
  /** [n] one of NODE_LIVE… */
  readonly nodeState: Uint8Array;
  /** [n * D + d] room; Infinity where unlimited. */
  readonly capacity: Float64Array;
  /** [n] relative share of the load. */
  readonly share: Float64Array;
  /** [n] most replicas; 2^31 - 1 where unlimited. */
  readonly maxReplicas: Int32Array;
  /** [n] index of its fault zone. */
  readonly zone: Int32Array;
  readonly zones: number;
  /** [zone] what people call it: the domain's path down to the fault zone, or the node's name. */
  readonly zoneNames: readonly string[];
  /** Name of the level that is the fault zone; `node` where none is declared. */
  readonly zoneLevel: string;
  /** [level][n] index of the domain at each level wider than the fault zone, widest first. */
  readonly widerDomains: readonly Int32Array[];
  /** [level] names of these levels. */
  readonly widerLevels: readonly string[];

  // Resources
  readonly resourceNames: readonly string[];
  /** [k] first partition; [K] = P. */
  readonly partitionsFrom: Int32Array;
  /** [k] most replicas per node; 2^31 - 1 where unlimited. */
  readonly maxPerNode: Int32Array;
  /** [k] nodes that carry the tag and are not disabled for all of it, ascending; shared between resources that agree. */
  readonly eligible: readonly Int32Array[];
  /** [k][n] 1 where `eligible[k]` holds n. */
  readonly isEligible: readonly Uint8Array[];
  /** [k] the tag it asks for. */
  readonly tags: readonly (string | undefined)[];
  /** [k][n] 1 where n carries that tag, or none is asked for; with `isDisabled` the reasons behind `isEligible`, for explanations only. */
  readonly hasTag: readonly Uint8Array[];
  /** [k][n] 1 where n is disabled for all of the resource. */
  readonly isDisabled: readonly Uint8Array[];
  /** [k] names of the roles, in order of importance. */
  readonly roleNames: readonly (readonly string[])[];
  /** [k][role * D + d] factor on the partition's weight. */
  readonly roleLoad: readonly Float64Array[];
  /** [k][role] 1 where it leads. */
  readonly roleLeads: readonly Uint8Array[];
  /** [k] whether all roles of the resource weigh the same in every dimension. */
  readonly rolesWeighAlike: readonly boolean[];

  // Partitions
  readonly partitionNames: readonly string[];
  /** [p] its resource. */
  readonly resourceOf: Int32Array;
  /** [p * D + d] what a replica weighs before the role's factor. */
  readonly weight: Float64Array;
  /** [p] what copying a replica costs. */
  readonly bytes: Float64Array;
  /** [p] first slot; [P] = S. The slots of a partition are in order of its roles: slot s of p is to be filled in role slotRole[s]. */
  readonly slotsFrom: Int32Array;
  /** [s] index of the role within the partition's resource. */
  readonly slotRole: Uint8Array;

  // What stands where today. Only nodes that still exist; at most one replica of a partition per node.
  /** [p] first of its current replicas; [P] = C. Within a partition by role, then node. */
  readonly currentFrom: Int32Array;
  /** [c] node. */
  readonly currentNode: Int32Array;
  /** [c] role, an index within the resource. */
  readonly currentRole: Uint8Array;

  // Exceptions: few partitions have any. CSR as above; lengths P + 1.
  /** Nodes p must not stand on although its resource may: forbidden ones and those disabled for this partition. */
  readonly forbiddenFrom: Int32Array;
  readonly forbiddenNode: Int32Array;
  /** Why, for explanations only: FORBIDDEN_BY_PARTITION, DISABLED_ON_NODE, or their sum. */
  readonly forbiddenBy: Uint8Array;
  /** Nodes p must stand on. */
  readonly pinnedFrom: Int32Array;
  readonly pinnedNode: Int32Array;
  /** Role for the pin, or NONE. */
  readonly pinnedRole: Int8Array;
  /** Preferred leaders, most wanted first. */
  readonly preferredFrom: Int32Array;
  readonly preferredNode: Int32Array;

  readonly affinities: readonly CompiledAffinity[];
  readonly goals: PlacementGoals;
}

/** An affinity by indices. */
export interface CompiledAffinity {
  readonly together: boolean;
  /** Resources. */
  readonly first: number;
  readonly second: number;
  /** Whether only partitions of the same name meet; then `[p of first − partitionsFrom]` names the partition of the second, or NONE. */
  readonly partner: Int32Array | undefined;
  /** [n] domain in which they meet. */
  readonly domain: Int32Array;
  readonly weight: number;
}
