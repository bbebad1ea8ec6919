export { type BucketizedRecord, bucketName, bucketSizeOf, joinBuckets, splitIntoBuckets } from './buckets.ts';
export { builtInStateModel, builtInStateModels } from './built-in-state-models.ts';
export { type Capacities, overlaid } from './capacities.ts';
export { ClusterConfig } from './cluster-config.ts';
export { CurrentState, type ReplicaUpdate, replicaFields } from './current-state.ts';
export { ExternalView } from './external-view.ts';
export { historyLeader, historyOffline, historyOnline, lastOfflineMs, type OnlineEntry } from './histories.ts';
export { ANY_LIVE_INSTANCE, IdealState, type RebalanceMode } from './ideal-state.ts';
export { hostAndPort, InstanceConfig, type InstanceOperation } from './instance-config.ts';
export { formatControllerTime, formatHistoryTime, formatJavaMap, parseJavaMap } from './java-format.ts';
export { HELIX_VERSION, LiveInstance } from './live-instance.ts';
export { Message, type MessageState, type MessageType, type StateTransition } from './message.ts';
export { assertName, MAX_NAME_BYTES, nameFault } from './names.ts';
export { type ClusterPaths, clusterPaths } from './paths.ts';
export {
  booleanField,
  emptyRecord,
  integerField,
  integerText,
  listField,
  mapField,
  mapValue,
  type SimpleFields,
  sameContent,
  simpleField,
  sortedFields,
  withListFields,
  withMapFields,
  withMapValues,
  withSimpleFields,
  type ZNRecord,
} from './record.ts';
export { decodeRecord, encodeRecord, MAX_RECORD_BYTES, type RecordReading, readRecord } from './record-codec.ts';
export { ResourceConfig } from './resource-config.ts';
export { defineStateModel, type StateModelSpec } from './state-model-builder.ts';
export { DROPPED_STATE, ERROR_STATE, type StateCount, StateModelDefinition } from './state-model-definition.ts';
export { assertStateModel, stateModelFaults } from './state-model-validation.ts';
