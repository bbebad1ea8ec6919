import { checkNodeName, type Names } from './check/context.ts';
import type { Inspection } from './check/inspection.ts';
import { checkNode } from './check/nodes.ts';
import { PartitionCheck } from './check/partition-check.ts';
import { checkResource, checkRoles } from './check/resources.ts';
import { checkFields, checkMoment, type Fields, nameOf, shown } from './check/values.ts';
import { checkGoals } from './check/wishes.ts';
import { PartitionEdits } from './partition-edits.ts';
import type {
  PartitionPattern,
  PlacementNode,
  PlacementPartition,
  PlacementProblem,
  PlacementResource,
  ReplicaAt,
} from './problem.ts';

/** What is known about what stands, beside what the problem says. */
export interface Standing {
  /** Whether any partition mentions a node among its pins, bans and preferences. */
  isMentioned(node: string): boolean;
  /** Whether replicas stand on a node that does not exist. */
  isStray(node: string): boolean;
  /** Where the replicas of a partition stand, if not where its `current` says. */
  currentOf(resource: string, partition: string): readonly ReplicaAt[] | undefined;
}

/** A problem after changes. */
export interface ChangedProblem {
  readonly problem: PlacementProblem;
  /** By resource that was there before: its partitions that are new or different, and `undefined` for those removed. */
  readonly edits: ReadonlyMap<string, ReadonlyMap<string, PlacementPartition | undefined>>;
  /** Resources that are new, also where one of their name was there before. */
  readonly added: ReadonlySet<string>;
}

/** A problem while changes are made to it. What is wrong with a change is noted, and that change is not made. */
export class ProblemDraft {
  readonly #inspection: Inspection;
  readonly #standing: Standing;
  readonly #names: Names;
  readonly #nodes: Map<string, PlacementNode>;
  readonly #resources: Map<string, PlacementResource>;
  readonly #edits: Map<string, PartitionEdits> = new Map();
  readonly #added: Set<string> = new Set();
  #problem: PlacementProblem;

