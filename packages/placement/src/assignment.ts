/**
 * Who holds what, by index: the slots of a `CompiledProblem` filled with nodes. Slot s of partition p stands on `node[s]`, in role `slotRole[s]`;
 * NONE where it could not be placed. This is what the solver returns and what scores, plans and explanations read.
 */
export interface SlotAssignment {
  /** [s] node, or NONE. */
  readonly node: Int32Array;
}
