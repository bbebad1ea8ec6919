import type { Revision } from '@keelson/store';
import type {
  ClusterConfig,
  CurrentState,
  ExternalView,
  IdealState,
  InstanceConfig,
  LiveInstance,
  Message,
  ResourceConfig,
  StateModelDefinition,
  ZNRecord,
} from '../model/index.ts';

/** One replica as its holder reports it. */
export interface ReplicaState {
  readonly state: string;
  /** Wall time in milliseconds at which it came into the state; -1 where its holder does not say. */
  readonly sinceMs: number;
  /** Token of the transition that brought it here; absent where its holder does not say. It grows with every hand-over. */
  readonly fencingToken?: Revision;
}

/** A message that waits for a participant. */
export interface WaitingMessage {
  readonly instance: string;
  readonly message: Message;
  /** The fencing token of the transition it asks for. */
  readonly createRevision: Revision;
}

/** A participant that is alive. */
export interface LiveParticipant {
  readonly instance: string;
  /** Its session, in lower-case hex. */
  readonly session: string;
  readonly liveInstance: LiveInstance;
  /** Revision at which it joined under this session. */
  readonly createRevision: Revision;
}

/** The leading controller. */
export interface LeadingController {
  readonly name: string;
  readonly session: string;
  /** Its fencing token. */
  readonly createRevision: Revision;
}

/** A record with the version that a guarded write must find. */
export interface VersionedRecord {
  readonly record: ZNRecord;
  readonly version: number;
}

/** Replicas of one resource: partition, then instance. */
export type ReplicaMap = ReadonlyMap<string, ReadonlyMap<string, ReplicaState>>;

/** Messages about one resource: partition, then instance. */
export type WaitingMap = ReadonlyMap<string, ReadonlyMap<string, readonly WaitingMessage[]>>;

/**
 * Everything the controller knows of a cluster, at one revision. Functions that decide take it and nothing else of the outside
 * world. A mirror changes it in place between two decisions, so do not keep parts of it across an `await`.
 */
export interface ClusterSnapshot {
  readonly cluster: string;
  readonly revision: Revision;
  readonly config: ClusterConfig;
  /** By resource; bucketized ones put together. */
  readonly idealStates: ReadonlyMap<string, IdealState>;
  /** By resource: revision of the ideal state's last write, which a guarded write must find. */
  readonly idealStateRevisions: ReadonlyMap<string, Revision>;
  readonly resourceConfigs: ReadonlyMap<string, ResourceConfig>;
  readonly stateModels: ReadonlyMap<string, StateModelDefinition>;
  /** By instance: those that were added to the cluster. */
  readonly instances: ReadonlyMap<string, InstanceConfig>;
  /** By instance: those that are alive. */
  readonly live: ReadonlyMap<string, LiveParticipant>;
  /** By resource: what the live participants hold under their present sessions. */
  readonly replicas: ReadonlyMap<string, ReplicaMap>;
  /** By resource: the state model that holders say it has; needed once its ideal state is gone. */
  readonly stateModelOf: ReadonlyMap<string, string>;
  /** By resource: partitions per bucket that holders write with, 0 for none; needed once its ideal state is gone. */
  readonly bucketSizeOf: ReadonlyMap<string, number>;
  /** By resource: transitions that live participants were asked for and have not answered. */
  readonly waiting: ReadonlyMap<string, WaitingMap>;
  /** By instance: all messages, those of other kinds and for other sessions too. */
  readonly messages: ReadonlyMap<string, ReadonlyMap<string, WaitingMessage>>;
  /** By instance, then session: all current states, those of older sessions too. */
  readonly currentStates: ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, CurrentState>>>;
  readonly externalViews: ReadonlyMap<string, ExternalView>;
  /** By resource: names of the buckets in which the external view is stored. */
  readonly externalViewBuckets: ReadonlyMap<string, ReadonlySet<string>>;
  /** By instance: its history of coming and going. */
  readonly histories: ReadonlyMap<string, VersionedRecord>;
  /** Ids of messages to the controller by which participants say that their session changed; answered by being deleted. */
  readonly sessionNotices: ReadonlySet<string>;
  readonly controllerHistory: VersionedRecord | undefined;
  readonly leader: LeadingController | undefined;
  /** Present while the operator has the controller hold still. */
  readonly pause: ZNRecord | undefined;
  /** Present while no replica may be placed anew. */
  readonly maintenance: ZNRecord | undefined;
  /** Why a record could not be read, by path. Such records count as absent, as in Helix. */
  readonly unreadable: ReadonlyMap<string, string>;
}
