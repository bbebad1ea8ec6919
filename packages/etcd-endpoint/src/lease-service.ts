import {
  type GrpcHandler,
  type Init,
  type LeaseKeepAliveRequest,
  type LeaseKeepAliveResponse,
  type LeaseTimeToLiveRequest,
  type LeaseTimeToLiveResponse,
  leaseService,
  type ServerStream,
  type StreamListener,
  streamHandler,
  unaryHandler,
} from '@keelson/etcd-protocol';
import { mvccReason } from '@keelson/store/mvcc';
import { type EndpointContext, inEtcdWords, writeOptions } from './endpoint-context.ts';
import { toEtcdError } from './etcd-error.ts';
import { headerAt } from './response-header.ts';

/**
 * `etcdserverpb.Lease`. The wire has whole seconds, the store milliseconds: what is granted over the wire is whole, and what
 * another door of the store granted is rounded down, never below 1, as 0 would say that the lease is gone.
 */
export function leaseHandlers(context: EndpointContext): readonly GrpcHandler[] {
  const { backend, identity } = context;
  return [
    unaryHandler(leaseService.grant, async (request, call) => {
      const ttlMs = Math.max(1, request.ttl) * 1_000;
      const lease = await inEtcdWords(() => backend.grantLease(ttlMs, { ...writeOptions(call), id: request.id }));
      return { header: headerAt(identity, backend.revision), id: lease.id, ttl: secondsOf(lease.ttlMs) };
    }),
    unaryHandler(leaseService.revoke, async (request, call) => {
      await inEtcdWords(() => backend.revokeLease(request.id, writeOptions(call)));
      return { header: headerAt(identity, backend.revision) };
    }),
    streamHandler(leaseService.keepAlive, (call) => keepAliveListener(context, call)),
    unaryHandler(leaseService.timeToLive, (request) => inEtcdWords(() => timeToLive(context, request))),
    unaryHandler(leaseService.leases, async () => {
      const ids = await inEtcdWords(() => backend.leases());
      return { header: headerAt(identity, backend.revision), leases: ids.map((id) => ({ id })) };
    }),
  ];
}

function secondsOf(ttlMs: number): number {
  return Math.max(1, Math.floor(ttlMs / 1_000));
}

async function timeToLive(
  { backend, identity }: EndpointContext,
  request: LeaseTimeToLiveRequest,
): Promise<Init<LeaseTimeToLiveResponse>> {
  try {
    const status = await backend.leaseStatus(request.id);
    return {
      header: headerAt(identity, backend.revision),
      id: request.id,
      ttl: Math.floor(status.remainingTtlMs / 1_000),
      grantedTtl: secondsOf(status.grantedTtlMs),
      keys: request.keys ? status.keys : [],
    };
  } catch (error) {
    if (mvccReason(error) !== 'lease-not-found') throw error;
    return { header: headerAt(identity, backend.revision), id: request.id, ttl: -1 };
  }
}

/** Answers renewals in the order they came. A lease that is gone is answered with ttl 0; the stream goes on. */
function keepAliveListener(
  context: EndpointContext,
  call: ServerStream<LeaseKeepAliveResponse>,
): StreamListener<LeaseKeepAliveRequest> {
  const { backend, identity } = context;
  let answered: Promise<void> = Promise.resolve();
  const renew = async (id: bigint): Promise<void> => {
    // Before the renewal, so that a client never sees a renewal at a revision by which the lease was revoked.
    const header = headerAt(identity, backend.revision);
    try {
      call.send({ header, id, ttl: secondsOf(await backend.keepLeaseAlive(id)) });
    } catch (error) {
      if (mvccReason(error) === 'lease-not-found') call.send({ header, id, ttl: 0 });
      else call.fail(toEtcdError(error));
    }
  };
  return {
    onMessage: ({ id }) => {
      answered = answered.then(() => renew(id));
    },
    onHalfClose: () => {
      answered = answered.then(() => call.end());
    },
    onClosed: () => {},
  };
}
