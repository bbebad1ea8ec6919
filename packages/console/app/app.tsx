import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { isUnauthorized } from './api/api-error.ts';
import { useClusters, useSummary } from './api/queries.ts';
import type { ClusterSummary } from './api/types.ts';
import { healthOf } from './live/health.ts';
import { LiveProvider } from './live/live-context.tsx';
import { EmptyNotice, ErrorNotice, LoadingLines } from './ui/notices.tsx';
import type { Page } from './ui/route.ts';
import { useRoute } from './ui/use-route.ts';
import { ConnectionBanner } from './views/connection-banner.tsx';
import { Header } from './views/header.tsx';
import { Overview } from './views/overview.tsx';
import { ReadFailure } from './views/read-failure.tsx';
import { TokenForm } from './views/token-form.tsx';

const MatrixView = lazy(() => import('./views/matrix-view.tsx'));
const InstancesView = lazy(() => import('./views/instances-view.tsx'));
const ResourcesView = lazy(() => import('./views/resources-view.tsx'));
const TimelineView = lazy(() => import('./views/timeline-view.tsx'));
const CoordinationView = lazy(() => import('./views/coordination-view.tsx'));
const ExplainDrawer = lazy(() => import('./views/explain-drawer.tsx'));

/** The console: finds the clusters, and shows the chosen one. */
export function App(): ReactNode {
  const clusters = useClusters();
  const [route] = useRoute();
  const known = clusters.data;
  if (known === undefined) {
    return (
      <Frame clusters={[]} cluster={undefined} page={route.page}>
        <FirstAnswer error={clusters.error} retry={() => void clusters.refetch()} />
      </Frame>
    );
  }
  const cluster = route.cluster ?? known[0]?.name;
  const summary = known.find(({ name }) => name === cluster);
  if (cluster === undefined || summary === undefined) {
    return (
      <Frame clusters={known} cluster={undefined} page={route.page}>
        {cluster === undefined ? <NoClusters /> : <UnknownCluster name={cluster} />}
      </Frame>
    );
  }
  return (
    <LiveProvider key={cluster} cluster={cluster}>
      <Title fallback={summary} />
      <Frame clusters={known} cluster={cluster} page={route.page} live>
        <Suspense fallback={<LoadingLines label="Loading the page" lines={6} />}>
          <PageView page={route.page} />
        </Suspense>
        <Suspense>{route.query.partition !== undefined && <ExplainDrawer />}</Suspense>
      </Frame>
    </LiveProvider>
  );
}

function Frame(props: {
  readonly clusters: readonly ClusterSummary[];
  readonly cluster: string | undefined;
  readonly page: Page;
  readonly live?: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const { clusters, cluster, page, live = false, children } = props;
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Header clusters={clusters} cluster={cluster} page={page} live={live} />
      {live && <ConnectionBanner />}
      {live && <ReadFailure />}
      <main id="main" tabIndex={-1} data-page={page}>
        {children}
      </main>
    </>
  );
}

function PageView({ page }: { readonly page: Page }): ReactNode {
  switch (page) {
    case 'overview':
      return <Overview />;
    case 'matrix':
      return <MatrixView />;
    case 'instances':
      return <InstancesView />;
    case 'resources':
      return <ResourcesView />;
    case 'timeline':
      return <TimelineView />;
    case 'coordination':
      return <CoordinationView />;
  }
}

function Title({ fallback }: { readonly fallback: ClusterSummary }): ReactNode {
  const { data: summary = fallback } = useSummary();
  const { title } = healthOf(summary);
  useEffect(() => {
    document.title = `${summary.name}: ${title} · Keelson`;
  }, [summary.name, title]);
  return null;
}

function FirstAnswer({ error, retry }: { readonly error: unknown; readonly retry: () => void }): ReactNode {
  if (error === null) {
    return <LoadingLines label="Reading the clusters" lines={6} />;
  }
  return isUnauthorized(error) ? (
    <TokenForm onDone={retry} />
  ) : (
    <ErrorNotice what="The clusters could not be read" error={error} onRetry={retry} />
  );
}

function NoClusters(): ReactNode {
  return (
    <EmptyNotice title="No clusters yet" command="keelson cluster create my-cluster --auto-join">
      A cluster appears here as soon as one is created. Type this in a shell to make one that instances may join by
      themselves:
    </EmptyNotice>
  );
}

function UnknownCluster({ name }: { readonly name: string }): ReactNode {
  return (
    <EmptyNotice title={`There is no cluster “${name}”`} command="keelson cluster ls">
      It may have been dropped, or the address is mistyped. Choose another one above, or list them:
    </EmptyNotice>
  );
}
