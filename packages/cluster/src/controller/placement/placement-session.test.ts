import { type PlacementNode, type PlacementProblem, type PlacementResource, solve } from '@keelson/placement';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlacementSession } from './placement-session.ts';
import { changesBetween } from './problem-changes.ts';

const roles = [
  { name: 'MASTER', count: 1 },
  { name: 'SLAVE', count: 1 },
];

const resource = (name: string, partitions: number, more: Partial<PlacementResource> = {}): PlacementResource => ({
  name,
  roles,
  partitions: Array.from({ length: partitions }, (_, p) => ({ name: `${name}_${p}`, weight: { disk: 1 + (p % 3) } })),
  ...more,
});

const problem: PlacementProblem = {
  dimensions: ['disk'],
  topology: { levels: ['zone'], faultZone: 'zone' },
  nodes: Array.from({ length: 8 }, (_, n): PlacementNode => ({ name: `n${n}`, domain: `/z${n % 4}`, tags: ['x'] })),
  resources: [resource('a', 40), resource('b', 10)],
};

/** What stands once the answer is carried out. */
function settled(now: PlacementProblem): PlacementProblem {
  const { placement } = solve(now);
  return {
    ...now,
    resources: now.resources.map((one) => ({
      ...one,
      partitions: one.partitions.map((partition) => ({
        ...partition,
        current: placement.replicasOf(one.name, partition.name),
      })),
    })),
  };
}

const withNode = (now: PlacementProblem, at: number, patch: Partial<PlacementNode>): PlacementProblem => ({
  ...now,
  nodes: now.nodes.map((node, n) =>
    n === at % now.nodes.length ? { name: node.name, domain: node.domain ?? '', ...patch } : node,
  ),
});

const withResource = (
  now: PlacementProblem,
  at: number,
  by: (one: PlacementResource) => PlacementResource,
): PlacementProblem => ({
  ...now,
  resources: now.resources.map((one, k) => (k === at % now.resources.length ? by(one) : one)),
});

/** Things that happen between one problem and the next. */
const events: readonly ((now: PlacementProblem, at: number) => PlacementProblem)[] = [
  settled,
  settled,
  (now, at) => withNode(now, at, { state: 'offline' }),
  (now, at) => withNode(now, at, { state: 'offline', offlineSinceMs: 0 }),
  (now, at) => withNode(now, at, { state: 'draining' }),
  (now, at) => withNode(now, at, { tags: ['x'], share: 2 }),
  (now, at) => withNode(now, at, { capacity: { disk: 30 } }),
  (now, at) => withNode(now, at, { disabled: [{ resource: 'a' }] }),
  (now, at) => withNode(now, at, {}),
  (now, at) => ({ ...now, nodes: now.nodes.filter((_, n) => n !== at % now.nodes.length || now.nodes.length < 5) }),
  (now, at) => ({
    ...now,
    nodes: [...now.nodes.filter(({ name }) => name !== `m${at}`), { name: `m${at}`, domain: '/z1' }],
  }),
  (now, at) => withResource(now, at, ({ partitions, ...rest }) => ({ ...rest, partitions: partitions.slice(1) })),
  (now, at) => withResource(now, at, ({ name, ...rest }) => ({ ...rest, name, maxReplicasPerNode: 30 })),
  (now, at) =>
    withResource(now, at, ({ partitions, ...rest }) => ({
      ...rest,
      partitions: partitions.map((one, p) => (p === at ? { ...one, weight: { disk: 5 } } : one)),
    })),
  (now, at) => ({
    ...now,
    resources: [...now.resources.filter(({ name }) => name !== `c${at}`), resource(`c${at}`, 5)],
  }),
  (now) => ({ ...now, nowMs: 0, offlineGraceMs: 1 }),
];

describe('a placement session', () => {
  it('answers each problem as if it were the only one', () => {
    const step = fc.tuple(fc.nat(events.length - 1), fc.nat(9));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
        const session = new PlacementSession();
        let now = settled(problem);
        for (const [event, at] of [[0, 0] as const, ...steps]) {
          now = events[event]?.(now, at) ?? now;
          const { placement, moves } = session.solve(now);
          const alone = solve(now);
          expect([placement.toJSON(), moves]).toEqual([alone.placement.toJSON(), alone.moves]);
        }
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it('finds what is different, and nothing where nothing is', () => {
    const now = settled(problem);
    expect(changesBetween(now, structuredClone(now))).toEqual([]);
    expect(changesBetween(now, withNode(now, 3, { state: 'draining' }))).toEqual([
      { type: 'change-node', name: 'n3', patch: { domain: '/z3', tags: undefined, state: 'draining' } },
    ]);
    expect(changesBetween(now, { ...now, nodes: now.nodes.slice(1) })).toBeUndefined();
    expect(changesBetween(now, { ...now, nowMs: 5 })).toBeUndefined();
  });

  it('says of a problem that contradicts itself what solving it says, and goes on', () => {
    const session = new PlacementSession();
    session.solve(problem);
    const wrong = withNode(problem, 2, { share: -1 });
    expect(() => session.solve(wrong)).toThrow('nodes[2].share');
    expect(session.solve(problem).placement.toJSON()).toEqual(solve(problem).placement.toJSON());
  });
});
