/** Hard rules by name. A placement breaks none of them, but `role-count` where something could not be placed. */
export type RuleName =
  /** The node's load exceeds its room in a dimension. */
  | 'capacity'
  /** More replicas of the partition in a fault zone than zones force. */
  | 'fault-zone'
  /** Two replicas of the partition on the node. */
  | 'one-per-node'
  /** The node lacks the tag that the resource asks for. */
  | 'tag'
  /** The node is disabled for the resource, or for this partition of it. */
  | 'disabled'
  /** The node is offline: it takes nothing, leads nothing, and beyond the grace holds nothing. */
  | 'offline'
  /** The node is to be emptied. */
  | 'draining'
  /** The partition names the node among those it must not stand on. */
  | 'forbidden'
  /** The partition has to stand on a node, or there in a role, and does not. */
  | 'pinned'
  /** The node holds more replicas than it may. */
  | 'max-replicas'
  /** The node holds more replicas of the resource than it may. */
  | 'max-replicas-per-node'
  /** Fewer replicas in a role than asked for. */
  | 'role-count';
