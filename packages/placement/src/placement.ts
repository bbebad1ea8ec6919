/** A node that replicas may be placed on. */
export interface PlacementNode {
  readonly name: string;
  /** What fails together: a rack, a room. Nodes without one are each a zone of their own. */
  readonly zone?: string;
  readonly tags?: readonly string[];
  /** Whether it takes replicas now: alive and enabled, or expected back soon. Default true. */
  readonly available?: boolean;
}

/** Partition by partition, the nodes that hold it, the one for the top state first. */
export type PreferenceLists = ReadonlyMap<string, readonly string[]>;

/** One resource to place. Everything that decides the answer is in here: no clock, no chance, no memory. */
export interface PlacementRequest {
  /** In a stable order: the answer depends on it. */
  readonly partitions: readonly string[];
  /** Replicas wanted of each partition. Fewer are placed where there are fewer nodes. */
  readonly replicas: number;
  readonly nodes: readonly PlacementNode[];
  /** Where the replicas are, or were last meant to be, the one in the top state first. Nodes that are gone may be in it. */
  readonly previous: PreferenceLists;
  /** Only nodes with this tag. */
  readonly tag?: string;
  /** Most replicas on one node. Default: no limit. */
  readonly maxReplicasPerNode?: number;
}

/** Where the replicas go. */
export interface PlacementResult {
  readonly lists: PreferenceLists;
  /** Replicas wanted but not placed, by partition; absent where all are. */
  readonly unplaced: ReadonlyMap<string, number>;
}

/**
 * Decides where the replicas of one resource go. An implementation must be pure and answer the same for the same request;
 * it must put a partition at most once on a node and only on available nodes with the tag. Asked again with its own answer as
 * `previous` it should change nothing.
 */
export type Placement = (request: PlacementRequest) => PlacementResult;
