import { requireServer } from '@keelson/testing';
import { expect, test } from 'vitest';
import { type EngineName, faultRun } from './index.ts';

/** A slice of what `npm run faults` does for as long as one likes, from any seed. */
const SLICE_MS = 12_000;
const seed = 7;

const engines: readonly [EngineName, boolean][] = [
  ['embedded', true],
  ['etcd', requireServer('etcd-3.7')],
  ['zookeeper', requireServer('zookeeper-3.9')],
];

test.each(engines.filter(([, here]) => here))(
  'on %s nobody owns beside another, registers are linearizable, watches miss nothing, and all goes on',
  async (engine) => {
    const { violations, faults, counts } = await faultRun({ engine, seed, durationMs: SLICE_MS });
    expect({ seed, violations }).toEqual({ seed, violations: [] });
    expect(faults.length).toBeGreaterThan(0);
    expect(counts.registerCalls).toBeGreaterThan(50);
    expect(counts.owned).toBeGreaterThan(10);
    expect(counts.accepted).toBeGreaterThan(10);
    expect(counts.watchEvents).toBeGreaterThan(10);
    expect(counts.groupEvents).toBeGreaterThan(10);
    expect(counts.barriersPassed).toBeGreaterThan(2);
    expect(counts.eventsRead).toBeGreaterThan(20);
  },
  180_000,
);
