import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MOST_FAULTS, PlacementError } from '../placement-error.ts';
import { checkProblem } from './check-problem.ts';

/** A sound problem that uses everything there is; `JSON` so that each test may spoil its own copy. */
function sound(): Record<string, unknown> {
  return JSON.parse(
    JSON.stringify({
      dimensions: ['cpu', 'disk'],
      topology: { levels: ['zone', 'host'], faultZone: 'zone' },
      nodes: [
        { name: 'n1', domain: '/a/1', capacity: { cpu: 8 }, tags: ['ssd'], share: 2, maxReplicas: 0 },
        {
          name: 'n2',
          domain: 'a/2',
          state: 'offline',
          offlineSinceMs: -5,
          disabled: [{ resource: 'r' }, { resource: 'r', partition: 'p2' }],
        },
      ],
      resources: [
        {
          name: 'r',
          tag: 'ssd',
          maxReplicasPerNode: 1,
          roles: [
            { name: 'M', count: 1, load: { cpu: 2 }, leader: true },
            { name: 'S', count: 1, load: 0.5 },
          ],
          partitions: [
            {
              name: 'p1',
              weight: { cpu: 1 },
              bytes: 0,
              current: [
                { node: 'n1', role: 'M' },
                { node: 'gone', role: 'S' },
              ],
              forbidden: ['n2'],
            },
            { name: 'p2', pinned: [{ node: 'n1', role: 'M' }, { node: 'n2' }], preferredLeaders: ['n2', 'n1'] },
          ],
        },
        {
          name: 'all',
          roles: [{ name: 'O', count: 'every' }],
          partitions: [{ name: 'p', pinned: [{ node: 'n1' }, { node: 'n2' }] }],
        },
      ],
      affinities: [{ kind: 'apart', resources: ['r', 'all'], between: 'partition', level: 'zone', weight: 3 }],
      goals: { tolerance: 0 },
      nowMs: 0,
      offlineGraceMs: 10,
    }),
  );
}

/** The faults as lines `path text`. */
function faultsOf(problem: unknown): readonly string[] {
  try {
    checkProblem(problem);
  } catch (error) {
    if (!(error instanceof PlacementError)) throw error;
    return error.problems.map(({ path, text }) => `${path} ${text}`);
  }
  return [];
}

function faultsAfter(path: string, value: unknown): readonly string[] {
  const problem = sound();
  put(problem, path, value);
  return faultsOf(problem);
}

/** Puts a value where `a[0].b` says. */
function put(problem: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split(/[[\].]+/).filter((key) => key !== '');
  let at = problem;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  at[keys.at(-1) ?? ''] = value;
}

