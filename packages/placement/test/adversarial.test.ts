import { checkProblem, openPlacement, PlacementError, type PlacementProblem, solve } from '@keelson/placement';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** What was thrown, if anything was: a PlacementError, or nothing where the answer could be read from end to end. */
function faultsOf(problem: unknown): readonly string[] {
  try {
    const result = solve(problem as PlacementProblem, { budget: 2_000 });
    const { resource, partition } = [...result.movesList()][0] ?? {};
    JSON.stringify([
      result.placement.toJSON(),
      result.moves,
      result.unplaced,
      result.unmetPins,
      [...result.degraded()],
    ]);
    JSON.stringify([result.score(), result.bound(), result.plan()]);
    if (resource !== undefined && partition !== undefined) JSON.stringify(result.why(resource, partition));
    return [];
  } catch (error) {
    if (!(error instanceof PlacementError)) throw error;
    expect(error.code).toBe('E_INVALID_PLACEMENT');
    expect(error.problems.length).toBeGreaterThan(0);
    return error.problems.map(({ path, text }) => `${path} ${text}`);
  }
}

const roles = [
  { name: 'MASTER', count: 1 },
  { name: 'SLAVE', count: 1 },
];
const nodes = ['a', 'b', 'c'].map((name) => ({ name }));
const db = (more: object = {}, partition: object = {}) => ({
  name: 'db',
  roles,
  partitions: [{ name: 'p', ...partition }],
  ...more,
});

/** Names that objects have by themselves. */
const ODD_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  '\u0000',
  '💥',
  '/',
  'a/b',
  '0',
  '-1',
];

