import { bool, bytes, embedded, enumeration, int64, integer, many, string, uint32, uint64 } from '../wire/fields.ts';
import { defineMessage, type MessageType } from '../wire/message.ts';
import { ResponseHeader } from './header.ts';

/** Values of `AlarmRequest.alarm`. */
export const AlarmType = { none: 0, noSpace: 1, corrupt: 2 } as const;

/** Values of `AlarmRequest.action`. */
export const AlarmAction = { get: 0, activate: 1, deactivate: 2 } as const;

/** Lists, raises or clears alarms. */
export interface AlarmRequest {
  readonly action: number;
  /** 0: every member. */
  readonly memberId: bigint;
  readonly alarm: number;
}
/** Codec of `etcdserverpb.AlarmRequest`. */
export const AlarmRequest: MessageType<AlarmRequest> = defineMessage<AlarmRequest>('etcdserverpb.AlarmRequest', {
  action: enumeration(1),
  memberId: uint64(2),
  alarm: enumeration(3),
});

/** One alarm of one member. */
export interface AlarmMember {
  readonly memberId: bigint;
  readonly alarm: number;
}
/** Codec of `etcdserverpb.AlarmMember`. */
export const AlarmMember: MessageType<AlarmMember> = defineMessage<AlarmMember>('etcdserverpb.AlarmMember', {
  memberId: uint64(1),
  alarm: enumeration(2),
});

/** The alarms concerned. */
export interface AlarmResponse {
  readonly header: ResponseHeader | undefined;
  readonly alarms: readonly AlarmMember[];
}
/** Codec of `etcdserverpb.AlarmResponse`. */
export const AlarmResponse: MessageType<AlarmResponse> = defineMessage<AlarmResponse>('etcdserverpb.AlarmResponse', {
  header: embedded(1, () => ResponseHeader),
  alarms: many(embedded(2, () => AlarmMember)),
});

/** Asks for a member's status. */
export type StatusRequest = Readonly<Record<string, never>>;
/** Codec of `etcdserverpb.StatusRequest`. */
export const StatusRequest: MessageType<StatusRequest> = defineMessage<StatusRequest>('etcdserverpb.StatusRequest', {});

/** Whether the cluster is on its way to an older version. */
export interface DowngradeInfo {
  readonly enabled: boolean;
  readonly targetVersion: string;
}
/** Codec of `etcdserverpb.DowngradeInfo`. */
export const DowngradeInfo: MessageType<DowngradeInfo> = defineMessage<DowngradeInfo>('etcdserverpb.DowngradeInfo', {
  enabled: bool(1),
  targetVersion: string(2),
});

/** A member's status. */
export interface StatusResponse {
  readonly header: ResponseHeader | undefined;
  /** Of the server. */
  readonly version: string;
  /** Bytes on disk. */
  readonly dbSize: number;
  /** Member id of the leader. */
  readonly leader: bigint;
  readonly raftIndex: bigint;
  readonly raftTerm: bigint;
  readonly raftAppliedIndex: bigint;
  readonly errors: readonly string[];
  /** Bytes on disk that hold data. */
  readonly dbSizeInUse: number;
  readonly isLearner: boolean;
  readonly storageVersion: string;
  /** Bytes. */
  readonly dbSizeQuota: number;
  readonly downgradeInfo: DowngradeInfo | undefined;
}
/** Codec of `etcdserverpb.StatusResponse`. */
export const StatusResponse: MessageType<StatusResponse> = defineMessage<StatusResponse>(
  'etcdserverpb.StatusResponse',
  {
    header: embedded(1, () => ResponseHeader),
    version: string(2),
    dbSize: integer(3),
    leader: uint64(4),
    raftIndex: uint64(5),
    raftTerm: uint64(6),
    raftAppliedIndex: uint64(7),
    errors: many(string(8)),
    dbSizeInUse: integer(9),
    isLearner: bool(10),
    storageVersion: string(11),
    dbSizeQuota: integer(12),
    downgradeInfo: embedded(13, () => DowngradeInfo),
  },
);

/** Asks to give free space back to the file system. */
export type DefragmentRequest = Readonly<Record<string, never>>;
/** Codec of `etcdserverpb.DefragmentRequest`. */
export const DefragmentRequest: MessageType<DefragmentRequest> = defineMessage<DefragmentRequest>(
  'etcdserverpb.DefragmentRequest',
  {},
);

/** Answer to a defragmentation. */
export interface DefragmentResponse {
  readonly header: ResponseHeader | undefined;
}
/** Codec of `etcdserverpb.DefragmentResponse`. */
export const DefragmentResponse: MessageType<DefragmentResponse> = defineMessage<DefragmentResponse>(
  'etcdserverpb.DefragmentResponse',
  {
    header: embedded(1, () => ResponseHeader),
  },
);

