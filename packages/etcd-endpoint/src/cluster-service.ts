import { clusterService, type GrpcHandler, unaryHandler } from '@keelson/etcd-protocol';
import type { EndpointContext } from './endpoint-context.ts';
import { headerAt } from './response-header.ts';

/** `etcdserverpb.Cluster`: one member, which cannot be changed from here. */
export function clusterHandlers({ identity }: EndpointContext): readonly GrpcHandler[] {
  const { memberId, name, clientUrls } = identity;
  return [
    unaryHandler(clusterService.memberList, () => ({
      // Membership is not part of the store, so its answers name no revision.
      header: headerAt(identity, 0n),
      members: [{ id: memberId, name, clientUrls }],
    })),
  ];
}
