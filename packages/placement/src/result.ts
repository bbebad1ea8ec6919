import type { SlotAssignment } from './assignment.ts';
import { type LowerBound, lowerBound } from './bounds/lower-bound.ts';
import { type CompiledProblem, NONE } from './model/compiled.ts';
import { listMoves, type MoveSummary, type ReplicaMove, summarizeMoves } from './moves.ts';
import { PlacementView } from './placement-view.ts';
import { type MovePlan, type PlanOptions, planMoves } from './plan/index.ts';
import { currentAssignment } from './score/current-assignment.ts';
import { type ScoreTerms, scoreOf } from './score/score-of.ts';
import { type Degraded, degradedOf } from './why/degraded.ts';
import { Situation } from './why/situation.ts';
import { type UnmetPin, unmetPins } from './why/unmet-pins.ts';
import { type Unplaced, unplacedOf } from './why/unplaced.ts';
import { type Why, why } from './why/why.ts';

/** A score of today's placement and of the answer, by the same goals. */
export interface ScoreChange {
  readonly before: ScoreTerms;
  readonly after: ScoreTerms;
}

/** What is told of a solve beside its answer. */
export type HowSolved = Pick<PlacementResult, 'steps' | 'finished' | 'touched'>;

/**
 * The answer to a problem. Figures and lists are worked out when they are asked for, from what stood at the end of the solve; a result
 * does not change any more.
 */
export class PlacementResult {
  /** `partial`: something could not be placed; see `unplaced`. */
  readonly status: 'complete' | 'partial';
  /** Where everything is to stand. */
  readonly placement: PlacementView;
  /** Steps of improvement taken. */
  readonly steps: number;
  /** False where the budget ran out before the solver was done: a larger one may give a better answer. */
  readonly finished: boolean;
  /** The problem by indices, for tools that read the answer the same way: `assignment` speaks of its slots and nodes. */
  readonly compiled: CompiledProblem;
  /** The answer by indices. */
  readonly assignment: SlotAssignment;
  /** Partitions, by index and ascending, beside which nothing changes: all others stand as they do today, in the same roles. */
  readonly touched: Int32Array;
  #moves: MoveSummary | undefined;
  #unplaced: readonly Unplaced[] | undefined;
  #situation: Situation | undefined;

  constructor(compiled: CompiledProblem, assignment: SlotAssignment, { steps, finished, touched }: HowSolved) {
    this.compiled = compiled;
    this.assignment = assignment;
    this.steps = steps;
    this.finished = finished;
    this.touched = touched;
    this.placement = new PlacementView(compiled, assignment);
    this.status = assignment.node.includes(NONE) ? 'partial' : 'complete';
  }

  /** What changes, in figures. O(partitions touched), once. */
  get moves(): MoveSummary {
    this.#moves ??= summarizeMoves(this.compiled, this.assignment, this.touched);
    return this.#moves;
  }

  /** What changes, one by one, in order of resources and partitions. For an order in which it can be done see `plan`. */
  movesList(): Generator<ReplicaMove, void, void> {
    return listMoves(this.compiled, this.assignment, this.touched);
  }

  /**
   * The way there: steps in an order that never breaks a hard constraint, or that says where it has to borrow room. O(moves log moves).
   *
   * @throws PlacementError where an option makes no sense.
   */
  plan(options?: PlanOptions): MovePlan {
    return planMoves(this.compiled, this.assignment, options);
  }

  /** The replicas that could not be placed, in order of resources, partitions and roles; each is explained when its fields are read. */
  get unplaced(): readonly Unplaced[] {
    this.#unplaced ??= this.status === 'complete' ? [] : unplacedOf(this.#explained);
    return this.#unplaced;
  }

  /**
   * Pins that are not met, each with what is in its way: the node is offline or draining, lacks the tag or the room, is disabled for the
   * partition. The replica stands elsewhere then, where one could be found. O(partitions).
   */
  get unmetPins(): readonly UnmetPin[] {
    return unmetPins(this.#explained);
  }

  /** Every fault zone that holds several replicas of a partition, as zones are too few: an empty list where they suffice. O(replicas). */
  degraded(): Generator<Degraded, void, void> {
    return degradedOf(this.compiled, this.assignment);
  }

  /** Every term of the score as things stand today and in the answer. O(replicas · (dimensions + replicas of a partition)). */
  score(): ScoreChange {
    const { scales } = this.#explained;
    return {
      before: scoreOf(this.compiled, currentAssignment(this.compiled), scales),
      after: scoreOf(this.compiled, this.assignment, scales),
    };
  }

  /** What any answer within the balance asked for has to move at least, beside what this one moves. O(replicas · log replicas). */
  bound(): LowerBound {
    return lowerBound(this.compiled, this.assignment, this.#explained.scales);
  }

  /**
   * Why a replica stands where it stands: the partition's first one, or the one on `node`; or why none stands on `node`. The first
   * question adds everything up, O(replicas); each further one costs O(nodes).
   *
   * @throws RangeError for names that do not exist, and where the partition wants no replicas.
   */
  why(resource: string, partition: string, node?: string): Why {
    return why(this.#explained, resource, partition, node);
  }

  get #explained(): Situation {
    this.#situation ??= new Situation(this.compiled, this.assignment);
    return this.#situation;
  }
}
