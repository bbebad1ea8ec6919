import { describe, expect, it } from 'vitest';
import type { ClusterEvent, InstanceEvent, ReplicaEvent } from '../api/types.ts';
import { tellEach, tellStory } from './story.ts';

const TOPS = { kv: 'MASTER' };
let revision = 0;

function replica(
  atMs: number,
  partition: number,
  instance: string,
  from: string | null,
  to: string | null,
): ReplicaEvent {
  revision += 1;
  const place = { resource: 'kv', partition: `kv_${partition}`, instance };
  return { type: 'replica', id: `${revision}-1`, atMs, ...place, from, to };
}

function instance(atMs: number, name: string, change: InstanceEvent['change'], reason?: string): InstanceEvent {
  revision += 1;
  return { type: 'instance', id: `${revision}-1`, atMs, instance: name, change, ...(reason && { reason }) };
}

/** Tells events given oldest first; returns the texts, oldest first. */
const told = (...events: readonly ClusterEvent[]): readonly string[] =>
  tellStory(events.toReversed(), TOPS)
    .map(({ text }) => text)
    .toReversed();

describe('tellStory', () => {
  it('says what the leaving of an instance cost and when it was made good', () => {
    const texts = told(
      instance(10_000, 'worker-3', 'left'),
      replica(10_000, 1, 'worker-3', 'MASTER', null),
      replica(10_000, 2, 'worker-3', 'MASTER', null),
      replica(10_000, 3, 'worker-3', 'SLAVE', null),
      replica(11_000, 1, 'worker-1', 'SLAVE', 'MASTER'),
      replica(12_300, 2, 'worker-2', 'SLAVE', 'MASTER'),
      replica(12_400, 3, 'worker-2', 'OFFLINE', 'SLAVE'),
    );
    expect(texts).toEqual([
      'worker-3 left; 2 partitions lost their MASTER; all have one again after 2.3 s',
      'kv_3 on worker-2: OFFLINE → SLAVE',
    ]);
  });

  it('says how many are still missing, also when the losses are seen before the leaving', () => {
    const texts = told(
      replica(9_500, 1, 'worker-3', 'MASTER', null),
      replica(9_600, 2, 'worker-3', 'MASTER', null),
      instance(10_000, 'worker-3', 'left'),
      replica(11_000, 1, 'worker-1', 'SLAVE', 'MASTER'),
    );
    expect(texts).toEqual(['worker-3 left; 2 partitions lost their MASTER; 1 has none yet']);
  });

  it('does not call a leaving a loss where nothing was served', () => {
    const left = instance(10_000, 'w', 'left');
    expect(told(left, replica(10_000, 1, 'w', 'SLAVE', null))).toEqual(['w left; 1 replica gone']);
    expect(told(instance(50_000, 'w', 'left'))).toEqual(['w left']);
  });

  it('makes one line of a burst, and a new one after a pause', () => {
    const texts = told(
      replica(1_000, 1, 'a', null, 'SLAVE'),
      replica(1_100, 2, 'b', null, 'SLAVE'),
      replica(1_200, 1, 'a', 'SLAVE', 'MASTER'),
      replica(9_000, 1, 'a', 'MASTER', 'ERROR'),
    );
    expect(texts).toEqual([
      'kv: 3 replica changes on 2 instances (2 to SLAVE, 1 to MASTER)',
      'kv_1 on a: MASTER → ERROR',
    ]);
  });

  it('keeps the id of a line that grows', () => {
    const first = replica(1_000, 1, 'a', null, 'SLAVE');
    const [before] = tellStory([first], TOPS);
    const [after] = tellStory([replica(1_100, 2, 'a', null, 'SLAVE'), first], TOPS);
    expect(after?.id).toBe(before?.id);
    expect(after?.events).toBe(2);
  });

  it('tells switches with their reason, and who leads', () => {
    const base = { type: 'controller', atMs: 1, leader: 'a' } as const;
    expect(
      told(
        instance(1, 'w', 'disabled', 'new disk'),
        { ...base, id: '900-1', change: 'elected' },
        { ...base, id: '901-1', change: 'lost', leader: null },
        { ...base, id: '902-1', change: 'paused' },
        { type: 'resource', id: '903-1', atMs: 1, resource: 'kv', change: 'added' },
      ),
    ).toEqual([
      'w disabled: new disk',
      'controller a leads',
      'no controller leads',
      'cluster paused: no transitions are sent',
      'resource kv added',
    ]);
  });
});

describe('tellEach', () => {
  it('has a line for every event, in the order given', () => {
    const events = [replica(2, 1, 'a', 'SLAVE', null), replica(1, 1, 'a', null, 'SLAVE'), instance(0, 'a', 'joined')];
    expect(tellEach(events).map(({ text }) => text)).toEqual([
      'kv_1 on a: SLAVE, now gone',
      'kv_1 on a: now SLAVE',
      'a joined',
    ]);
  });
});
