export {
  type ExplainOptions,
  explain,
  type PartitionExplanation,
  type PendingTransition,
  type ReplicaExplanation,
} from './explain.ts';
