import type { ReactNode } from 'react';
import { useInstances, useSummary } from '../api/queries.ts';
import { ErrorNotice, LoadingLines } from '../ui/notices.tsx';
import { Panel } from '../ui/panel.tsx';
import { useRoute } from '../ui/use-route.ts';
import { useStateOrder } from '../ui/use-state-order.ts';
import { HealthBand } from './health-band.tsx';
import { InstanceGlance } from './instance-glance.tsx';
import { MatrixPanel } from './matrix-panel.tsx';
import { RecentEvents } from './recent-events.tsx';

/** The cluster at a glance: its health, where everything is, who serves, what happened. */
export function Overview(): ReactNode {
  const summary = useSummary();
  const instances = useInstances();
  const order = useStateOrder();
  const [route] = useRoute();
  const link = { cluster: route.cluster, query: {} };
  return (
    <div className="overview">
      <h1 className="visually-hidden">Overview</h1>
      {summary.data === undefined ? (
        <FirstRead query={summary} what="The cluster" />
      ) : (
        <HealthBand summary={summary.data} />
      )}
      <div className="overview-grid">
        <MatrixPanel />
        <Panel title="Instances" link={{ ...link, page: 'instances' }}>
          {instances.data === undefined ? (
            <FirstRead query={instances} what="The instances" />
          ) : (
            <InstanceGlance instances={instances.data.instances} order={order} />
          )}
        </Panel>
        <Panel title="What happened" link={{ ...link, page: 'timeline' }} wide>
          <RecentEvents />
        </Panel>
      </div>
    </div>
  );
}

function FirstRead({
  query,
  what,
}: {
  readonly query: { readonly error: unknown; readonly refetch: () => unknown };
  readonly what: string;
}): ReactNode {
  return query.error === null ? (
    <LoadingLines label={`${what}: loading`} lines={3} />
  ) : (
    <ErrorNotice what={`${what} could not be read`} error={query.error} onRetry={() => query.refetch()} />
  );
}
