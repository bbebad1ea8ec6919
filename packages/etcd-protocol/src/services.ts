import { etcdMethod, type Method } from './grpc/method.ts';
import * as m from './messages/index.ts';

/** `etcdserverpb.KV`: all unary. */
export const kvService: {
  readonly range: Method<m.RangeRequest, m.RangeResponse>;
  readonly put: Method<m.PutRequest, m.PutResponse>;
  readonly deleteRange: Method<m.DeleteRangeRequest, m.DeleteRangeResponse>;
  readonly txn: Method<m.TxnRequest, m.TxnResponse>;
  readonly compact: Method<m.CompactionRequest, m.CompactionResponse>;
} = {
  range: etcdMethod('KV/Range', m.RangeRequest, m.RangeResponse),
  put: etcdMethod('KV/Put', m.PutRequest, m.PutResponse),
  deleteRange: etcdMethod('KV/DeleteRange', m.DeleteRangeRequest, m.DeleteRangeResponse),
  txn: etcdMethod('KV/Txn', m.TxnRequest, m.TxnResponse),
  compact: etcdMethod('KV/Compact', m.CompactionRequest, m.CompactionResponse),
};

/** `etcdserverpb.Watch`: one method, a stream both ways. */
export const watchService: { readonly watch: Method<m.WatchRequest, m.WatchResponse> } = {
  watch: etcdMethod('Watch/Watch', m.WatchRequest, m.WatchResponse),
};

/** `etcdserverpb.Lease`: keepAlive is a stream both ways, the rest unary. */
export const leaseService: {
  readonly grant: Method<m.LeaseGrantRequest, m.LeaseGrantResponse>;
  readonly revoke: Method<m.LeaseRevokeRequest, m.LeaseRevokeResponse>;
  readonly keepAlive: Method<m.LeaseKeepAliveRequest, m.LeaseKeepAliveResponse>;
  readonly timeToLive: Method<m.LeaseTimeToLiveRequest, m.LeaseTimeToLiveResponse>;
  readonly leases: Method<m.LeaseLeasesRequest, m.LeaseLeasesResponse>;
} = {
  grant: etcdMethod('Lease/LeaseGrant', m.LeaseGrantRequest, m.LeaseGrantResponse),
  revoke: etcdMethod('Lease/LeaseRevoke', m.LeaseRevokeRequest, m.LeaseRevokeResponse),
  keepAlive: etcdMethod('Lease/LeaseKeepAlive', m.LeaseKeepAliveRequest, m.LeaseKeepAliveResponse),
  timeToLive: etcdMethod('Lease/LeaseTimeToLive', m.LeaseTimeToLiveRequest, m.LeaseTimeToLiveResponse),
  leases: etcdMethod('Lease/LeaseLeases', m.LeaseLeasesRequest, m.LeaseLeasesResponse),
};

/** `etcdserverpb.Cluster`: all unary. */
export const clusterService: {
  readonly memberAdd: Method<m.MemberAddRequest, m.MemberAddResponse>;
  readonly memberRemove: Method<m.MemberRemoveRequest, m.MemberRemoveResponse>;
  readonly memberUpdate: Method<m.MemberUpdateRequest, m.MemberUpdateResponse>;
  readonly memberList: Method<m.MemberListRequest, m.MemberListResponse>;
  readonly memberPromote: Method<m.MemberPromoteRequest, m.MemberPromoteResponse>;
} = {
  memberAdd: etcdMethod('Cluster/MemberAdd', m.MemberAddRequest, m.MemberAddResponse),
  memberRemove: etcdMethod('Cluster/MemberRemove', m.MemberRemoveRequest, m.MemberRemoveResponse),
  memberUpdate: etcdMethod('Cluster/MemberUpdate', m.MemberUpdateRequest, m.MemberUpdateResponse),
  memberList: etcdMethod('Cluster/MemberList', m.MemberListRequest, m.MemberListResponse),
  memberPromote: etcdMethod('Cluster/MemberPromote', m.MemberPromoteRequest, m.MemberPromoteResponse),
};

/** `etcdserverpb.Maintenance`: snapshot is a stream from the server, the rest unary. */
export const maintenanceService: {
  readonly alarm: Method<m.AlarmRequest, m.AlarmResponse>;
  readonly status: Method<m.StatusRequest, m.StatusResponse>;
  readonly defragment: Method<m.DefragmentRequest, m.DefragmentResponse>;
  readonly hash: Method<m.HashRequest, m.HashResponse>;
  readonly hashKv: Method<m.HashKVRequest, m.HashKVResponse>;
  readonly snapshot: Method<m.SnapshotRequest, m.SnapshotResponse>;
  readonly moveLeader: Method<m.MoveLeaderRequest, m.MoveLeaderResponse>;
  readonly downgrade: Method<m.DowngradeRequest, m.DowngradeResponse>;
} = {
  alarm: etcdMethod('Maintenance/Alarm', m.AlarmRequest, m.AlarmResponse),
  status: etcdMethod('Maintenance/Status', m.StatusRequest, m.StatusResponse),
  defragment: etcdMethod('Maintenance/Defragment', m.DefragmentRequest, m.DefragmentResponse),
  hash: etcdMethod('Maintenance/Hash', m.HashRequest, m.HashResponse),
  hashKv: etcdMethod('Maintenance/HashKV', m.HashKVRequest, m.HashKVResponse),
  snapshot: etcdMethod('Maintenance/Snapshot', m.SnapshotRequest, m.SnapshotResponse),
  moveLeader: etcdMethod('Maintenance/MoveLeader', m.MoveLeaderRequest, m.MoveLeaderResponse),
  downgrade: etcdMethod('Maintenance/Downgrade', m.DowngradeRequest, m.DowngradeResponse),
};

/** `etcdserverpb.Auth`, without the administration of users and roles. */
export const authService: {
  readonly authenticate: Method<m.AuthenticateRequest, m.AuthenticateResponse>;
  readonly status: Method<m.AuthStatusRequest, m.AuthStatusResponse>;
  readonly enable: Method<m.AuthEnableRequest, m.AuthEnableResponse>;
  readonly disable: Method<m.AuthDisableRequest, m.AuthDisableResponse>;
} = {
  authenticate: etcdMethod('Auth/Authenticate', m.AuthenticateRequest, m.AuthenticateResponse),
  status: etcdMethod('Auth/AuthStatus', m.AuthStatusRequest, m.AuthStatusResponse),
  enable: etcdMethod('Auth/AuthEnable', m.AuthEnableRequest, m.AuthEnableResponse),
  disable: etcdMethod('Auth/AuthDisable', m.AuthDisableRequest, m.AuthDisableResponse),
};
