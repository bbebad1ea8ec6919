export type { SlotAssignment } from './assignment.ts';
export type { Bounded, LowerBound } from './bounds/lower-bound.ts';
export { applyChanges, type PlacementChange } from './model/changes.ts';
export { checkProblem } from './model/check-problem.ts';
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
export type { BorrowedRoom, MovePlan, PlanOptions, PlanStep } from './plan/index.ts';
export type { PlacementResult, ScoreChange } from './result.ts';
export type { LoadScore } from './score/load-score.ts';
export type { RuleName } from './score/rules.ts';
export { type ScoreTerms, scoreOf } from './score/score-of.ts';
export type { ScoreTerm, TermName } from './score/terms.ts';
export { type Violation, violationsOf } from './score/violations.ts';
export { solve, solveAsync, solveCompiled } from './solve.ts';
export type { SolveAsyncOptions, SolveOptions } from './solver/options.ts';
export type { SolvePhase, SolveProgress } from './solver/solver.ts';
export type { BindingRule } from './why/binding.ts';
export type { Candidate } from './why/candidates.ts';
export type { GlobalCause } from './why/causes.ts';
export type { Constraint } from './why/constraint.ts';
export type { Degraded } from './why/degraded.ts';
export type { ScoreDifference, TermDifference } from './why/difference.ts';
export type { Relaxation, RelaxationChange } from './why/relaxation.ts';
export type { UnmetPin } from './why/unmet-pins.ts';
export type { Unplaced } from './why/unplaced.ts';
export type { LeftPlace, Why } from './why/why.ts';
