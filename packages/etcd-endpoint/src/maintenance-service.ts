import { createHash } from 'node:crypto';
import {
  AlarmAction,
  GrpcError,
  type GrpcHandler,
  GrpcStatus,
  type Init,
  maintenanceService,
  type ServerStream,
  type SnapshotRequest,
  type SnapshotResponse,
  type StatusResponse,
  type StreamListener,
  streamHandler,
  unaryHandler,
} from '@keelson/etcd-protocol';
import { type EndpointContext, inEtcdWords } from './endpoint-context.ts';
import { toEtcdError } from './etcd-error.ts';
import { headerAt } from './response-header.ts';

/**
 * The release of etcd whose API this is, with our name as build metadata: tools that compare versions take it for that release,
 * and whoever looks sees that it is not etcd.
 */
export const API_VERSION = '3.6.0+keelson';
/** Version of the stored format that API goes with. */
const STORAGE_VERSION = '3.6.0';
/** Bytes of one piece of a snapshot at most. */
const PIECE_BYTES = 32 * 1024;

/** `etcdserverpb.Maintenance`, but for handing leadership over and downgrades, which need other members. */
export function maintenanceHandlers(context: EndpointContext): readonly GrpcHandler[] {
  const { backend, identity } = context;
  return [
    unaryHandler(maintenanceService.status, () => status(context)),
    unaryHandler(maintenanceService.alarm, ({ action }) => {
      if (action === AlarmAction.activate) {
        throw new GrpcError(GrpcStatus.unimplemented, 'alarms are raised by the server alone');
      }
      return { header: headerAt(identity, backend.revision) };
    }),
    unaryHandler(maintenanceService.defragment, async () => {
      await inEtcdWords(() => backend.defragment());
      return {};
    }),
    unaryHandler(maintenanceService.hash, async () => {
      const { hash } = await inEtcdWords(() => backend.hash());
      return { header: headerAt(identity, backend.revision), hash };
    }),
    unaryHandler(maintenanceService.hashKv, async ({ revision }) => {
      const answer = await inEtcdWords(() => backend.hash(revision));
      return {
        header: headerAt(identity, backend.revision),
        hash: answer.hash,
        compactRevision: BigInt(answer.compactRevision),
        hashRevision: BigInt(answer.hashRevision),
      };
    }),
    streamHandler(maintenanceService.snapshot, (call) => snapshotListener(context, call)),
  ];
}

function status({ backend, identity }: EndpointContext): Init<StatusResponse> {
  const { revision, sizeBytes, sizeInUseBytes, failure } = backend.describe();
  return {
    header: headerAt(identity, revision),
    version: API_VERSION,
    storageVersion: STORAGE_VERSION,
    dbSize: sizeBytes,
    dbSizeInUse: sizeInUseBytes,
    leader: identity.memberId,
    // Every revision is an entry of the log that etcd would keep.
    raftIndex: revision,
    raftAppliedIndex: revision,
    raftTerm: headerAt(identity, revision).raftTerm,
    errors: failure === undefined ? [] : [failure.message],
    downgradeInfo: { enabled: false },
  };
}

/** The store's own copy in pieces, then its SHA-256, by which `etcdctl snapshot save` knows that it has everything. */
function snapshotListener(
  context: EndpointContext,
  call: ServerStream<SnapshotResponse>,
): StreamListener<SnapshotRequest> {
  let goOn = (): void => {};
  const send = async (): Promise<void> => {
    const hash = createHash('sha256');
    let remaining = context.backend.describe().sizeBytes;
    for await (const chunk of context.backend.snapshot()) {
      for (let at = 0; at < chunk.length && !call.signal.aborted; at += PIECE_BYTES) {
        const blob = chunk.subarray(at, at + PIECE_BYTES);
        hash.update(blob);
        remaining = Math.max(0, remaining - blob.length);
        if (!call.send({ blob, remainingBytes: BigInt(remaining), version: STORAGE_VERSION })) {
          await new Promise<void>((resolve) => {
            goOn = resolve;
          });
        }
      }
      if (call.signal.aborted) return;
    }
    call.send({ blob: hash.digest(), version: STORAGE_VERSION });
    call.end();
  };
  return {
    onMessage: () => {
      inEtcdWords(send).catch((error: unknown) => call.fail(toEtcdError(error)));
    },
    onHalfClose: () => {},
    onDrain: () => goOn(),
    onClosed: () => goOn(),
  };
}
