import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlanInterpreter } from '../../test-support/plan-interpreter.ts';
import type { SlotAssignment } from '../assignment.ts';
import { compile } from '../model/compile.ts';
import type { CompiledProblem } from '../model/compiled.ts';
import type { PlacementProblem, PlacementRole } from '../model/problem.ts';
import { type MovePlan, type PlanOptions, planMoves } from './index.ts';

const MODELS: readonly (readonly PlacementRole[])[] = [
  [{ name: 'ONLINE', count: 2 }],
  [
    { name: 'MASTER', count: 1, load: { cpu: 2 } },
    { name: 'SLAVE', count: 2 },
  ],
  [
    { name: 'LEADER', count: 2, load: 0.5 },
    { name: 'STANDBY', count: 1 },
  ],
  [
    { name: 'MASTER', count: 1, load: 3 },
    { name: 'WITNESS', count: 1 },
    { name: 'SLAVE', count: 1, load: { disk: 2 } },
  ],
  [
    { name: 'FIRST', count: 1, leader: true },
    { name: 'SECOND', count: 1, leader: true, load: 2 },
    { name: 'REST', count: 1 },
  ],
];

/** A way to go: replicas stand and shall stand anywhere, and nodes have just the room for both, or a little more. */
interface Way {
  readonly problem: PlacementProblem;
  readonly compiled: CompiledProblem;
  readonly target: SlotAssignment;
}

const numbers = fc.infiniteStream(fc.nat(0x7fffffff));

const way: fc.Arbitrary<Way> = fc
  .record({
    nodes: fc.integer({ min: 3, max: 9 }),
    zones: fc.integer({ min: 1, max: 9 }),
    partitions: fc.integer({ min: 1, max: 14 }),
    slack: fc.constantFrom(0, 0, 0, 1, 5, 100),
    limits: fc.boolean(),
    states: fc.boolean(),
    numbers,
  })
  .map(({ nodes, zones, partitions, slack, limits, states, numbers: stream }) => {
    const draw = (below: number): number => (stream.next().value as number) % below;
    const names = Array.from({ length: nodes }, (_, n) => `n${n}`);
    const pick = (count: number): readonly string[] => {
      const left = [...names];
      return Array.from({ length: Math.min(count, nodes) }, () => left.splice(draw(left.length), 1)[0] ?? '');
    };
    const targets = new Map<string, readonly string[]>();
    const resources = ['a', 'b'].map((name) => {
      const roles = MODELS[draw(MODELS.length)] ?? [];
      return {
        name,
        roles,
        partitions: Array.from({ length: partitions }, (_, i) => {
          const present = pick(draw(5));
          targets.set(`${name}/p${i}`, draw(3) === 0 ? present : pick(3));
          return {
            name: `p${i}`,
            weight: { cpu: draw(5), disk: draw(3) === 0 ? 0 : draw(40) / 10 },
            bytes: draw(9),
            current: present.map((node) => ({ node, role: roles[draw(roles.length)]?.name ?? '' })),
          };
        }),
      };
    });
    const problem: PlacementProblem = {
      dimensions: ['cpu', 'disk'],
      topology: { levels: ['zone'], faultZone: 'zone' },
      nodes: names.map((name, n) => ({ name, domain: `z${n % zones}`, ...(states && STATES[draw(STATES.length)]) })),
      resources,
      offlineGraceMs: 10,
    };
    return tight(problem, targets, slack, limits);
  });

const STATES = [{}, {}, { state: 'draining' }, { state: 'offline' }, { state: 'offline', offlineSinceMs: 0 }] as const;

