import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SlotAssignment } from '../assignment.ts';
import { PlacementError } from '../placement-error.ts';
import { applyChanges, type PlacementChange } from './changes.ts';
import { checkProblem } from './check-problem.ts';
import { compile } from './compile.ts';
import { type CompiledProblem, NODE_GONE, NONE } from './compiled.ts';
import { LiveProblem } from './live-problem.ts';
import type { PlacementProblem, ReplicaAt } from './problem.ts';

const PROBLEM: PlacementProblem = {
  dimensions: ['cpu'],
  topology: { levels: ['zone'] },
  nodes: [
    { name: 'a', domain: 'z1', capacity: { cpu: 9 }, tags: ['t'] },
    { name: 'b', domain: 'z2', disabled: [{ resource: 'r', partition: '2' }, { resource: 's' }] },
    { name: 'c', domain: 'z2', tags: ['t'] },
  ],
  resources: [
    {
      name: 'r',
      roles: [
        { name: 'M', count: 1 },
        { name: 'S', count: 1 },
      ],
      partitions: [
        {
          name: '1',
          weight: { cpu: 1 },
          current: [
            { node: 'a', role: 'M' },
            { node: 'b', role: 'S' },
          ],
        },
        { name: '2', weight: { cpu: 2 }, pinned: [{ node: 'a' }], forbidden: ['c'], preferredLeaders: ['b', 'a'] },
        { name: '3', weight: { cpu: 3 }, current: [{ node: 'c', role: 'M' }] },
      ],
    },
    { name: 's', tag: 't', roles: [{ name: 'O', count: 'every' }], partitions: [{ name: '1' }] },
  ],
  affinities: [{ kind: 'together', resources: ['r', 's'], between: 'partition' }],
};

/** What applying the changes finds wrong, as lines `path text`. */
function faultsOf(changes: unknown): readonly string[] {
  try {
    applyChanges(PROBLEM, changes as readonly PlacementChange[]);
  } catch (error) {
    if (!(error instanceof PlacementError)) throw error;
    return error.problems.map(({ path, text }) => `${path} ${text}`);
  }
  return [];
}

