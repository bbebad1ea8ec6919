import type { ClusterSummary } from '../api/types.ts';

/** How a cluster is: `ok`, `working` (on its way by itself), `attention` (somebody should look), `critical` (serving is hurt). */
export type HealthLevel = 'ok' | 'working' | 'attention' | 'critical';

/** One thing that is in the way, with what to look at. */
export interface Obstacle {
  readonly level: Exclude<HealthLevel, 'ok'>;
  readonly text: string;
  /** Filter of the matrix that shows it, where there is one. */
  readonly show?: 'ERROR' | 'moving' | 'no-top' | 'instances';
}

/** A verdict in one line and everything that is in the way of a better one, worst first. */
export interface Health {
  readonly level: HealthLevel;
  readonly title: string;
  readonly obstacles: readonly Obstacle[];
}

const RANK: Readonly<Record<HealthLevel, number>> = { critical: 0, attention: 1, working: 2, ok: 3 };

const TITLES: Readonly<Record<HealthLevel, string>> = {
  ok: 'Converged',
  working: 'Converging',
  attention: 'Needs attention',
  critical: 'Partitions not served',
};

/** Judges a summary. Pure; the same numbers give the same words. */
export function healthOf(summary: ClusterSummary): Health {
  const obstacles = [...placement(summary), ...machinery(summary)].sort((a, b) => RANK[a.level] - RANK[b.level]);
  const worst = obstacles[0]?.level ?? (summary.converged ? 'ok' : 'working');
  const title = worst === 'critical' && summary.partitions.total === 0 ? 'Needs attention' : TITLES[worst];
  return { level: worst, title, obstacles };
}

function placement({ partitions, replicas }: ClusterSummary): readonly Obstacle[] {
  const found: Obstacle[] = [];
  const without = partitions.total - partitions.withTopState;
  if (without > 0) {
    const text = `${without} of ${counted(partitions.total, 'partition')} ${without === 1 ? 'has' : 'have'} no replica in the top state`;
    found.push({ level: 'critical', text, show: 'no-top' });
  }
  if (partitions.inError > 0) {
    const text = `${counted(partitions.inError, 'partition')} ${partitions.inError === 1 ? 'has' : 'have'} a replica in ERROR`;
    found.push({ level: 'attention', text, show: 'ERROR' });
  }
  const missing = replicas.wanted - replicas.placed;
  if (missing > 0) {
    const text = `${missing} of ${counted(replicas.wanted, 'wanted replica')} not yet in ${missing === 1 ? 'its' : 'their'} state`;
    found.push({ level: 'working', text, show: 'moving' });
  }
  return found;
}

function machinery({ leader, paused, instances, resources }: ClusterSummary): readonly Obstacle[] {
  const found: Obstacle[] = [];
  if (leader === null) {
    found.push({ level: 'attention', text: 'no controller leads: nothing is decided until one does' });
  }
  if (paused) {
    found.push({ level: 'attention', text: 'paused: the controller sends no transitions' });
  }
  if (instances.live === 0 && (instances.total > 0 || resources > 0)) {
    found.push({ level: 'critical', text: 'no instance is live', show: 'instances' });
  } else if (instances.live < instances.total) {
    const down = instances.total - instances.live;
    found.push({ level: 'attention', text: `${counted(down, 'instance')} not live`, show: 'instances' });
  }
  if (instances.enabled < instances.total) {
    const off = instances.total - instances.enabled;
    found.push({ level: 'attention', text: `${counted(off, 'instance')} disabled`, show: 'instances' });
  }
  return found;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