/** Asks for a hash over the whole database. */
export type HashRequest = Readonly<Record<string, never>>;
/** Codec of `etcdserverpb.HashRequest`. */
export const HashRequest: MessageType<HashRequest> = defineMessage<HashRequest>('etcdserverpb.HashRequest', {});

/** Hash over the whole database. */
export interface HashResponse {
  readonly header: ResponseHeader | undefined;
  readonly hash: number;
}
/** Codec of `etcdserverpb.HashResponse`. */
export const HashResponse: MessageType<HashResponse> = defineMessage<HashResponse>('etcdserverpb.HashResponse', {
  header: embedded(1, () => ResponseHeader),
  hash: uint32(2),
});

/** Asks for a hash over the keys up to a revision. */
export interface HashKVRequest {
  /** 0: the newest. */
  readonly revision: bigint;
}
/** Codec of `etcdserverpb.HashKVRequest`. */
export const HashKVRequest: MessageType<HashKVRequest> = defineMessage<HashKVRequest>('etcdserverpb.HashKVRequest', {
  revision: int64(1),
});

/** Hash over the keys up to a revision. */
export interface HashKVResponse {
  readonly header: ResponseHeader | undefined;
  readonly hash: number;
  readonly compactRevision: bigint;
  readonly hashRevision: bigint;
}
/** Codec of `etcdserverpb.HashKVResponse`. */
export const HashKVResponse: MessageType<HashKVResponse> = defineMessage<HashKVResponse>(
  'etcdserverpb.HashKVResponse',
  {
    header: embedded(1, () => ResponseHeader),
    hash: uint32(2),
    compactRevision: int64(3),
    hashRevision: int64(4),
  },
);

/** Asks for a copy of the whole database. */
export type SnapshotRequest = Readonly<Record<string, never>>;
/** Codec of `etcdserverpb.SnapshotRequest`. */
export const SnapshotRequest: MessageType<SnapshotRequest> = defineMessage<SnapshotRequest>(
  'etcdserverpb.SnapshotRequest',
  {},
);

/** One piece of the copy. */
export interface SnapshotResponse {
  readonly header: ResponseHeader | undefined;
  /** Bytes still to come after this piece. */
  readonly remainingBytes: bigint;
  readonly blob: Uint8Array;
  /** Storage version of the sender. */
  readonly version: string;
}
/** Codec of `etcdserverpb.SnapshotResponse`. */
export const SnapshotResponse: MessageType<SnapshotResponse> = defineMessage<SnapshotResponse>(
  'etcdserverpb.SnapshotResponse',
  {
    header: embedded(1, () => ResponseHeader),
    remainingBytes: uint64(2),
    blob: bytes(3),
    version: string(4),
  },
);

/** Asks to hand leadership over. */
export interface MoveLeaderRequest {
  readonly targetId: bigint;
}
/** Codec of `etcdserverpb.MoveLeaderRequest`. */
export const MoveLeaderRequest: MessageType<MoveLeaderRequest> = defineMessage<MoveLeaderRequest>(
  'etcdserverpb.MoveLeaderRequest',
  {
    targetId: uint64(1),
  },
);

/** Answer to a hand-over. */
export interface MoveLeaderResponse {
  readonly header: ResponseHeader | undefined;
}
/** Codec of `etcdserverpb.MoveLeaderResponse`. */
export const MoveLeaderResponse: MessageType<MoveLeaderResponse> = defineMessage<MoveLeaderResponse>(
  'etcdserverpb.MoveLeaderResponse',
  {
    header: embedded(1, () => ResponseHeader),
  },
);

/** Asks about or begins a downgrade. */
export interface DowngradeRequest {
  readonly action: number;
  readonly version: string;
}
/** Codec of `etcdserverpb.DowngradeRequest`. */
export const DowngradeRequest: MessageType<DowngradeRequest> = defineMessage<DowngradeRequest>(
  'etcdserverpb.DowngradeRequest',
  {
    action: enumeration(1),
    version: string(2),
  },
);

/** Answer to a downgrade request. */
export interface DowngradeResponse {
  readonly header: ResponseHeader | undefined;
  readonly version: string;
}
/** Codec of `etcdserverpb.DowngradeResponse`. */
export const DowngradeResponse: MessageType<DowngradeResponse> = defineMessage<DowngradeResponse>(
  'etcdserverpb.DowngradeResponse',
  {
    header: embedded(1, () => ResponseHeader),
    version: string(2),
  },
);
