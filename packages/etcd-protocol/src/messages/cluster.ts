import { bool, embedded, many, string, uint64 } from '../wire/fields.ts';
import { defineMessage, type MessageType } from '../wire/message.ts';
import { ResponseHeader } from './header.ts';

/** One member of the cluster. */
export interface Member {
  readonly id: bigint;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}
/** Codec of `etcdserverpb.Member`. */
export const Member: MessageType<Member> = defineMessage<Member>('etcdserverpb.Member', {
  id: uint64(1),
  name: string(2),
  peerUrls: many(string(3)),
  clientUrls: many(string(4)),
  isLearner: bool(5),
});

/** Asks for the members. */
export interface MemberListRequest {
  readonly linearizable: boolean;
}
/** Codec of `etcdserverpb.MemberListRequest`. */
export const MemberListRequest: MessageType<MemberListRequest> = defineMessage<MemberListRequest>(
  'etcdserverpb.MemberListRequest',
  {
    linearizable: bool(1),
  },
);

/** The members. */
export interface MemberListResponse {
  readonly header: ResponseHeader | undefined;
  readonly members: readonly Member[];
}
/** Codec of `etcdserverpb.MemberListResponse`. */
export const MemberListResponse: MessageType<MemberListResponse> = defineMessage<MemberListResponse>(
  'etcdserverpb.MemberListResponse',
  {
    header: embedded(1, () => ResponseHeader),
    members: many(embedded(2, () => Member)),
  },
);

/** Adds a member. */
export interface MemberAddRequest {
  readonly peerUrls: readonly string[];
  readonly isLearner: boolean;
}
/** Codec of `etcdserverpb.MemberAddRequest`. */
export const MemberAddRequest: MessageType<MemberAddRequest> = defineMessage<MemberAddRequest>(
  'etcdserverpb.MemberAddRequest',
  {
    peerUrls: many(string(1)),
    isLearner: bool(2),
  },
);

/** Answer to an addition. */
export interface MemberAddResponse {
  readonly header: ResponseHeader | undefined;
  readonly member: Member | undefined;
  readonly members: readonly Member[];
}
/** Codec of `etcdserverpb.MemberAddResponse`. */
export const MemberAddResponse: MessageType<MemberAddResponse> = defineMessage<MemberAddResponse>(
  'etcdserverpb.MemberAddResponse',
  {
    header: embedded(1, () => ResponseHeader),
    member: embedded(2, () => Member),
    members: many(embedded(3, () => Member)),
  },
);

/** Removes a member. */
export interface MemberRemoveRequest {
  readonly id: bigint;
}
/** Codec of `etcdserverpb.MemberRemoveRequest`. */
export const MemberRemoveRequest: MessageType<MemberRemoveRequest> = defineMessage<MemberRemoveRequest>(
  'etcdserverpb.MemberRemoveRequest',
  {
    id: uint64(1),
  },
);

/** Answer to a removal. */
export interface MemberRemoveResponse {
  readonly header: ResponseHeader | undefined;
  readonly members: readonly Member[];
}
/** Codec of `etcdserverpb.MemberRemoveResponse`. */
export const MemberRemoveResponse: MessageType<MemberRemoveResponse> = defineMessage<MemberRemoveResponse>(
  'etcdserverpb.MemberRemoveResponse',
  {
    header: embedded(1, () => ResponseHeader),
    members: many(embedded(2, () => Member)),
  },
);

/** Changes a member. */
export interface MemberUpdateRequest {
  readonly id: bigint;
  readonly peerUrls: readonly string[];
}
/** Codec of `etcdserverpb.MemberUpdateRequest`. */
export const MemberUpdateRequest: MessageType<MemberUpdateRequest> = defineMessage<MemberUpdateRequest>(
  'etcdserverpb.MemberUpdateRequest',
  {
    id: uint64(1),
    peerUrls: many(string(2)),
  },
);

/** Answer to a change. */
export interface MemberUpdateResponse {
  readonly header: ResponseHeader | undefined;
  readonly members: readonly Member[];
}
/** Codec of `etcdserverpb.MemberUpdateResponse`. */
export const MemberUpdateResponse: MessageType<MemberUpdateResponse> = defineMessage<MemberUpdateResponse>(
  'etcdserverpb.MemberUpdateResponse',
  {
    header: embedded(1, () => ResponseHeader),
    members: many(embedded(2, () => Member)),
  },
);

/** Makes a learner a voter. */
export interface MemberPromoteRequest {
  readonly id: bigint;
}
/** Codec of `etcdserverpb.MemberPromoteRequest`. */
export const MemberPromoteRequest: MessageType<MemberPromoteRequest> = defineMessage<MemberPromoteRequest>(
  'etcdserverpb.MemberPromoteRequest',
  {
    id: uint64(1),
  },
);

/** Answer to a promotion. */
export interface MemberPromoteResponse {
  readonly header: ResponseHeader | undefined;
  readonly members: readonly Member[];
}
/** Codec of `etcdserverpb.MemberPromoteResponse`. */
export const MemberPromoteResponse: MessageType<MemberPromoteResponse> = defineMessage<MemberPromoteResponse>(
  'etcdserverpb.MemberPromoteResponse',
  {
    header: embedded(1, () => ResponseHeader),
    members: many(embedded(2, () => Member)),
  },
);
