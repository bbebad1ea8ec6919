import type { PlacementNode, PlacementPartition, PlacementProblem } from '@keelson/placement';
import { type Random, randomFrom } from '../test-support/scenarios/random.ts';

/** A problem small enough to try every answer, with a little of everything in it. */
export function tinyProblem(seed: number, { weighted = false, most = 5 } = {}): PlacementProblem {
  const random = randomFrom(seed);
  const nodes = tinyNodes(random);
  const names = nodes.map(({ name }) => name);
  const copies = random.int(1, Math.min(3, nodes.length));
  const followers = copies - 1;
  const roles = [
    { name: 'MASTER', count: 1, ...(random.int(0, 2) === 0 && weighted ? { load: 2 } : {}) },
    ...(followers > 0 ? [{ name: 'SLAVE', count: followers }] : []),
  ];
  const partitions = Array.from({ length: random.int(1, most) }, (_, index): PlacementPartition => {
    const standing = random.some([...names, 'departed'], random.int(0, copies + (random.int(0, 5) === 0 ? 1 : 0)));
    const [forbidden = ''] = random.some(names, 1);
    return {
      name: `p${index}`,
      ...(weighted ? { weight: { load: random.int(1, 6) } } : {}),
      current: standing.map((node, at) => ({ node, role: at === 0 || copies === 1 ? 'MASTER' : 'SLAVE' })),
      ...(random.int(0, 9) === 0 ? { forbidden: [forbidden] } : {}),
    };
  });
  const zoned = random.int(0, 1) === 0;
  return {
    ...(weighted ? { dimensions: ['load'] } : {}),
    nodes,
    resources: [{ name: 'r', roles, partitions, ...(random.int(0, 5) === 0 ? { tag: 'x' } : {}) }],
    ...(zoned
      ? { topology: { levels: ['zone', 'host'], faultZone: 'zone' } }
      : { topology: { levels: ['zone', 'host'] } }),
    goals: {
      tolerance: weighted ? random.pick([0.05, 0.2, 0.4]) : random.pick([0, 0.02, 0.3]),
      leaderTolerance: random.pick([0, 0.02, 0.3]),
    },
  };
}

function tinyNodes(random: Random): PlacementNode[] {
  const zones = random.int(1, 3);
  return Array.from({ length: random.int(2, 4) }, (_, index): PlacementNode => {
    const name = `n${index}`;
    const state = random.pick(['live', 'live', 'live', 'live', 'live', 'draining', 'offline'] as const);
    return {
      name,
      domain: `/z${random.int(1, zones)}/${name}`,
      state,
      tags: random.int(0, 4) === 0 ? [] : ['x'],
      ...(random.int(0, 3) === 0 ? { share: random.pick([0.5, 2, 3]) } : {}),
      ...(random.int(0, 7) === 0 ? { maxReplicas: random.int(1, 4) } : {}),
    };
  });
}