/** Gives every node room for what stands and what shall stand, whichever is more, and `slack`. */
function tight(
  problem: PlacementProblem,
  targets: ReadonlyMap<string, readonly string[]>,
  slack: number,
  limits: boolean,
): Way {
  const loose = compile(problem);
  const target = { node: new Int32Array(loose.S).fill(-1) };
  const { N, D, P, slotsFrom, slotRole, resourceOf, weight, roleLoad } = loose;
  const load = [new Float64Array(N * D), new Float64Array(N * D)] as const;
  const count = [new Int32Array(N), new Int32Array(N)] as const;
  const put = (which: 0 | 1, p: number, n: number, role: number): void => {
    count[which][n] = (count[which][n] ?? 0) + 1;
    for (let d = 0; d < D; d++)
      load[which][n * D + d] =
        (load[which][n * D + d] ?? 0) + (weight[p * D + d] ?? 0) * (roleLoad[resourceOf[p] ?? 0]?.[role * D + d] ?? 0);
  };
  for (let p = 0; p < P; p++) {
    const wanted = targets.get(`${loose.resourceNames[resourceOf[p] ?? 0]}/${loose.partitionNames[p]}`) ?? [];
    const present = loose.currentNode.subarray(loose.currentFrom[p], loose.currentFrom[p + 1]);
    const may = wanted
      .map((name) => loose.nodeNames.indexOf(name))
      .filter((n) => loose.nodeState[n] === 0 || (loose.nodeState[n] === 2 && present.includes(n)));
    for (let s = slotsFrom[p] ?? 0; s < (slotsFrom[p + 1] ?? 0); s++) {
      const n = may[s - (slotsFrom[p] ?? 0)];
      if (n === undefined) continue;
      target.node[s] = n;
      put(1, p, n, slotRole[s] ?? 0);
    }
    for (let c = loose.currentFrom[p] ?? 0; c < (loose.currentFrom[p + 1] ?? 0); c++)
      put(0, p, loose.currentNode[c] ?? 0, loose.currentRole[c] ?? 0);
  }
  const nodes = problem.nodes.map((node) => {
    const n = loose.nodeNames.indexOf(node.name);
    const room = (d: number): number =>
      Math.max(load[1][n * D + d] ?? 0, slack === 5 ? 0 : (load[0][n * D + d] ?? 0)) + slack;
    return {
      ...node,
      capacity: { cpu: room(0), disk: room(1) },
      ...(limits && { maxReplicas: Math.max(count[0][n] ?? 0, count[1][n] ?? 0) + (slack > 0 ? 1 : 0) }),
    };
  });
  const full = { ...problem, nodes };
  return { problem: full, compiled: compile(full), target };
}

/** An order that keeps to `after`, drawn at random. */
function anyOrder(plan: MovePlan, draw: (below: number) => number): readonly number[] {
  const left = new Set(plan.steps.keys());
  const order: number[] = [];
  while (left.size > 0) {
    const ready = [...left].filter((step) => plan.steps[step]?.after.every((earlier) => !left.has(earlier)));
    const step = ready[draw(ready.length)];
    if (step === undefined) throw new Error('steps wait in a circle');
    left.delete(step);
    order.push(step);
  }
  return order;
}

const OPTIONS: readonly PlanOptions[] = [
  {},
  { temporary: false },
  { whenFull: 'drop-first' },
  { whenFull: 'drop-first', minInService: 2, temporary: false },
  { copiesPerNode: 1, copiesAtOnce: 2, bytesAtOnce: 6 },
];

describe('planMoves, carried out step by step', () => {
  test.each(OPTIONS)('breaks nothing in any order and ends in the target, with %j', (options) => {
    fc.assert(
      fc.property(way, numbers, ({ compiled, target }, stream) => {
        const plan = planMoves(compiled, target, options);
        const fewest = options.whenFull === 'drop-first' ? (options.minInService ?? 1) : undefined;
        const draw = (below: number): number => (stream.next().value as number) % below;
        for (const order of [plan.steps.keys(), plan.waves.flat(), anyOrder(plan, draw), anyOrder(plan, draw)]) {
          expect(new PlanInterpreter(compiled, target, plan).run(order, fewest)).toEqual([]);
        }
        for (const [at, { after }] of plan.steps.entries()) expect(after.every((earlier) => earlier < at)).toBe(true);
        checkWaves(plan, options);
      }),
      { numRuns: 60 },
    );
  });
});

function checkWaves({ waves, steps }: MovePlan, options: PlanOptions): void {
  expect(waves.flat().toSorted((a, b) => a - b)).toEqual([...steps.keys()]);
  const waveOf = new Map(waves.flatMap((wave, w) => wave.map((step) => [step, w] as const)));
  for (const [at, { after }] of steps.entries()) {
    for (const earlier of after) expect(waveOf.get(earlier)).toBeLessThan(waveOf.get(at) ?? 0);
  }
  for (const wave of waves) {
    const copies = wave.flatMap((step) => steps[step] ?? []).filter((step) => step.kind === 'add');
    const onNode = new Map<string, number>();
    for (const { node } of copies) onNode.set(node, (onNode.get(node) ?? 0) + 1);
    expect(Math.max(0, ...onNode.values())).toBeLessThanOrEqual(options.copiesPerNode ?? Infinity);
    expect(copies.length).toBeLessThanOrEqual(options.copiesAtOnce ?? Infinity);
    if (copies.length > 1)
      expect(copies.reduce((sum, step) => sum + step.bytes, 0)).toBeLessThanOrEqual(options.bytesAtOnce ?? Infinity);
  }
}