describe('input meant to do harm', { timeout: 120_000 }, () => {
  it('everything that is wrong is listed in one error', () => {
    const found = faultsOf({
      dimensions: ['cpu', 'cpu'],
      nodes: [
        { name: 'a', capacity: { cpu: -1 }, share: 0, maxReplicas: 1.5 },
        { name: 'a', capacity: { cpu: Number.NaN, tape: 1 }, state: 'dead' },
      ],
      resources: [
        db({ tag: 7 }, { weight: { cpu: Number.POSITIVE_INFINITY }, pinned: [{ node: 'x' }], forbidden: ['y'] }),
        db({ roles: [] }),
        db({ name: 'other', roles: [{ name: 'X', count: 'all' }], maxReplicasPerNode: -3 }),
      ],
      affinities: [{ kind: 'near', resources: ['db', 'nothing'], between: 'people', weight: -1 }],
      goals: { tolerance: -1, evenness: Number.NaN, speed: 1 },
      nowMs: 'today',
    });
    expect(found.length).toBeGreaterThanOrEqual(18);
  });

  it.each<[string, unknown]>([
    ['no nodes', { nodes: [], resources: [db()] }],
    ['no resources', { nodes, resources: [] }],
    ['no partitions', { nodes, resources: [db({ partitions: [] })] }],
    ['nothing at all', { nodes: [], resources: [] }],
    ['no replicas', { nodes, resources: [db({ roles: [{ name: 'X', count: 0 }] })] }],
    [
      'nodes without room',
      {
        dimensions: ['cpu'],
        nodes: nodes.map((n) => ({ ...n, capacity: { cpu: 0 }, maxReplicas: 0 })),
        resources: [db({}, { weight: { cpu: 1 } })],
      },
    ],
    ['every node gone', { nodes: nodes.map((n) => ({ ...n, state: 'offline' })), resources: [db()] }],
    [
      'affinities in a circle, with itself too',
      {
        nodes,
        resources: [db(), db({ name: 'dc' })],
        affinities: [
          ['db', 'dc'],
          ['dc', 'db'],
          ['db', 'db'],
        ].flatMap((resources) =>
          ['together', 'apart'].flatMap((kind) =>
            ['partition', 'resource'].map((between) => ({ kind, resources, between })),
          ),
        ),
      },
    ],
    [
      'the largest numbers there are',
      {
        dimensions: ['cpu'],
        nodes: nodes.map((n) => ({ ...n, capacity: { cpu: Number.MAX_VALUE } })),
        resources: [db({}, { weight: { cpu: 1e300 }, bytes: 1e300 })],
        goals: { moves: 1e300, spread: 1e300 },
        nowMs: Number.MAX_SAFE_INTEGER,
      },
    ],
    [
      'the smallest',
      {
        dimensions: ['cpu'],
        nodes: nodes.map((n) => ({ ...n, share: Number.MIN_VALUE, capacity: { cpu: Number.MIN_VALUE } })),
        resources: [db({}, { weight: { cpu: Number.MIN_VALUE } })],
      },
    ],
    [
      'shares a world apart',
      { nodes: [{ name: 'a', share: 1e-9 }, { name: 'b', share: 1e9 }, { name: 'c' }], resources: [db()] },
    ],
  ])('%s: an answer, or one error', (_, problem) => {
    for (const found of [faultsOf(problem)]) expect(found).toSatisfy(Array.isArray);
    expect(() => openPlacement(problem as PlacementProblem).solve()).not.toThrow(TypeError);
  });

  it.each(ODD_NAMES)('%j is a name like any other, or refused', (odd) => {
    const problem: PlacementProblem = {
      dimensions: [odd],
      nodes: [odd, 'b', 'c'].map((name) => ({ name, tags: [odd], capacity: Object.fromEntries([[odd, 10]]) })),
      resources: [
        {
          name: odd,
          tag: odd,
          roles: [
            { name: odd, count: 1 },
            { name: 'other', count: 1 },
          ],
          partitions: [
            {
              name: odd,
              weight: Object.fromEntries([[odd, 2]]),
              current: [{ node: odd, role: odd }],
              preferredLeaders: [odd],
            },
          ],
        },
      ],
    };
    const found = faultsOf(problem);
    if (found.length > 0) return;
    const { placement } = solve(problem);
    expect(placement.replicasOf(odd, odd)).toHaveLength(2);
    expect(placement.toJSON()[odd]?.[odd]).toHaveLength(2);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).other).toBeUndefined();
  });

  it('a million tags are looked at once', () => {
    const tags = Array.from({ length: 1_000_000 }, (_, i) => `t${i}`);
    expect(
      faultsOf({
        nodes: [...nodes, { name: 'd', tags }, { name: 'e', tags: ['t999999'] }],
        resources: [db({ tag: 't999999' })],
      }),
    ).toEqual([]);
  });

  const oddNumber = fc.constantFrom<unknown>(
    0,
    -1,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e308,
    5e-324,
    2 ** 31,
    2 ** 53,
    '1',
    null,
    undefined,
    3,
    7,
  );
  const oddName = fc.constantFrom<unknown>(
    'a',
    'b',
    'c',
    'db',
    'p',
    'q',
    'MASTER',
    'cpu',
    ...ODD_NAMES,
    7,
    null,
    undefined,
  );
  const names = fc.oneof(fc.array(oddName, { maxLength: 4 }), oddName);
  const amounts = fc.oneof(
    fc.dictionary(fc.constantFrom('cpu', 'disk', '__proto__'), oddNumber, { maxKeys: 2 }),
    oddNumber,
  );
  const some = <T>(model: { readonly [key: string]: fc.Arbitrary<T> }): fc.Arbitrary<unknown> =>
    fc.record(model, { requiredKeys: [] });
  const pattern = some<unknown>({ resource: oddName, partition: oddName });
  const standing = fc.array(some<unknown>({ node: oddName, role: oddName }), { maxLength: 3 });
  const oddNode = fc.oneof(
    {
      weight: 6,
      arbitrary: some<unknown>({
        name: fc.constantFrom('a', 'b', 'c', 'd'),
        capacity: amounts,
        tags: names,
        domain: oddName,
        state: fc.constantFrom('live', 'draining', 'offline', 'x'),
        offlineSinceMs: oddNumber,
        disabled: fc.array(pattern, { maxLength: 2 }),
        maxReplicas: oddNumber,
        share: oddNumber,
      }),
    },
    { weight: 1, arbitrary: oddName },
  );
  const oddPartition = some<unknown>({
    name: fc.constantFrom('p', 'q', 'r', '__proto__'),
    weight: amounts,
    bytes: oddNumber,
    current: standing,
    pinned: standing,
    forbidden: names,
    preferredLeaders: names,
  });
  const oddRole = some<unknown>({
    name: oddName,
    count: fc.oneof(
      fc.constantFrom<unknown>('every', 1, 2),
      oddNumber.filter((n) => typeof n !== 'number' || !(n > 100)),
    ),
    load: amounts,
    leader: fc.constantFrom<unknown>(true, false, 'yes'),
  });
  const oddResource = some<unknown>({
    name: fc.constantFrom('db', 'dc', 'constructor'),
    roles: fc.array(oddRole, { maxLength: 3 }),
    partitions: fc.array(oddPartition, { maxLength: 3 }),
    tag: oddName,
    maxReplicasPerNode: oddNumber,
  });
  const oddProblem = some<unknown>({
    dimensions: fc.oneof(fc.constant(['cpu', 'disk']), names),
    nodes: fc.array(oddNode, { maxLength: 5 }),
    resources: fc.array(oddResource, { maxLength: 3 }),
    topology: some<unknown>({ levels: names, faultZone: oddName }),
    affinities: fc.array(
      some<unknown>({
        kind: fc.constantFrom('together', 'apart', 1),
        resources: names,
        between: fc.constantFrom('partition', 'resource', ''),
        level: oddName,
        weight: oddNumber,
      }),
      { maxLength: 2 },
    ),
    goals: fc.dictionary(fc.constantFrom('tolerance', 'moves', 'copysets', 'x', '__proto__'), oddNumber, {
      maxKeys: 3,
    }),
    nowMs: oddNumber,
    offlineGraceMs: oddNumber,
  });

  it('whatever is given, nothing but a PlacementError is thrown', () => {
    fc.assert(
      fc.property(fc.oneof(oddProblem, fc.anything()), (problem) => {
        expect(faultsOf(problem)).toSatisfy(Array.isArray);
      }),
      { numRuns: 1_500 },
    );
  });

  /** A sound problem with one field of one thing in it turned into something else: what the check lets through has to be solved. */
  it('one odd field in a sound problem is refused, or makes no difference that breaks anything', () => {
    const sound = (): Record<string, unknown> =>
      structuredClone({
        dimensions: ['cpu'],
        nodes: ['a', 'b', 'c', 'd'].map((name, i) => ({
          name,
          capacity: { cpu: 20 },
          tags: ['x'],
          domain: `/z${i % 2}`,
          share: 1,
          maxReplicas: 5,
        })),
        topology: { levels: ['zone'], faultZone: 'zone' },
        resources: [
          db({
            tag: 'x',
            maxReplicasPerNode: 3,
            partitions: ['p', 'q', 'r'].map((name) => ({
              name,
              weight: { cpu: 2 },
              bytes: 3,
              current: [{ node: 'a', role: 'MASTER' }],
              preferredLeaders: ['b'],
            })),
          }),
        ],
        affinities: [{ kind: 'apart', resources: ['db', 'db'], between: 'resource', weight: 1 }],
        goals: { tolerance: 0.1, copysets: 0.1, bytes: 0.1 },
      });
    let answered = 0;
    fc.assert(
      fc.property(fc.nat(), oddNumber, (pick, value) => {
        const problem = sound();
        const places: [Record<string, unknown>, string][] = [];
        const walk = (thing: unknown): void => {
          if (typeof thing !== 'object' || thing === null) return;
          for (const key of Object.keys(thing)) {
            places.push([thing as Record<string, unknown>, key]);
            walk((thing as Record<string, unknown>)[key]);
          }
        };
        walk(problem);
        const [thing, key] = places[pick % places.length] ?? [problem, 'nodes'];
        thing[key] = value;
        if (faultsOf(problem).length === 0) answered += 1;
        expect(() => checkProblem(sound() as unknown as PlacementProblem)).not.toThrow();
      }),
      { numRuns: 300 },
    );
    expect(answered).toBeGreaterThan(20);
  });
});