describe('applyChanges', () => {
  test('leaves the problem as it was', () => {
    const before = structuredClone(PROBLEM);
    const after = applyChanges(PROBLEM, [
      { type: 'remove-node', name: 'a' },
      { type: 'remove-partition', resource: 'r', partition: '3' },
      { type: 'set-partition', resource: 'r', partition: { name: '0' } },
      { type: 'goals', goals: { tolerance: 0.5 } },
    ]);
    expect(PROBLEM).toEqual(before);
    expect(after.nodes.map((node) => node.name)).toEqual(['b', 'c']);
    expect(after.resources[0]?.partitions.map((partition) => partition.name)).toEqual(['1', '2', '0']);
    expect(after.resources[0]?.partitions[1]).toMatchObject({ pinned: [], forbidden: ['c'], preferredLeaders: ['b'] });
    expect(after.resources[0]?.partitions[0]).toBe(PROBLEM.resources[0]?.partitions[0]);
    expect(after.goals).toEqual({ tolerance: 0.5 });
  });

  test('keeps what stands of a partition that is set without saying', () => {
    const after = applyChanges(PROBLEM, [
      { type: 'set-partition', resource: 'r', partition: { name: '1', weight: { cpu: 7 } } },
      { type: 'set-partition', resource: 'r', partition: { name: '3', current: [] } },
    ]);
    expect(after.resources[0]?.partitions[0]).toEqual({ ...PROBLEM.resources[0]?.partitions[0], weight: { cpu: 7 } });
    expect(after.resources[0]?.partitions[2]?.current).toEqual([]);
  });

  test('takes out what names a resource or partition that is no more', () => {
    const without = applyChanges(PROBLEM, [
      { type: 'remove-resource', name: 's' },
      { type: 'remove-partition', resource: 'r', partition: '2' },
    ]);
    expect(without.affinities).toEqual([]);
    expect(without.nodes[1]?.disabled).toEqual([]);
    expect(() => checkProblem(without)).not.toThrow();
  });

  test.each<[string, unknown, readonly string[]]>([
    ['what are no changes', 5, ['changes must be an array, is 5']],
    ['what is no change', [null], ['changes[0] must be an object, is null']],
    [
      'an unknown type',
      [{ type: 'toString' }],
      [
        'changes[0].type must be one of add-node, remove-node, change-node, set-partition, remove-partition, add-resource, remove-resource, goals, now, is "toString"',
      ],
    ],
    [
      'a node that is there',
      [{ type: 'add-node', node: { name: 'a', domain: 'x' } }],
      ['changes[0].node is there already: "a"'],
    ],
    [
      'a node without a domain',
      [{ type: 'add-node', node: { name: 'x' } }],
      ['changes[0].node.domain is missing: must have one value for each of the 1 levels'],
    ],
    [
      'a node that is not there',
      [
        { type: 'remove-node', name: 'x' },
        { type: 'change-node', name: 'y', patch: {} },
      ],
      ['changes[0].name is not a node: "x"', 'changes[1].name is not a node: "y"'],
    ],
    [
      'a node removed twice',
      [
        { type: 'remove-node', name: 'a' },
        { type: 'remove-node', name: 'a' },
      ],
      ['changes[1].name is not a node: "a"'],
    ],
    [
      'a patch that is wrong',
      [{ type: 'change-node', name: 'a', patch: { share: -1 } }],
      ['changes[0].patch.share must not be negative, is -1'],
    ],
    [
      'a patch that is none',
      [{ type: 'change-node', name: 'a' }],
      ['changes[0].patch must be an object, is undefined'],
    ],
    [
      'another name',
      [{ type: 'change-node', name: 'a', patch: { name: 'z' } }],
      ['changes[0].patch.name must not change'],
    ],
    [
      'a partition of no resource',
      [{ type: 'set-partition', resource: 'x', partition: { name: '1' } }],
      ['changes[0].resource is not a resource: "x"'],
    ],
    [
      'a partition that is wrong',
      [{ type: 'set-partition', resource: 'r', partition: { name: '1', weight: { net: 1 } } }],
      ['changes[0].partition.weight.net is not one of the dimensions'],
    ],
    [
      'a partition that is not there',
      [{ type: 'remove-partition', resource: 'r', partition: '9' }],
      ['changes[0].partition is not a partition of the resource: "9"'],
    ],
    [
      'a resource that is there',
      [{ type: 'add-resource', resource: { name: 'r', roles: [{ name: 'O', count: 1 }], partitions: [] } }],
      ['changes[0].resource.name is there already: "r"'],
    ],
    [
      'a resource without roles',
      [{ type: 'add-resource', resource: { name: 'q', partitions: [] } }],
      ['changes[0].resource.roles is missing: must be an array'],
    ],
    ['goals that are none', [{ type: 'goals' }], ['changes[0].goals must be an object, is null']],
    ['no time', [{ type: 'now' }], ['changes[0].nowMs is missing: must be a finite number']],
  ])('refuses %s', (_, changes, faults) => {
    expect(faultsOf(changes)).toEqual(faults);
  });
});

