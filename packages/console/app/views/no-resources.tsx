import type { ReactNode } from 'react';
import { EmptyNotice } from '../ui/notices.tsx';

/** Shown wherever a cluster has no resource yet. */
export function NoResources({ cluster }: { readonly cluster: string | undefined }): ReactNode {
  const command = `keelson resource create my-resource --cluster ${cluster ?? ''} --partitions 48 --replicas 3 --state-model MasterSlave`;
  return (
    <EmptyNotice title="No resources yet" command={command}>
      A resource is what the cluster divides among its instances. Declare one:
    </EmptyNotice>
  );
}
