import { ActionIcon, NativeSelect, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ClusterSummary } from '../api/types.ts';
import { useLive } from '../live/live-context.tsx';
import { Icon, type IconName, Mark } from '../ui/icons.tsx';
import { formatRoute, PAGES, type Page } from '../ui/route.ts';
import { useRoute } from '../ui/use-route.ts';

const PAGE_NAMES: Readonly<Record<Page, string>> = {
  overview: 'Overview',
  matrix: 'Matrix',
  instances: 'Instances',
  resources: 'Resources',
  timeline: 'Timeline',
  coordination: 'Coordination',
};

/** Name, cluster, pages, connection and colour scheme. */
export function Header(props: {
  readonly clusters: readonly ClusterSummary[];
  readonly cluster: string | undefined;
  readonly page: Page;
  readonly live: boolean;
}): ReactNode {
  const { clusters, cluster, page, live } = props;
  return (
    <header className="top">
      <a className="brand" href={formatRoute({ cluster, page: 'overview', query: {} })}>
        <Mark />
        <span>Keelson</span>
      </a>
      <ClusterPicker clusters={clusters} cluster={cluster} />
      {cluster !== undefined && (
        <nav className="pages" aria-label="Pages">
          {PAGES.map((name) => (
            <a
              key={name}
              href={formatRoute({ cluster, page: name, query: {} })}
              aria-current={name === page ? 'page' : undefined}
            >
              {PAGE_NAMES[name]}
            </a>
          ))}
        </nav>
      )}
      <div className="top-end">
        {live && <ConnectionChip />}
        <SchemeButton />
      </div>
    </header>
  );
}

function ClusterPicker({
  clusters,
  cluster,
}: {
  readonly clusters: readonly ClusterSummary[];
  readonly cluster: string | undefined;
}): ReactNode {
  const [route, go] = useRoute();
  const [only] = clusters;
  if (only === undefined) {
    return null;
  }
  if (clusters.length === 1 && only.name === cluster) {
    return <span className="cluster-name">{only.name}</span>;
  }
  const names = clusters.map(({ name }) => name);
  return (
    <NativeSelect
      className="cluster-picker"
      size="xs"
      aria-label="Cluster"
      value={cluster ?? ''}
      data={cluster === undefined ? [{ value: '', label: 'Choose a cluster' }, ...names] : names}
      onChange={(event) => go({ cluster: event.currentTarget.value, page: route.page, query: {} })}
    />
  );
}

const PHASES = {
  live: { text: 'Live', title: 'Changes arrive as they happen' },
  connecting: { text: 'Connecting', title: 'Opening the event stream' },
  lost: { text: 'Offline', title: 'The server cannot be reached; trying again' },
} as const;

function ConnectionChip(): ReactNode {
  const phase = useLive((state) => state.connection.phase);
  const { text, title } = PHASES[phase];
  return (
    <span className="connection" data-phase={phase} title={title}>
      <i aria-hidden="true" />
      {text}
    </span>
  );
}

const SCHEMES = {
  auto: { next: 'light', icon: 'system', label: 'Colours: as the system' },
  light: { next: 'dark', icon: 'sun', label: 'Colours: light' },
  dark: { next: 'auto', icon: 'moon', label: 'Colours: dark' },
} as const satisfies Record<string, { next: string; icon: IconName; label: string }>;

function SchemeButton(): ReactNode {
  // The library would stop transitions by a style element, which the content policy forbids.
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const { next, icon, label } = SCHEMES[colorScheme];
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size={34}
      aria-label={`${label}. Change`}
      title={label}
      onClick={() => setColorScheme(next)}
    >
      <Icon name={icon} />
    </ActionIcon>
  );
}