describe('checkProblem', () => {
  test('lets a sound problem pass, and the smallest one', () => {
    expect(faultsOf(sound())).toEqual([]);
    expect(faultsOf({ nodes: [], resources: [] })).toEqual([]);
  });

  test.each<[string, readonly [path: string, value: unknown], readonly string[]]>([
    ['a negative capacity', ['nodes[0].capacity.cpu', -1], ['nodes[0].capacity.cpu must not be negative, is -1']],
    [
      'a weight that is not a number',
      ['resources[0].partitions[0].weight.cpu', NaN],
      ['resources[0].partitions[0].weight.cpu must be a number, is NaN'],
    ],
    [
      'an endless weight',
      ['resources[0].partitions[0].weight.cpu', Infinity],
      ['resources[0].partitions[0].weight.cpu must be finite: leave it out where there is no limit'],
    ],
    [
      'a weight that overflows',
      ['resources[0].partitions[0].weight.cpu', 1e300],
      ['resources[0].partitions[0].weight.cpu must not be above 1e+50, is 1e+300'],
    ],
    [
      'a weight that vanishes',
      ['resources[0].partitions[0].weight.cpu', 1e-300],
      ['resources[0].partitions[0].weight.cpu must be 0 or at least 1e-50, is 1e-300'],
    ],
    [
      'a string for a number',
      ['resources[0].partitions[0].bytes', '5'],
      ['resources[0].partitions[0].bytes must be a number, is "5"'],
    ],
    [
      'a number for a string',
      ['resources[0].partitions[0].name', 5],
      ['resources[0].partitions[0].name must be a name, is 5'],
    ],
    [
      'an array for an object',
      ['resources[0].partitions[0].weight', [1]],
      ['resources[0].partitions[0].weight must be an object, is an array'],
    ],
    ['null for an array', ['nodes[0].tags', null], ['nodes[0].tags must be an array, is null']],
    [
      'null for an item',
      ['nodes[0]', null],
      [
        'nodes[0] must be an object, is null',
        'resources[0].partitions[1].preferredLeaders[1] is not a node: "n1"',
        'resources[0].partitions[1].pinned[0].node is not a node: "n1"',
        'resources[1].partitions[0].pinned[0].node is not a node: "n1"',
      ],
    ],
    [
      'an unknown dimension',
      ['nodes[0].capacity.net io', 1],
      ['nodes[0].capacity["net io"] is not one of the dimensions'],
    ],
    [
      'an inherited name as a dimension',
      ['nodes[0].capacity.constructor', 1],
      ['nodes[0].capacity.constructor is not one of the dimensions'],
    ],
    ['a dimension twice', ['dimensions[2]', 'cpu'], ['dimensions[2] is the name of item 0 already: "cpu"']],
    [
      'a node twice',
      ['nodes[1].name', 'n1'],
      [
        'nodes[1].name is the name of item 0 already: "n1"',
        'resources[0].partitions[0].forbidden[0] is not a node: "n2"',
        'resources[0].partitions[1].preferredLeaders[0] is not a node: "n2"',
        'resources[0].partitions[1].pinned[1].node is not a node: "n2"',
        'resources[1].partitions[0].pinned[1].node is not a node: "n2"',
      ],
    ],
    [
      'a partition twice',
      ['resources[0].partitions[1].name', 'p1'],
      [
        'nodes[1].disabled[1].partition is not a partition of "r": "p2"',
        'resources[0].partitions[1].name is the name of item 0 already: "p1"',
      ],
    ],
    [
      'an empty name',
      ['resources[1].partitions[0].name', ''],
      ['resources[1].partitions[0].name must be a name, is ""'],
    ],
    [
      'a role twice',
      [
        'resources[1].roles',
        [
          { name: 'O', count: 1 },
          { name: 'O', count: 2 },
        ],
      ],
      ['resources[1].roles[1].name is the name of item 0 already: "O"'],
    ],
    ['no role', ['resources[1]', { name: 'all', roles: [], partitions: [] }], ['resources[1].roles must not be empty']],
    [
      'every beside other roles',
      ['resources[1].roles[1]', { name: 'X', count: 1 }],
      ['resources[1].roles must be one only, where its count is every'],
    ],
    [
      'half a replica',
      ['resources[0].roles[1].count', 1.5],
      [
        'resources[0].roles[1].count must be a whole number that is not negative, or every, is 1.5',
        'resources[0].partitions[1].pinned must not be more than there are replicas, are 2 for 1',
      ],
    ],
    [
      'a role that is not there',
      ['resources[0].partitions[0].current[0].role', 'X'],
      ['resources[0].partitions[0].current[0].role is not a role of the resource: "X"'],
    ],
    [
      'two replicas on one node',
      ['resources[0].partitions[0].current[1].node', 'n1'],
      ['resources[0].partitions[0].current[1].node has a replica of the partition already, in item 0: "n1"'],
    ],
    [
      'too many pins',
      ['resources[0].roles[0].count', 0],
      [
        'resources[0].partitions[1].pinned must not be more than there are replicas, are 2 for 1',
        'resources[0].partitions[1].pinned must not be more than there are replicas in a role, are 1 for 0 in "M"',
      ],
    ],
    [
      'a pin that is forbidden',
      ['resources[0].partitions[1].forbidden', ['n1']],
      ['resources[0].partitions[1].pinned[0].node is forbidden too: "n1"'],
    ],
    [
      'a pin twice',
      ['resources[0].partitions[1].pinned[1].node', 'n1'],
      ['resources[0].partitions[1].pinned[1].node is the name of item 0 already: "n1"'],
    ],
    [
      'a preferred leader twice',
      ['resources[0].partitions[1].preferredLeaders[1]', 'n2'],
      ['resources[0].partitions[1].preferredLeaders[1] is the name of item 0 already: "n2"'],
    ],
    [
      'a domain of another depth',
      ['nodes[0].domain', '/a/b/1'],
      ['nodes[0].domain must have one value for each of the 2 levels, is "/a/b/1"'],
    ],
    [
      'an empty domain value',
      ['nodes[0].domain', '//1'],
      ['nodes[0].domain must have one value for each of the 2 levels, is "//1"'],
    ],
    [
      'no domain',
      ['nodes[0].domain', undefined],
      ['nodes[0].domain is missing: must have one value for each of the 2 levels'],
    ],
    [
      'a fault zone that is no level',
      ['topology.faultZone', 'rack'],
      ['topology.faultZone must be one of the levels zone, host, is "rack"'],
    ],
    [
      'an unknown state',
      ['nodes[0].state', 'dead'],
      ['nodes[0].state must be one of live, draining, offline, is "dead"'],
    ],
    ['no share', ['nodes[0].share', 0], ['nodes[0].share must be above 0']],
    [
      'a resource disabled that is not there',
      ['nodes[1].disabled[0].resource', 'x'],
      ['nodes[1].disabled[0].resource is not a resource: "x"'],
    ],
    [
      'an affinity to nothing',
      ['affinities[0].resources[1]', 'x'],
      ['affinities[0].resources[1] is not a resource: "x"'],
    ],
    [
      'an affinity on no level',
      ['affinities[0].level', 'rack'],
      ['affinities[0].level must be one of zone, host, node, is "rack"'],
    ],
    [
      'affinities that contradict',
      ['affinities[1]', { kind: 'together', resources: ['all', 'r'], between: 'partition', level: 'zone' }],
      ['affinities[1].kind contradicts item 0, which is "apart"'],
    ],
    ['a goal that does not exist', ['goals.tolerence', 1], ['goals.tolerence is not a goal']],
    ['a negative goal', ['goals.moves', -1], ['goals.moves must not be negative, is -1']],
    [
      'more replicas than fit',
      ['resources[0].roles[1].count', 1e8],
      ['resources must not ask for more than 100000000 replicas, ask for 200000004'],
    ],
    ['no nodes at all', ['nodes', undefined], ['nodes is missing: must be an array']],
  ])('finds %s', (_, spoil, faults) => {
    const found = faultsAfter(...spoil);
    expect(found.slice(0, faults.length)).toEqual(faults);
    if (!faults.some((fault) => fault.startsWith('nodes is missing'))) expect(found).toHaveLength(faults.length);
  });

  test.each([[null], [undefined], [5], ['text'], [[]], [() => 1]])('refuses %s for a problem', (value) => {
    expect(faultsOf(value)[0]).toMatch(/^ must be an object, is /);
  });

  test('finds equal names in any order of partitions', () => {
    const faults = faultsAfter(
      'resources[1].partitions',
      ['b', 'a', 'cc', 'b'].map((name) => ({ name })),
    );
    expect(faults).toEqual(['resources[1].partitions[3].name is the name of item 0 already: "b"']);
    expect(
      faultsAfter(
        'resources[1].partitions',
        ['p1', 'p2', 'p10', 'p11'].map((name) => ({ name })),
      ),
    ).toEqual([]);
  });

  test('finds a node twice among many replicas', () => {
    const current = Array.from({ length: 20 }, (_, i) => ({ node: `x${i % 19}`, role: 'O' }));
    expect(faultsAfter('resources[1].partitions[0].current', current)).toEqual([
      'resources[1].partitions[0].current[19].node is the name of item 0 already: "x0"',
    ]);
  });

  test('lists so many faults and counts the others', () => {
    const problem = sound();
    put(
      problem,
      'resources[1].partitions',
      Array.from({ length: MOST_FAULTS + 7 }, (_, i) => ({ name: `p${i}`, bytes: -1 })),
    );
    try {
      checkProblem(problem);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof PlacementError)) throw error;
      expect(error.problems).toHaveLength(MOST_FAULTS);
      expect(error.more).toBe(7);
      expect(error.code).toBe('E_INVALID_PLACEMENT');
      expect(error.message).toMatch(
        /^The placement problem is not valid: resources\[1\]\.partitions\[0\]\.bytes .*; and 102 more$/,
      );
    }
  });

  test('answers any JSON with nothing or a PlacementError', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), value), { minLength: 1, maxLength: 3 }), (spoils) => {
        const problem = sound();
        for (const [at, junk] of spoils) spoil(problem, at, junk);
        expect(faultsOf(problem).length).toBeLessThanOrEqual(MOST_FAULTS);
      }),
    );
  });
});

/** Puts `junk` in the place of the `at`-th value anywhere in `problem`. */
function spoil(problem: unknown, at: number, junk: unknown): void {
  const places: [Record<string, unknown>, string][] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const key of Object.keys(value)) {
      places.push([value as Record<string, unknown>, key]);
      visit((value as Record<string, unknown>)[key]);
    }
  };
  visit(problem);
  const place = places[at % places.length];
  if (place !== undefined) place[0][place[1]] = junk;
}
