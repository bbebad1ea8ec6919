import type { Revision } from '@keelson/store';
import {
  ClusterConfig,
  type CurrentState,
  type ExternalView,
  emptyRecord,
  type IdealState,
  type InstanceConfig,
  type ResourceConfig,
  type StateModelDefinition,
  type ZNRecord,
} from '../model/index.ts';
import { BucketedRecords } from './bucketed-records.ts';
import type {
  ClusterSnapshot,
  LeadingController,
  LiveParticipant,
  ReplicaMap,
  VersionedRecord,
  WaitingMap,
  WaitingMessage,
} from './cluster-snapshot.ts';
import { DeepMap, NestedMap } from './nested-map.ts';
import { ReplicaIndex } from './replica-index.ts';
import { WaitingIndex } from './waiting-index.ts';

/** The snapshot as its mirror builds it. Only the mirror writes to it. */
export class MutableSnapshot implements ClusterSnapshot {
  readonly cluster: string;
  revision: Revision = 0n;
  config: ClusterConfig;
  readonly idealStates: Map<string, IdealState> = new Map();
  readonly idealStateRevisions: Map<string, Revision> = new Map();
  readonly resourceConfigs: Map<string, ResourceConfig> = new Map();
  readonly stateModels: Map<string, StateModelDefinition> = new Map();
  readonly instances: Map<string, InstanceConfig> = new Map();
  readonly live: Map<string, LiveParticipant> = new Map();
  readonly externalViews: Map<string, ExternalView> = new Map();
  readonly externalViewBuckets: Map<string, ReadonlySet<string>> = new Map();
  readonly histories: Map<string, VersionedRecord> = new Map();
  readonly sessionNotices: Set<string> = new Set();
  controllerHistory: VersionedRecord | undefined;
  leader: LeadingController | undefined;
  pause: ZNRecord | undefined;
  maintenance: ZNRecord | undefined;
  readonly unreadable: Map<string, string> = new Map();

  readonly replicaIndex: ReplicaIndex = new ReplicaIndex();
  readonly waitingIndex: WaitingIndex = new WaitingIndex();
  readonly messageTable: NestedMap<WaitingMessage> = new NestedMap();
  readonly currentStateTable: DeepMap<CurrentState> = new DeepMap();
  readonly storedIdealStates: BucketedRecords = new BucketedRecords();
  readonly storedExternalViews: BucketedRecords = new BucketedRecords();
  readonly storedCurrentStates: BucketedRecords = new BucketedRecords();

  constructor(cluster: string) {
    this.cluster = cluster;
    this.config = new ClusterConfig(emptyRecord(cluster));
  }

  get replicas(): ReadonlyMap<string, ReplicaMap> {
    return this.replicaIndex.replicas;
  }
  get stateModelOf(): ReadonlyMap<string, string> {
    return this.replicaIndex.stateModels;
  }
  get bucketSizeOf(): ReadonlyMap<string, number> {
    return this.replicaIndex.bucketSizes;
  }
  get waiting(): ReadonlyMap<string, WaitingMap> {
    return this.waitingIndex.waiting;
  }
  get messages(): ReadonlyMap<string, ReadonlyMap<string, WaitingMessage>> {
    return this.messageTable.rows;
  }
  get currentStates(): ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, CurrentState>>> {
    return this.currentStateTable.tables;
  }
}
