export type { ClusterChanges, ClusterEventName } from './cluster-changes.ts';
export { ClusterMirror } from './cluster-mirror.ts';
export type {
  ClusterSnapshot,
  LeadingController,
  LiveParticipant,
  ReplicaMap,
  ReplicaState,
  VersionedRecord,
  WaitingMap,
  WaitingMessage,
} from './cluster-snapshot.ts';
