import { type CompiledProblem, NODE_LIVE, NONE } from '../model/compiled.ts';
import { currentFromSlots } from '../model/current-from-slots.ts';
import { type FairShares, fairShares } from '../score/fair-shares.ts';
import { ResourceSums } from '../score/resource-sums.ts';
import { fillToday, keep, keepCurrent } from './keep.ts';
import { type Layout, layOut } from './layout.ts';
import { putInOrder } from './lists.ts';
import { SolverState } from './state.ts';
import { Touched } from './touched.ts';

/** Where more than one in so many partitions have to be kept anew, all are. */
const FEW = 2;

/**
 * What stands today as the solver sees it, from which every pass starts: all that may stay is where it is, all else nowhere. It is kept from one
 * solve to the next. What a pass did, and what a change made different, is taken off and kept anew; everything else is not looked at. What comes of
 * that is the same to the last digit as if everything had been kept anew, so that an answer does not depend on what was asked before.
 */
export class Standing {
  #state: SolverState;
  #fair: FairShares;
  readonly #sums = new ResourceSums();
  /** Partitions whose `current` is another in the problem at hand than in the one that was given. */
  #strayed: Int32Array[] = [];

  constructor(problem: CompiledProblem) {
    this.#fair = fairShares(problem, this.#sums);
    this.#state = new SolverState(layOut(problem));
    this.#keepAll();
  }

  get state(): SolverState {
    return this.#state;
  }

  get fair(): FairShares {
    return this.#fair;
  }

  /** Partitions that may stand otherwise now than in the problem that was given, ascending. */
  touched(): Int32Array {
    if (this.#strayed.length === 0) return this.#state.touched.sorted();
    return this.#with([]).sorted();
  }

  /** The same problem with the state at hand for what stands today. */
  takeForToday(): void {
    const { layout, node, touched } = this.#state;
    const changed = touched.sorted();
    this.#moveTo({ ...layout.problem, ...currentFromSlots(layout.problem, { node }, changed) }, touched, []);
    this.#strayed.push(changed);
  }

  /**
   * Starts over from what stands in `problem`: the one of the last time, or one that differs from it in `nodes` and `partitions`, the
   * nodes, partitions and slots having kept their indices.
   */
  reset(problem: CompiledProblem, nodes: readonly number[], partitions: Iterable<number>): void {
    const again = this.#with(partitions);
    this.#strayed = [];
    this.#moveTo(problem, again, nodes);
  }

  /** Whether it can go on with the problem: its partitions, slots and resources are those it knows. */
  knows({ slotsFrom, slotRole, roleLoad, dimensionNames }: CompiledProblem): boolean {
    const { problem } = this.#state.layout;
    const sameSlots = slotsFrom === problem.slotsFrom && slotRole === problem.slotRole;
    return sameSlots && roleLoad === problem.roleLoad && dimensionNames === problem.dimensionNames;
  }

  /** What was touched, and what is named. */
  #with(partitions: Iterable<number>): Touched {
    const { layout, touched } = this.#state;
    const all = new Touched(layout.problem.P);
    for (const p of touched.sorted()) all.add(p);
    for (const strayed of this.#strayed) for (const p of strayed) all.add(p);
    for (const p of partitions) all.add(p);
    return all;
  }

  #moveTo(problem: CompiledProblem, again: Touched, nodes: readonly number[]): void {
    const state = this.#state;
    const layout = layOut(problem, state.layout);
    this.#fair = fairShares(problem, this.#sums);
    const leaving = leavingFrom(state, layout, nodes, again);
    if ((again.size + leaving.length) * FEW > problem.P) {
      this.#state = new SolverState(layout);
      this.#keepAll();
      return;
    }
    const partitions = again.sorted();
    const { slotsFrom } = problem;
    for (const p of partitions) {
      for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++)
        if (state.node[s] !== NONE) state.remove(s);
    }
    state.touched.clear();
    for (const s of leaving) if (state.node[s] !== NONE) state.remove(s);
    state.relay(layout);
    const fill = this.#fill();
    for (const p of partitions) keep(state, p, fill);
    putInOrder(state);
  }

  #keepAll(): void {
    keepCurrent(this.#state, this.#fill());
    this.#state.touchedNodes.clear();
  }

  #fill(): () => Float64Array {
    let fill: Float64Array | undefined;
    return () => {
      fill ??= fillToday(this.#state, this.#fair.load);
      return fill;
    };
  }
}

/**
 * What has to leave nodes that are different. Where a partition stands as it does today, each replica in a zone of its own, a node that
 * may keep nothing of it any more takes its replica along and no other; one that may still keep all it kept takes none. Partitions that are not so plain are added to
 * `again`.
 */
function leavingFrom(
  { head, next, layout: before }: SolverState,
  layout: Layout,
  nodes: readonly number[],
  again: Touched,
): readonly number[] {
  const leaving: number[] = [];
  const { problem, partitionOf, classOf, classes } = layout;
  for (const n of nodes) {
    const sameZone = n < before.problem.N && before.problem.zone[n] === problem.zone[n];
    for (let s = head[n] ?? NONE; s !== NONE; s = next[s] as number) {
      const p = partitionOf[s] as number;
      if (again.has(p)) continue;
      const keeps = classes[classOf[problem.resourceOf[p] as number] as number]?.keeps[n];
      const isPinned = problem.pinnedFrom[p] !== problem.pinnedFrom[p + 1];
      if (keeps !== 1 && !isPinned) leaving.push(s);
      else if (isPinned || problem.nodeState[n] !== NODE_LIVE || !sameZone) again.add(p);
    }
  }
  return leaving;
}