/** A compiled problem by its names, so that two with other orders of nodes can be compared. */
function byName(c: CompiledProblem): unknown {
  const names = (nodes: Iterable<number>): readonly string[] => [...nodes].map((n) => c.nodeNames[n] ?? '');
  const rows = (from: Int32Array, p: number): readonly [number, number] => [from[p] ?? 0, from[p + 1] ?? 0];
  const here = c.nodeNames.map((_, n) => n).filter((n) => c.nodeState[n] !== NODE_GONE);
  return {
    nodes: Object.fromEntries(
      here.map((n) => [
        c.nodeNames[n],
        [
          c.nodeState[n],
          [...c.capacity.subarray(n * c.D, (n + 1) * c.D)],
          c.share[n],
          c.maxReplicas[n],
          c.zoneNames[c.zone[n] ?? 0],
        ],
      ]),
    ),
    resources: c.resourceNames.map((name, k) => [
      name,
      names(c.eligible[k] ?? []).toSorted(),
      c.roleNames[k],
      c.maxPerNode[k],
      ...rows(c.partitionsFrom, k),
    ]),
    partitions: c.partitionNames.map((name, p) => ({
      name,
      resource: c.resourceOf[p],
      weight: [...c.weight.subarray(p * c.D, (p + 1) * c.D)],
      bytes: c.bytes[p],
      roles: [...c.slotRole.subarray(...rows(c.slotsFrom, p))],
      current: names(c.currentNode.subarray(...rows(c.currentFrom, p)))
        .map((node, i) => [node, c.currentRole[(c.currentFrom[p] ?? 0) + i]])
        .filter(([node]) => c.nodeState[c.nodeNames.indexOf(String(node))] !== NODE_GONE)
        .toSorted(),
      forbidden: names(c.forbiddenNode.subarray(...rows(c.forbiddenFrom, p)))
        .map((node, i) => [node, c.forbiddenBy[(c.forbiddenFrom[p] ?? 0) + i]])
        .toSorted(),
      pinned: names(c.pinnedNode.subarray(...rows(c.pinnedFrom, p)))
        .map((node, i) => [node, c.pinnedRole[(c.pinnedFrom[p] ?? 0) + i]])
        .toSorted(),
      preferred: names(c.preferredNode.subarray(...rows(c.preferredFrom, p))),
    })),
    affinities: c.affinities.map(({ partner, weight, together, first, second }) => ({
      partner,
      weight,
      together,
      first,
      second,
    })),
    goals: c.goals,
    S: c.S,
  };
}

const nodeName = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const partitionName = fc.constantFrom('0', '1', '2', '3', '4');
const current = fc
  .uniqueArray(nodeName, { maxLength: 3 })
  .map((nodes): readonly ReplicaAt[] => nodes.map((node) => ({ node, role: 'S' })));

/** Any change, to whatever may or may not be there. */
const anyChange: fc.Arbitrary<PlacementChange> = fc.oneof(
  fc
    .record({
      name: nodeName,
      domain: fc.constantFrom('z1', 'z2', 'z3'),
      tags: fc.constantFrom(['t'], []),
      disabled: fc.constantFrom([], [{ resource: 'r', partition: '1' }], [{ resource: 's' }]),
    })
    .map((node) => ({ type: 'add-node' as const, node })),
  nodeName.map((name) => ({ type: 'remove-node' as const, name })),
  fc
    .record({
      name: nodeName,
      state: fc.constantFrom('live' as const, 'draining' as const),
      share: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ name, ...patch }) => ({ type: 'change-node' as const, name, patch })),
  fc
    .record({
      name: nodeName,
      disabled: fc.constantFrom(
        [],
        [
          { resource: 'r', partition: '3' },
          { resource: 's', partition: '1' },
        ],
      ),
    })
    .map(({ name, ...patch }) => ({ type: 'change-node' as const, name, patch })),
  fc
    .record({
      name: partitionName,
      weight: fc.record({ cpu: fc.nat(9) }),
      forbidden: fc.uniqueArray(nodeName, { maxLength: 2 }),
      current,
    })
    .map((partition) => ({ type: 'set-partition' as const, resource: 'r', partition })),
  partitionName.map((name) => ({ type: 'set-partition' as const, resource: 'r', partition: { name } })),
  partitionName.map((partition) => ({ type: 'remove-partition' as const, resource: 'r', partition })),
  fc.constant({
    type: 'add-resource' as const,
    resource: { name: 'q', roles: [{ name: 'O', count: 2 }], partitions: [{ name: 'y' }, { name: 'x' }] },
  }),
  fc.constant({
    type: 'add-resource' as const,
    resource: {
      name: 's',
      roles: PROBLEM.resources[1]?.roles ?? [],
      partitions: [{ name: '1', forbidden: ['c'] }, { name: '2' }],
    },
  }),
  fc.constantFrom('q', 's', 's').map((name) => ({ type: 'remove-resource' as const, name })),
  fc.constant({ type: 'goals' as const, goals: { moves: 3 } }),
);

