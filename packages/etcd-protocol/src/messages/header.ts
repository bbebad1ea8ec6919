import { int64, uint64 } from '../wire/fields.ts';
import { defineMessage, type MessageType } from '../wire/message.ts';

/** What every answer begins with. */
export interface ResponseHeader {
  readonly clusterId: bigint;
  /** The member that answered. */
  readonly memberId: bigint;
  /** Revision of the store when the answer was made. On a watch: every event up to it has been sent. */
  readonly revision: bigint;
  readonly raftTerm: bigint;
}
/** Codec of `etcdserverpb.ResponseHeader`. */
export const ResponseHeader: MessageType<ResponseHeader> = defineMessage<ResponseHeader>(
  'etcdserverpb.ResponseHeader',
  {
    clusterId: uint64(1),
    memberId: uint64(2),
    revision: int64(3),
    raftTerm: uint64(4),
  },
);