  constructor(problem: PlacementProblem, inspection: Inspection, standing: Standing) {
    this.#problem = problem;
    this.#inspection = inspection;
    this.#standing = standing;
    this.#nodes = new Map(problem.nodes.map((node) => [node.name, node]));
    this.#resources = new Map(problem.resources.map((resource) => [resource.name, resource]));
    this.#names = {
      dimensions: new Set(problem.dimensions ?? []),
      levels: problem.topology?.levels ?? [],
      nodes: this.#nodes,
      resources: this.#resources,
      hasPartition: (resource, partition) => this.#editsOf(resource)?.has(partition) ?? false,
    };
  }

  addNode(node: unknown): void {
    if (!this.#checkNode('node', node)) return;
    if (this.#nodes.has(node.name)) this.#inspection.faultAt('node', `is there already: ${shown(node.name)}`);
    else {
      this.#nodes.set(node.name, node);
      this.#touchDisabled(node.disabled ?? []);
      if (this.#standing.isStray(node.name))
        for (const name of this.#resources.keys()) this.#editsOf(name)?.touchOn(node.name);
    }
  }

  changeNode(name: unknown, patch: unknown): void {
    const inspection = this.#inspection;
    const node = this.#nodes.get(checkNodeName(inspection, this.#names, 'name', name) ?? '');
    inspection.enter('patch');
    if (checkFields(inspection, patch) && patch.name !== undefined && patch.name !== name)
      inspection.faultAt('name', 'must not change');
    inspection.leave();
    if (node === undefined || typeof patch !== 'object') return;
    const patched = { ...node, ...patch, name: node.name };
    if (!this.#checkNode('patch', patched)) return;
    this.#nodes.set(node.name, patched);
    if (patched.disabled !== node.disabled)
      this.#touchDisabled([...(node.disabled ?? []), ...(patched.disabled ?? [])]);
  }

  removeNode(name: unknown): void {
    const known = checkNodeName(this.#inspection, this.#names, 'name', name);
    if (known === undefined) return;
    this.#touchDisabled(this.#nodes.get(known)?.disabled ?? []);
    this.#nodes.delete(known);
    const isMentioned = this.#standing.isMentioned(known);
    for (const resource of this.#resources.keys()) {
      const inAll = isMentioned || this.#added.has(resource);
      // What these very changes say may mention it too.
      if (inAll || this.#edits.has(resource)) this.#editsOf(resource)?.forget(known, inAll);
    }
  }

  setPartition(resource: unknown, partition: unknown): void {
    const inspection = this.#inspection;
    const edits = this.#checkResourceName('resource', resource);
    if (edits === undefined) return;
    const check = new PartitionCheck(inspection, this.#names, edits.roleCounts);
    if (this.#isSound(() => check.item('partition', partition))) edits.set(partition as PlacementPartition);
  }

  removePartition(resource: unknown, partition: unknown): void {
    const edits = this.#checkResourceName('resource', resource);
    const name = nameOf(this.#inspection, 'partition', partition);
    if (edits === undefined || name === undefined) return;
    if (edits.remove(name))
      this.#dropPatterns((pattern) => pattern.resource === resource && pattern.partition === name);
    else this.#inspection.faultAt('partition', `is not a partition of the resource: ${shown(name)}`);
  }

  addResource(resource: unknown): void {
    const inspection = this.#inspection;
    inspection.enter('resource');
    const sound = this.#isSound(() => {
      if (!checkFields(inspection, resource)) return;
      checkResource(inspection, resource, this.#names, this.#nodes.size);
      if (typeof resource.name === 'string' && this.#resources.has(resource.name)) {
        inspection.faultAt('name', `is there already: ${shown(resource.name)}`);
      }
    });
    inspection.leave();
    if (!sound) return;
    const added = resource as PlacementResource;
    this.#resources.set(added.name, added);
    this.#added.add(added.name);
  }

  removeResource(name: unknown): void {
    if (this.#checkResourceName('name', name) === undefined || typeof name !== 'string') return;
    this.#resources.delete(name);
    this.#edits.delete(name);
    this.#dropPatterns((pattern) => pattern.resource === name);
    const affinities = this.#problem.affinities?.filter(({ resources }) => !resources.includes(name));
    if (affinities !== undefined) this.#problem = { ...this.#problem, affinities };
  }

  setGoals(goals: unknown): void {
    if (!this.#isSound(() => checkGoals(this.#inspection, goals ?? null))) return;
    this.#problem = { ...this.#problem, goals: { ...this.#problem.goals, ...(goals as PlacementProblem['goals']) } };
  }

  setNow(change: Fields): void {
    if (change.nowMs === undefined) this.#inspection.faultAt('nowMs', 'is missing: must be a finite number');
    else if (this.#isSound(() => checkMoment(this.#inspection, change, 'nowMs')))
      this.#problem = { ...this.#problem, nowMs: change.nowMs as number };
  }

  /** The problem with all changes made. */
  finish(): ChangedProblem {
    const resources = Array.from(this.#resources, ([name, resource]) => this.#edits.get(name)?.finish() ?? resource);
    const edits = new Map(Array.from(this.#edits, ([name, { edited }]) => [name, edited]));
    return { problem: { ...this.#problem, nodes: [...this.#nodes.values()], resources }, edits, added: this.#added };
  }

  /** Single partitions that a node may take or not are partitions that become different. */
  #touchDisabled(patterns: readonly PartitionPattern[]): void {
    for (const { resource, partition } of patterns)
      if (partition !== undefined) this.#editsOf(resource)?.touch(partition);
  }

  /** Takes what no longer exists out of what nodes are disabled for. */
  #dropPatterns(isDropped: (pattern: PartitionPattern) => boolean): void {
    for (const node of this.#nodes.values()) {
      if (node.disabled?.some(isDropped) !== true) continue;
      this.#nodes.set(node.name, { ...node, disabled: node.disabled.filter((pattern) => !isDropped(pattern)) });
    }
  }

  #checkNode(key: string, node: unknown): node is PlacementNode {
    const inspection = this.#inspection;
    inspection.enter(key);
    const sound = this.#isSound(() => {
      if (checkFields(inspection, node)) checkNode(inspection, node, this.#names);
    });
    inspection.leave();
    return sound;
  }

  #checkResourceName(key: string, resource: unknown): PartitionEdits | undefined {
    const name = nameOf(this.#inspection, key, resource);
    if (name === undefined) return undefined;
    const edits = this.#editsOf(name);
    if (edits === undefined) this.#inspection.faultAt(key, `is not a resource: ${shown(name)}`);
    return edits;
  }

  #editsOf(name: string): PartitionEdits | undefined {
    const known = this.#edits.get(name);
    const resource = this.#resources.get(name);
    if (known !== undefined || resource === undefined) return known;
    const roles = checkRoles(this.#inspection, { roles: resource.roles }, this.#names.dimensions);
    const edits = new PartitionEdits(resource, roles, (partition) =>
      // What stood of a resource that was removed is no replica of the one of its name that came after.
      this.#added.has(name) ? undefined : this.#standing.currentOf(name, partition),
    );
    this.#edits.set(name, edits);
    return edits;
  }

  #isSound(check: () => void): boolean {
    const before = this.#inspection.faults;
    check();
    return this.#inspection.faults === before;
  }
}
