import type { ReactNode } from 'react';
import type { ClusterSummary } from '../api/types.ts';
import { type HealthLevel, healthOf, type Obstacle } from '../live/health.ts';
import { formatCount, formatDuration } from '../ui/format.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { formatRoute } from '../ui/route.ts';
import { useNow } from '../ui/use-now.ts';

const ICONS: Readonly<Record<HealthLevel, IconName>> = {
  ok: 'check',
  working: 'moving',
  attention: 'warning',
  critical: 'critical',
};

/** One verdict, what is in the way of a better one, and the numbers behind it. */
export function HealthBand({ summary }: { readonly summary: ClusterSummary }): ReactNode {
  const health = healthOf(summary);
  return (
    <section className="health" data-level={health.level} aria-label="Health">
      <div className="verdict" role="status">
        <span className="verdict-icon">
          <Icon name={ICONS[health.level]} size={20} />
        </span>
        <div>
          <h2>{health.title}</h2>
          {health.obstacles.length === 0 ? (
            <p>{allWell(summary)}</p>
          ) : (
            <ul>
              {health.obstacles.map((obstacle) => (
                <li key={obstacle.text} data-level={obstacle.level}>
                  <ObstacleText obstacle={obstacle} cluster={summary.name} />
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
      <Numbers summary={summary} />
    </section>
  );
}

function allWell({ partitions, replicas }: ClusterSummary): string {
  if (partitions.total === 0) {
    return 'Nothing is declared yet, so nothing is missing.';
  }
  return `Every partition is served and all ${formatCount(replicas.wanted)} replicas are where they should be.`;
}

function ObstacleText({ obstacle, cluster }: { readonly obstacle: Obstacle; readonly cluster: string }): ReactNode {
  if (obstacle.show === undefined) {
    return obstacle.text;
  }
  const route =
    obstacle.show === 'instances'
      ? ({ cluster, page: 'instances', query: {} } as const)
      : ({ cluster, page: 'matrix', query: { state: obstacle.show } } as const);
  return <a href={formatRoute(route)}>{obstacle.text}</a>;
}

function Numbers({ summary }: { readonly summary: ClusterSummary }): ReactNode {
  const { instances, partitions, replicas, leader } = summary;
  return (
    <dl className="numbers">
      <Fraction label="Instances live" part={instances.live} whole={instances.total} />
      <Fraction label="Partitions served" part={partitions.withTopState} whole={partitions.total} />
      <Fraction label="Replicas placed" part={replicas.placed} whole={replicas.wanted} />
      <div data-off={partitions.inError > 0}>
        <dt>In error</dt>
        <dd>{formatCount(partitions.inError)}</dd>
      </div>
      <div className="leader" data-off={leader === null}>
        <dt>Controller</dt>
        <dd>{leader === null ? 'none' : leader.name}</dd>
        {leader !== null && <LedFor sinceMs={leader.sinceMs} />}
      </div>
    </dl>
  );
}

function LedFor({ sinceMs }: { readonly sinceMs: number }): ReactNode {
  return <dd className="minor">for {formatDuration(useNow() - sinceMs)}</dd>;
}

function Fraction({
  label,
  part,
  whole,
}: {
  readonly label: string;
  readonly part: number;
  readonly whole: number;
}): ReactNode {
  return (
    <div data-off={part < whole}>
      <dt>{label}</dt>
      <dd>
        {formatCount(part)}
        <span className="whole">/{formatCount(whole)}</span>
      </dd>
    </div>
  );
}
