import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useSyncExternalStore } from 'react';
import { useLive, useLiveCluster } from '../live/live-context.tsx';
import { ErrorNotice } from '../ui/notices.tsx';

/** Says that something shown could not be read again although the server is there. While it is not, the banner says enough. */
export function ReadFailure(): ReactNode {
  const { cluster } = useLiveCluster();
  const queries = useQueryClient();
  const live = useLive((state) => state.connection.phase === 'live');
  const subscribe = useCallback((listener: () => void) => queries.getQueryCache().subscribe(listener), [queries]);
  const error = useSyncExternalStore(subscribe, () => firstFailure(queries, cluster));
  if (!live || error === undefined) {
    return null;
  }
  return (
    <div className="read-failure">
      <ErrorNotice
        what="Some of this is old, as it could not be read again"
        error={error}
        onRetry={() => void queries.invalidateQueries({ queryKey: ['cluster', cluster] })}
      />
    </div>
  );
}

/** The error of the first query in use that has data, but failed to renew it. */
function firstFailure(queries: QueryClient, cluster: string): unknown {
  const failed = queries
    .getQueryCache()
    .findAll({ queryKey: ['cluster', cluster], type: 'active' })
    .find(({ state }) => state.status === 'error' && state.data !== undefined);
  return failed?.state.error ?? undefined;
}
