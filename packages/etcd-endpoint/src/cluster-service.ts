import { clusterService, type GrpcHandler, unaryHandler } from '@keelson/etcd-protocol';
import type { EndpointContext } from './endpoint-context.ts';
import { headerAt } from './response-header.ts';

/** `etcdserverpb.Cluster`: one member, which cannot be changed from here. */
export function clusterHandlers({ backend, identity }: EndpointContext): readonly GrpcHandler[] {
  const { memberId, name, clientUrls } = identity;
  return [
    unaryHandler(clusterService.memberList, () => ({
      header: headerAt(identity, backend.revision),
      members: [{ id: memberId, name, clientUrls }],
    })),
  ];
}
