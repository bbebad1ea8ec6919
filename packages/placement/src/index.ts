export type { SlotAssignment } from './assignment.ts';
export type { PlacementChange } from './model/changes.ts';
export type { CompiledAffinity, CompiledProblem } from './model/compiled.ts';
export type {
  Affinity,
  Amounts,
  NodeState,
  PartitionPattern,
  Pin,
  PlacementGoals,
  PlacementNode,
  PlacementPartition,
  PlacementProblem,
  PlacementResource,
  PlacementRole,
  ReplicaAt,
  Topology,
} from './model/problem.ts';
export type { MoveSummary, ReplicaMove } from './moves.ts';
export { openPlacement, type Placement } from './open-placement.ts';
export { PlacementError, type PlacementFault } from './placement-error.ts';
export type { PlacedReplica, PlacementData, PlacementView } from './placement-view.ts';
export type { PlacementResult, Unplaced } from './result.ts';
export { solve, solveAsync, solveCompiled } from './solve.ts';
export type { SolveAsyncOptions, SolveOptions } from './solver/options.ts';
export type { SolvePhase, SolveProgress } from './solver/solver.ts';
