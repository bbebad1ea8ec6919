import { describe, expect, it } from 'vitest';
import type { ClusterSummary } from '../api/types.ts';
import { healthOf } from './health.ts';

const WELL: ClusterSummary = {
  name: 'c',
  leader: { name: 'a', sinceMs: 1 },
  paused: false,
  instances: { total: 5, live: 5, enabled: 5 },
  resources: 1,
  partitions: { total: 48, withTopState: 48, inError: 0 },
  replicas: { wanted: 144, placed: 144 },
  converged: true,
};

describe('healthOf', () => {
  it('finds nothing in the way of a converged cluster', () => {
    expect(healthOf(WELL)).toEqual({ level: 'ok', title: 'Converged', obstacles: [] });
  });

  it('puts unserved partitions before everything else, and links to them', () => {
    const health = healthOf({
      ...WELL,
      converged: false,
      instances: { total: 5, live: 4, enabled: 5 },
      partitions: { total: 48, withTopState: 47, inError: 2 },
      replicas: { wanted: 144, placed: 140 },
    });
    expect(health.level).toBe('critical');
    expect(health.obstacles.map(({ text, show }) => `${show}: ${text}`)).toEqual([
      'no-top: 1 of 48 partitions has no replica in the top state',
      'ERROR: 2 partitions have a replica in ERROR',
      'instances: 1 instance not live',
      'moving: 4 of 144 wanted replicas not yet in their state',
    ]);
  });

  it('calls a cluster on its way converging, also where only transitions are left', () => {
    expect(healthOf({ ...WELL, converged: false }).title).toBe('Converging');
    expect(healthOf({ ...WELL, converged: false, replicas: { wanted: 144, placed: 143 } }).level).toBe('working');
  });

  it.each([
    [{ leader: null }, /no controller leads/],
    [{ paused: true }, /paused/],
    [{ instances: { total: 5, live: 5, enabled: 3 } }, /2 instances disabled/],
  ])('asks for attention to %j', (change, text) => {
    const health = healthOf({ ...WELL, ...change });
    expect(health.level).toBe('attention');
    expect(health.obstacles[0]?.text).toMatch(text);
  });

  it('does not call an empty cluster broken', () => {
    const nothing = { total: 0, live: 0, enabled: 0 };
    const health = healthOf({
      ...WELL,
      instances: nothing,
      resources: 0,
      partitions: { total: 0, withTopState: 0, inError: 0 },
      replicas: { wanted: 0, placed: 0 },
    });
    expect(health.level).toBe('ok');
  });

  it('says so when there is nobody to serve what is declared', () => {
    const nobody = healthOf({ ...WELL, instances: { total: 0, live: 0, enabled: 0 } });
    expect(nobody.obstacles[0]).toEqual({ level: 'critical', text: 'no instance is live', show: 'instances' });
  });
});
