import { describe, expect, it } from 'vitest';
import { compile } from '../model/compile.ts';
import { NONE } from '../model/compiled.ts';
import type { PlacementProblem } from '../model/problem.ts';
import { Chance } from './chance.ts';
import { layOut } from './layout.ts';
import { SolverState } from './state.ts';

const problem: PlacementProblem = {
  dimensions: ['cpu', 'disk'],
  nodes: ['a', 'b', 'c', 'd'].map((name) => ({ name })),
  resources: [
    {
      name: 'db',
      maxReplicasPerNode: 9,
      roles: [
        { name: 'MASTER', count: 1, load: { cpu: 3 } },
        { name: 'SLAVE', count: 2 },
      ],
      partitions: Array.from({ length: 9 }, (_, p) => ({ name: `p${p}`, weight: { cpu: p + 1, disk: 10 - p } })),
    },
  ],
};

/** Everything a state keeps, added up anew from where the slots stand. */
function addedUp(state: SolverState) {
  const { N, D, S } = state.layout.problem;
  const sums = {
    load: Array.from({ length: N * D }, () => 0),
    count: Array.from({ length: N }, () => 0),
    leaders: Array.from({ length: N }, () => 0),
  };
  const amount = new Float64Array(D);
  let homeless = 0;
  for (let s = 0; s < S; s++) {
    const n = state.node[s] ?? NONE;
    if (n === NONE) {
      homeless += 1;
      continue;
    }
    state.amountOf(s, amount);
    for (let d = 0; d < D; d++) sums.load[n * D + d] = (sums.load[n * D + d] ?? 0) + (amount[d] ?? 0);
    sums.count[n] = (sums.count[n] ?? 0) + 1;
    sums.leaders[n] = (sums.leaders[n] ?? 0) + (state.layout.leads[state.kindOf(s)] ?? 0);
  }
  return { ...sums, homeless };
}

function listed(state: SolverState, n: number): number[] {
  const slots: number[] = [];
  for (let s = state.head[n] ?? NONE; s !== NONE; s = state.next[s] ?? NONE) slots.push(s);
  return slots.sort((a, b) => a - b);
}

describe('a solver state', () => {
  it('keeps sums and lists that are those of where its slots stand, whatever is done', () => {
    const state = new SolverState(layOut(compile(problem)));
    const chance = new Chance(7);
    const { S, N, slotsFrom } = state.layout.problem;
    for (let step = 0; step < 2_000; step++) {
      const s = chance.below(S);
      const n = chance.below(N);
      if (state.node[s] === NONE) state.place(s, n);
      else if (chance.share() < 0.3) state.remove(s);
      else if (chance.share() < 0.5) state.move(s, n);
      else {
        const leader = slotsFrom[state.layout.partitionOf[s] ?? 0] ?? 0;
        if (leader !== s) state.exchange(s, leader);
      }
    }
    const { load, count, leaders, homeless } = addedUp(state);
    expect(Array.from(state.load)).toEqual(load.map((sum) => expect.closeTo(sum, 6)));
    expect(Array.from(state.count)).toEqual(count);
    expect(Array.from(state.perResource)).toEqual(count);
    expect(Array.from(state.leaders)).toEqual(leaders);
    expect(state.homeless).toBe(homeless);
    for (let n = 0; n < N; n++) {
      expect(listed(state, n)).toEqual(Array.from({ length: S }, (_, s) => s).filter((s) => state.node[s] === n));
    }
  });
});
