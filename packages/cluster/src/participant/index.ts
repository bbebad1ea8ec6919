export { type InstanceSetUp, instanceOperations } from './instance-set-up.ts';
export { joinCluster } from './join-cluster.ts';
export type { JoinOptions } from './join-options.ts';
export type { Participant } from './participant.ts';
export { processName } from './process-name.ts';
export type { ReplicaView } from './replica-table.ts';
export type {
  ResetReason,
  ResetReplica,
  StateModelFactory,
  StateModelHandler,
  StateModelHandlers,
  TransitionContext,
} from './state-model-handler.ts';
