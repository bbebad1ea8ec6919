import type { ByteString } from '../byte-string.ts';
import { bool, byteString, embedded, int64, integer, many, string } from '../wire/fields.ts';
import { defineMessage, type MessageType } from '../wire/message.ts';
import { ResponseHeader } from './header.ts';

/** Makes a lease. */
export interface LeaseGrantRequest {
  /** Seconds. */
  readonly ttl: number;
  /** 0: the server chooses. */
  readonly id: bigint;
}
/** Codec of `etcdserverpb.LeaseGrantRequest`. */
export const LeaseGrantRequest: MessageType<LeaseGrantRequest> = defineMessage<LeaseGrantRequest>(
  'etcdserverpb.LeaseGrantRequest',
  {
    ttl: integer(1),
    id: int64(2),
  },
);

/** Answer to a grant. */
export interface LeaseGrantResponse {
  readonly header: ResponseHeader | undefined;
  readonly id: bigint;
  /** Seconds granted, which may be more than was asked for. */
  readonly ttl: number;
  readonly error: string;
}
/** Codec of `etcdserverpb.LeaseGrantResponse`. */
export const LeaseGrantResponse: MessageType<LeaseGrantResponse> = defineMessage<LeaseGrantResponse>(
  'etcdserverpb.LeaseGrantResponse',
  {
    header: embedded(1, () => ResponseHeader),
    id: int64(2),
    ttl: integer(3),
    error: string(4),
  },
);

/** Ends a lease and deletes its keys. */
export interface LeaseRevokeRequest {
  readonly id: bigint;
}
/** Codec of `etcdserverpb.LeaseRevokeRequest`. */
export const LeaseRevokeRequest: MessageType<LeaseRevokeRequest> = defineMessage<LeaseRevokeRequest>(
  'etcdserverpb.LeaseRevokeRequest',
  {
    id: int64(1),
  },
);

/** Answer to a revoke. */
export interface LeaseRevokeResponse {
  readonly header: ResponseHeader | undefined;
}
/** Codec of `etcdserverpb.LeaseRevokeResponse`. */
export const LeaseRevokeResponse: MessageType<LeaseRevokeResponse> = defineMessage<LeaseRevokeResponse>(
  'etcdserverpb.LeaseRevokeResponse',
  {
    header: embedded(1, () => ResponseHeader),
  },
);

/** Renews a lease. */
export interface LeaseKeepAliveRequest {
  readonly id: bigint;
}
/** Codec of `etcdserverpb.LeaseKeepAliveRequest`. */
export const LeaseKeepAliveRequest: MessageType<LeaseKeepAliveRequest> = defineMessage<LeaseKeepAliveRequest>(
  'etcdserverpb.LeaseKeepAliveRequest',
  {
    id: int64(1),
  },
);

/** Answer to a renewal. */
export interface LeaseKeepAliveResponse {
  readonly header: ResponseHeader | undefined;
  readonly id: bigint;
  /** Seconds from now; 0 or below: the lease is gone. */
  readonly ttl: number;
}
/** Codec of `etcdserverpb.LeaseKeepAliveResponse`. */
export const LeaseKeepAliveResponse: MessageType<LeaseKeepAliveResponse> = defineMessage<LeaseKeepAliveResponse>(
  'etcdserverpb.LeaseKeepAliveResponse',
  {
    header: embedded(1, () => ResponseHeader),
    id: int64(2),
    ttl: integer(3),
  },
);

/** Asks about a lease. */
export interface LeaseTimeToLiveRequest {
  readonly id: bigint;
  /** Answer with its keys too. */
  readonly keys: boolean;
}
/** Codec of `etcdserverpb.LeaseTimeToLiveRequest`. */
export const LeaseTimeToLiveRequest: MessageType<LeaseTimeToLiveRequest> = defineMessage<LeaseTimeToLiveRequest>(
  'etcdserverpb.LeaseTimeToLiveRequest',
  {
    id: int64(1),
    keys: bool(2),
  },
);

/** What is known of a lease. */
export interface LeaseTimeToLiveResponse {
  readonly header: ResponseHeader | undefined;
  readonly id: bigint;
  /** Seconds left; -1: there is no such lease. */
  readonly ttl: number;
  /** Seconds. */
  readonly grantedTtl: number;
  readonly keys: readonly ByteString[];
}
/** Codec of `etcdserverpb.LeaseTimeToLiveResponse`. */
export const LeaseTimeToLiveResponse: MessageType<LeaseTimeToLiveResponse> = defineMessage<LeaseTimeToLiveResponse>(
  'etcdserverpb.LeaseTimeToLiveResponse',
  {
    header: embedded(1, () => ResponseHeader),
    id: int64(2),
    ttl: integer(3),
    grantedTtl: integer(4),
    keys: many(byteString(5)),
  },
);

/** Asks for all leases. */
export type LeaseLeasesRequest = Readonly<Record<string, never>>;
/** Codec of `etcdserverpb.LeaseLeasesRequest`. */
export const LeaseLeasesRequest: MessageType<LeaseLeasesRequest> = defineMessage<LeaseLeasesRequest>(
  'etcdserverpb.LeaseLeasesRequest',
  {},
);

/** One lease of the list. */
export interface LeaseStatus {
  readonly id: bigint;
}
/** Codec of `etcdserverpb.LeaseStatus`. */
export const LeaseStatus: MessageType<LeaseStatus> = defineMessage<LeaseStatus>('etcdserverpb.LeaseStatus', {
  id: int64(1),
});

/** All leases. */
export interface LeaseLeasesResponse {
  readonly header: ResponseHeader | undefined;
  readonly leases: readonly LeaseStatus[];
}
/** Codec of `etcdserverpb.LeaseLeasesResponse`. */
export const LeaseLeasesResponse: MessageType<LeaseLeasesResponse> = defineMessage<LeaseLeasesResponse>(
  'etcdserverpb.LeaseLeasesResponse',
  {
    header: embedded(1, () => ResponseHeader),
    leases: many(embedded(2, () => LeaseStatus)),
  },
);
