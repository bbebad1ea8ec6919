export * from './admin/index.ts';
export {
  type BestPossible,
  type ClusterPlan,
  type ClusterPlanOptions,
  type Controller,
  type NodeSets,
  type PartitionPlan,
  planCluster,
  type ReplicaMessages,
  type ReplicaReason,
  type ReplicaReasonCode,
  type ResourcePlan,
  type RunControllerOptions,
  runController,
  type Transition,
  type WantedState,
  type WithheldHop,
} from './controller/index.ts';
export * from './explain/index.ts';
export * from './model/index.ts';
export {
  type InstanceSetUp,
  type JoinOptions,
  joinCluster,
  type Participant,
  type ReplicaView,
  type ResetReason,
  type ResetReplica,
  type StateModelFactory,
  type StateModelHandler,
  type StateModelHandlers,
  type TransitionContext,
} from './participant/index.ts';
export * from './snapshot/index.ts';
export * from './spectator/index.ts';
