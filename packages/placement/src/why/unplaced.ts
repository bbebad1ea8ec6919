import { NONE } from '../model/compiled.ts';
import { roleName } from '../score/violations.ts';
import type { BindingRule } from './binding.ts';
import { type GlobalCause, globalCauses } from './causes.ts';
import { type Constraint, hindrancesOf, minimalConflict } from './constraint.ts';
import { type Relaxation, smallestRelaxation } from './relaxation.ts';
import type { Situation } from './situation.ts';

/** A replica that could not be placed, and what stands in its way, the rest of the placement being as it is. */
export interface Unplaced {
  readonly resource: string;
  readonly partition: string;
  readonly role: string;
  /**
   * A minimal set of constraints in conflict: together they close every node, and dropping any one of them would open one. Empty where
   * a node is open, which a solve that ran out of its budget can leave behind.
   */
  readonly conflict: readonly Constraint[];
  /** The smallest relaxation that would place it; `undefined` where none would, as when every node holds a replica of it already. */
  readonly relaxation: Relaxation | undefined;
  /** What is lacking in the cluster as a whole, where that says it better. */
  readonly causes: readonly GlobalCause[];
  /** All of it in one sentence. */
  readonly text: string;
}

/** Explains an unplaced replica when its fields are read, so that thousands of them cost nothing until someone asks. */
class UnplacedReplica implements Unplaced {
  readonly resource: string;
  readonly partition: string;
  readonly role: string;
  readonly #situation: Situation;
  readonly #p: number;
  readonly #slot: number;
  #hindrances: readonly (readonly BindingRule[])[] | undefined;
  #conflict: readonly Constraint[] | undefined;

  /** O(1). Slot `slot` of partition `p` has no node in the situation's assignment. */
  constructor(situation: Situation, p: number, slot: number) {
    const { problem } = situation;
    this.#situation = situation;
    this.#p = p;
    this.#slot = slot;
    this.resource = problem.resourceNames[problem.resourceOf[p] ?? 0] ?? '';
    this.partition = problem.partitionNames[p] ?? '';
    this.role = roleName(problem, p, problem.slotRole[slot] ?? 0);
  }

  /** O(N·(D + R)), once. */
  get conflict(): readonly Constraint[] {
    this.#conflict ??= minimalConflict(this.#allHindrances());
    return this.#conflict;
  }

  /** O(N·(D + R)), once. */
  get relaxation(): Relaxation | undefined {
    return smallestRelaxation(this.#allHindrances());
  }

  /** O(N·D), and once per resource a look at the whole problem. */
  get causes(): readonly GlobalCause[] {
    return globalCauses(this.#situation, this.#p, this.#slot);
  }

  get text(): string {
    const what = `${this.role} of ${this.resource}/${this.partition} has no place`;
    if (this.#situation.problem.N === 0) return `${what}: there are no nodes.`;
    if (this.conflict.length === 0)
      return `${what} yet: the solve ended before it was put on a node that is open to it.`;
    const conflict = this.conflict.map(({ text }) => text).join(', ');
    const causes = this.causes.map(({ text }) => `; ${text}`).join('');
    const { relaxation } = this;
    return `${what}: ${conflict}${causes}.${relaxation === undefined ? '' : ` It would be enough to ${relaxation.text}.`}`;
  }

  /** All of it as plain data. */
  toJSON(): Unplaced {
    const { resource, partition, role, conflict, relaxation, causes, text } = this;
    return { resource, partition, role, conflict, relaxation, causes, text };
  }

  #allHindrances(): readonly (readonly BindingRule[])[] {
    this.#hindrances ??= hindrancesOf(this.#situation, this.#p, this.#slot);
    return this.#hindrances;
  }
}

/** Explains why slot `slot` of partition `p` could not be placed; worked out when its fields are read. O(1). */
export function explainUnplaced(situation: Situation, p: number, slot: number): Unplaced {
  return new UnplacedReplica(situation, p, slot);
}

/** All replicas without a place, in order of resources, partitions and roles. O(S). */
export function unplacedOf(situation: Situation): readonly Unplaced[] {
  const { problem, assignment } = situation;
  const unplaced: Unplaced[] = [];
  for (let p = 0; p < problem.P; p++) {
    for (let s = problem.slotsFrom[p] ?? 0; s < (problem.slotsFrom[p + 1] ?? 0); s++) {
      if (assignment.node[s] === NONE) unplaced.push(explainUnplaced(situation, p, s));
    }
  }
  return unplaced;
}