/** The problem after the changes; `undefined` where they are refused. */
function changed(problem: PlacementProblem, changes: readonly PlacementChange[]): PlacementProblem | undefined {
  try {
    return applyChanges(problem, changes);
  } catch (error) {
    if (!(error instanceof PlacementError)) throw error;
    return undefined;
  }
}

/** Replicas on nodes that are there, one after the other. */
function someAssignment({ S, P, slotsFrom, nodeState }: CompiledProblem, turn: number): SlotAssignment {
  const here = [...nodeState.keys()].filter((n) => nodeState[n] !== NODE_GONE);
  const node = new Int32Array(S).fill(NONE);
  for (let p = 0; p < P; p++) {
    const from = slotsFrom[p] ?? 0;
    const count = Math.min((slotsFrom[p + 1] ?? 0) - from, here.length);
    for (let i = 0; i < count; i++) node[from + i] = here[(i + p * (turn + 1)) % here.length] ?? NONE;
  }
  return { node };
}

describe('LiveProblem', () => {
  test('is after any changes what compiling the changed problem gives', () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyChange, { minLength: 1, maxLength: 3 }), { maxLength: 8 }), (batches) => {
        const live = new LiveProblem(PROBLEM);
        let problem = PROBLEM;
        for (const batch of batches) {
          const before = live.compiled;
          try {
            problem = applyChanges(problem, batch);
          } catch (error) {
            if (!(error instanceof PlacementError)) throw error;
            expect(() => live.apply(batch)).toThrow(PlacementError);
            expect(live.compiled).toBe(before);
            continue;
          }
          live.apply(batch);
          checkProblem(live.problem);
          expect(live.problem).toEqual(problem);
          expect(byName(live.compiled)).toEqual(byName(compile(problem)));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('goes on from what was adopted, whether or not somebody looks at the problem meanwhile', () => {
    const batch = fc.record({ changes: fc.array(anyChange, { minLength: 1, maxLength: 3 }), adopts: fc.boolean() });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 6 }), (batches) => {
        const watched = new LiveProblem(PROBLEM);
        const alone = new LiveProblem(PROBLEM);
        for (const [i, { changes, adopts }] of batches.entries()) {
          if (adopts) {
            const assignment = someAssignment(watched.compiled, i);
            watched.adopt(assignment);
            alone.adopt(assignment);
          }
          const after = changed(watched.problem, changes);
          if (after === undefined) continue;
          watched.apply(changes);
          alone.apply(changes);
          expect(watched.problem).toEqual(after);
          expect(byName(alone.compiled)).toEqual(byName(compile(after)));
        }
        expect(compile(alone.problem)).toEqual(compile(watched.problem));
      }),
      { numRuns: 200 },
    );
  });

  test('goes on from what was adopted', () => {
    const live = new LiveProblem(PROBLEM);
    const { S, slotsFrom } = live.compiled;
    // r/1 on c and b, r/2 on a and b, r/3 nowhere, s/1 on a and c.
    const node = new Int32Array(S).fill(NONE);
    node.set([2, 1], slotsFrom[0]);
    node.set([1, 0], slotsFrom[1]);
    node.set([2, 0], slotsFrom[3]);
    live.adopt({ node });
    live.apply([
      { type: 'set-partition', resource: 'r', partition: { name: '2', bytes: 5 } },
      { type: 'set-partition', resource: 'r', partition: { name: '0' } },
    ]);
    const currents = live.problem.resources.map(({ partitions }) =>
      partitions.map(({ name, current }) => [name, ...(current ?? []).map((at) => at.node + at.role)]),
    );
    expect(currents).toEqual([[['1', 'cM', 'bS'], ['2', 'bM', 'aS'], ['3'], ['0']], [['1', 'aO', 'cO']]]);
    expect(byName(live.compiled)).toEqual(byName(compile(live.problem)));
  });

  test('shares what a change of a node does not touch, and says which nodes are different', () => {
    const live = new LiveProblem({
      ...PROBLEM,
      resources: PROBLEM.resources.slice(0, 1),
      affinities: [],
      nodes: PROBLEM.nodes.map((node) => ({ ...node, disabled: [] })),
    });
    const before = live.compiled;
    const added = live.apply([{ type: 'add-node', node: { name: 'aa', domain: 'z3' } }]);
    const after = live.compiled;
    expect(added).toEqual({ nodes: [3], partitions: [], partitionWas: undefined, sameSlots: true });
    expect(after.nodeNames).toEqual(['a', 'b', 'c', 'aa']);
    for (const key of [
      'weight',
      'bytes',
      'slotsFrom',
      'slotRole',
      'currentNode',
      'partitionNames',
      'resourceOf',
      'forbiddenNode',
    ] as const)
      expect(after[key]).toBe(before[key]);
    expect(live.apply([{ type: 'change-node', name: 'b', patch: { state: 'draining' } }]).nodes).toEqual([1]);
    expect(live.compiled.eligible).toBe(after.eligible);
    expect(
      live.apply([
        { type: 'remove-node', name: 'b' },
        { type: 'add-node', node: { name: 'bb', domain: 'z2' } },
      ]).nodes,
    ).toEqual([1, 4]);
    expect(live.compiled.nodeState[1]).toBe(NODE_GONE);
    expect([...(live.compiled.eligible[0] ?? [])]).toEqual([0, 2, 3, 4]);
    expect(live.apply([{ type: 'add-node', node: { name: 'b', domain: 'z2' } }]).nodes).toEqual([1]);
    expect(live.compiled.nodeNames).toEqual(['a', 'b', 'c', 'aa', 'bb']);
  });

  test('knows a resource that was replaced from one that stayed, though it has the same roles', () => {
    const live = new LiveProblem(PROBLEM);
    const [r] = PROBLEM.resources;
    const resource = { name: 'r', roles: r?.roles ?? [], tag: 't', partitions: [{ name: '3' }, { name: '1' }] };
    live.apply([
      { type: 'remove-resource', name: 'r' },
      { type: 'add-resource', resource },
    ]);
    expect(byName(live.compiled)).toEqual(byName(compile(live.problem)));
    expect(live.compiled.partitionNames).toEqual(['1', '3', '1']);
    expect(live.compiled.tags).toEqual(['t', 't']);
  });

  test('forgets a removed node that only the same changes mention', () => {
    const live = new LiveProblem({
      nodes: [{ name: 'a' }, { name: 'b' }],
      resources: [{ name: 'r', roles: [{ name: 'O', count: 1 }], partitions: [{ name: '1' }] }],
    });
    live.apply([
      { type: 'set-partition', resource: 'r', partition: { name: '1', forbidden: ['a'] } },
      { type: 'remove-node', name: 'a' },
    ]);
    expect(live.problem.resources[0]?.partitions[0]?.forbidden).toEqual([]);
    expect(live.compiled.forbiddenNode).toHaveLength(0);
  });

  test('says where partitions were before', () => {
    const live = new LiveProblem(PROBLEM);
    const delta = live.apply([
      { type: 'remove-partition', resource: 'r', partition: '1' },
      { type: 'set-partition', resource: 'r', partition: { name: '2a' } },
      { type: 'set-partition', resource: 'r', partition: { name: '3', weight: { cpu: 1 } } },
    ]);
    expect(live.compiled.partitionNames).toEqual(['2', '2a', '3', '1']);
    expect(delta.partitions).toEqual([1, 2]);
    expect([...(delta.partitionWas ?? [])]).toEqual([1, NONE, 2, 3]);
  });
});
