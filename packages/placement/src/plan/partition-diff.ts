import type { SlotAssignment } from '../assignment.ts';
import { type CompiledProblem, NODE_GONE, NONE } from '../model/compiled.ts';
import type { RoleChange } from './jobs.ts';

/** What has to become different about one partition. */
export interface PartitionDiff {
  /** Nodes that get a copy, with the roles they will have. */
  readonly adds: readonly { readonly node: number; readonly role: number }[];
  /** Nodes whose replica is given up, with the roles they have now. */
  readonly drops: readonly { readonly node: number; readonly role: number }[];
  /** Changes of roles in an order in which no role that leads is ever held by too many. */
  readonly changes: readonly RoleChange[];
}

/** Compares what stands with what is to stand, partition by partition: O(replicas). */
export class PartitionDiffer {
  readonly #problem: CompiledProblem;
  readonly #assignment: SlotAssignment;
  /** [n] role in the target or today of the partition being looked at; NONE elsewhere. */
  readonly #target: Int32Array;
  readonly #present: Int32Array;

  constructor(problem: CompiledProblem, assignment: SlotAssignment) {
    this.#problem = problem;
    this.#assignment = assignment;
    this.#target = new Int32Array(problem.N).fill(NONE);
    this.#present = new Int32Array(problem.N).fill(NONE);
  }

  /** `undefined` where nothing changes. */
  diff(p: number): PartitionDiff | undefined {
    this.#mark(p, true);
    const found = this.#compare(p);
    this.#mark(p, false);
    return found;
  }

  #mark(p: number, on: boolean): void {
    const { slotsFrom, slotRole, currentFrom, currentNode, currentRole, nodeState } = this.#problem;
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const n = this.#assignment.node[s] as number;
      if (n !== NONE) this.#target[n] = on ? (slotRole[s] as number) : NONE;
    }
    for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
      const n = currentNode[c] as number;
      // What stood on a node that is gone is lost.
      if (nodeState[n] !== NODE_GONE) this.#present[n] = on ? (currentRole[c] as number) : NONE;
    }
  }

  #compare(p: number): PartitionDiff | undefined {
    const { slotsFrom, currentFrom, currentNode } = this.#problem;
    const adds: { node: number; role: number }[] = [];
    const drops: { node: number; role: number }[] = [];
    const stays: RoleChange[] = [];
    for (let s = slotsFrom[p] as number; s < (slotsFrom[p + 1] as number); s++) {
      const node = this.#assignment.node[s] as number;
      if (node === NONE) continue;
      const role = this.#target[node] as number;
      const was = this.#present[node] as number;
      if (was === NONE) adds.push({ node, role });
      else if (was !== role) stays.push({ node, was, role, isNew: false });
    }
    for (let c = currentFrom[p] as number; c < (currentFrom[p + 1] as number); c++) {
      const node = currentNode[c] as number;
      if (this.#present[node] !== NONE && this.#target[node] === NONE)
        drops.push({ node, role: this.#present[node] as number });
    }
    if (adds.length + drops.length + stays.length === 0) return undefined;
    return { adds, drops, changes: this.#roleChanges(p, adds, drops, stays) };
  }

  /**
   * Demotions first, from the least important role up, each to a role that does not lead; then promotions, to the most important role
   * first. A leader that is given up steps down if another steps up.
   */
  #roleChanges(
    p: number,
    adds: PartitionDiff['adds'],
    drops: PartitionDiff['drops'],
    stays: readonly RoleChange[],
  ): readonly RoleChange[] {
    const k = this.#problem.resourceOf[p] as number;
    const leads = this.#problem.roleLeads[k] as Uint8Array;
    const lowest = leads.length - 1;
    const down: RoleChange[] = [];
    const up: RoleChange[] = [];
    for (const { node, role } of adds) if (role !== lowest) up.push({ node, was: lowest, role, isNew: true });
    for (const change of stays) {
      if (change.role < change.was) up.push(change);
      else if (leads[change.role] !== 1 || change.role === lowest) down.push(change);
      else {
        down.push({ ...change, role: lowest });
        up.push({ ...change, was: lowest });
      }
    }
    const isHandedOver = up.some((change) => leads[change.role] === 1);
    for (const { node, role } of drops) {
      if (isHandedOver && leads[role] === 1 && role !== lowest)
        down.push({ node, was: role, role: lowest, isNew: false });
    }
    down.sort((a, b) => b.was - a.was || a.node - b.node);
    up.sort((a, b) => a.role - b.role || a.node - b.node);
    return [...down, ...up];
  }
}
