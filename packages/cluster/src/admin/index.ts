export {
  type ClusterAdmin,
  createAdmin,
  type ReasonOptions,
  type RebalanceOptions,
} from './cluster-admin.ts';
export type { ClusterDescription, CreateClusterOptions } from './clusters.ts';
export type { AddInstanceOptions, InstancePatch, PartitionTarget } from './instances.ts';
export type { ResetTarget } from './reset-partition.ts';
export { assertResourceSpec, type ResourcePatch, type ResourceSpec } from './resource-spec.ts';
export type { ChangeOptions, Versioned } from './versioned.ts';
