import { KeelsonError } from '@keelson/runtime';
import type { Comparison, Operation, OperationResult, StorePath, TransactionResult } from '@keelson/store';
import { meets } from '@keelson/store/driver';
import type { Acl, MultiOperation, MultiOutcome } from '@keelson/zookeeper-client';
import { createdBy, entryOf, foundVersion, ownerOfSession, writtenBy } from './entry.ts';
import { incarnationGuard, versionTellsIncarnation } from './incarnation-guard.ts';
import { ancestorsOf, PlannedTree, parentOf, type TreeView } from './tree-view.ts';

/** An operation with what only the store knows: the copied value and the session's number. */
export type PreparedOperation =
  | { readonly type: 'put'; readonly path: StorePath; readonly value: Uint8Array; readonly session?: bigint }
  | Exclude<Operation, { readonly type: 'put' }>;

/** A transaction of the port with what only the store knows. */
export interface PreparedTransaction {
  readonly if: readonly Comparison[];
  readonly then: readonly PreparedOperation[];
  readonly else: readonly PreparedOperation[];
}

/** A branch that was chosen, as one multi. */
export interface MultiPlan {
  readonly succeeded: boolean;
  readonly steps: readonly MultiOperation[];
  /** Whether the steps change anything; where not, it is enough to read twice. */
  readonly writes: boolean;
  readonly resultOf: (outcome: MultiOutcome) => TransactionResult;
}

/** Whether the comparison holds on what was read. */
export function holds(comparison: Comparison, view: TreeView): boolean {
  return meets(comparison, foundVersion(view.nodes.get(comparison.path)?.stat));
}

/**
 * Decides the branch on what was read, and plans the multi that carries it out only if that still stands: every comparison
 * that decided, every get, and every absence is checked by a step of its own.
 */
export function planMulti(transaction: PreparedTransaction, view: TreeView, acl: readonly Acl[]): MultiPlan {
  const failing = transaction.if.find((comparison) => !holds(comparison, view));
  const planner = new Planner(view, acl);
  // Of those that do not hold, one that still does not hold is enough.
  for (const comparison of failing === undefined ? transaction.if : [failing])
    planner.stands(comparison.path, comparison.createRevision !== undefined || comparison.modifyRevision !== undefined);
  const branch = failing === undefined ? transaction.then : transaction.else;
  for (const operation of branch) if (operation.type === 'get') planner.stands(operation.path, true);
  const results = branch.map((operation) => planner.plan(operation));
  return {
    succeeded: failing === undefined,
    steps: planner.steps(),
    writes: planner.writes,
    resultOf: (outcome) => ({
      succeeded: failing === undefined,
      revision: outcome.zxid,
      results: results.map((result) => result(planner.resultsOfWrites(outcome))),
    }),
  };
}

type Result = (outcome: MultiOutcome) => OperationResult;

class Planner {
  /** As it was read: conditions are checked before the first write. */
  readonly #seen: PlannedTree;
  /** As it is after the writes planned so far. */
  readonly #tree: PlannedTree;
  readonly #acl: readonly Acl[];
  readonly #checks: Map<StorePath, MultiOperation> = new Map();
  readonly #guards: Map<StorePath, MultiOperation[]> = new Map();
  readonly #absent: Set<StorePath> = new Set();
  readonly #created: Set<StorePath> = new Set();
  readonly #steps: MultiOperation[] = [];

  constructor(view: TreeView, acl: readonly Acl[]) {
    this.#seen = new PlannedTree(view);
    this.#tree = new PlannedTree(view);
    this.#acl = acl;
  }

  get writes(): boolean {
    return this.#steps.length > 0;
  }

  /** Plans the check that the path is as it was read; with `incarnation`, that it is the very same node. */
  stands(path: StorePath, incarnation: boolean): void {
    const node = this.#tree.seen(path);
    if (node === undefined) {
      this.#absent.add(this.#seen.topmostMissing(path));
      return;
    }
    this.#checks.set(path, { type: 'check', path, version: node.stat.version });
    const parent = this.#tree.parentStat(path);
    if (incarnation && parent !== undefined && !versionTellsIncarnation(path, node.stat))
      this.#guards.set(parentOf(path), incarnationGuard(path, parent));
  }

  /** Plans an operation of the branch; gives what reads its result from the answer. */
  plan(operation: PreparedOperation): Result {
    const { path } = operation;
    const node = this.#tree.seen(path);
    if (operation.type === 'get')
      return () => ({ type: 'get', entry: node === undefined ? undefined : entryOf(path, node) });
    if (operation.type === 'delete') return this.#planDelete(path);
    return this.#planPut(operation);
  }

  /** All steps: first what must still stand, then the writes. */
  steps(): MultiOperation[] {
    return [...this.#conditions(), ...this.#steps];
  }

  /** The answer without the results of the conditions. */
  resultsOfWrites(outcome: MultiOutcome): MultiOutcome {
    return { zxid: outcome.zxid, results: outcome.results.slice(outcome.results.length - this.#steps.length) };
  }

  #conditions(): MultiOperation[] {
    const nothing = new Uint8Array();
    // A path that the branch creates is shown to be absent by that.
    const absent = [...this.#absent].filter((path) => !this.#created.has(path));
    return [
      ...this.#checks.values(),
      // Before the pairs below: those create children too.
      ...[...this.#guards.values()].flat(),
      ...absent.flatMap((path): MultiOperation[] => [
        { type: 'create', path, data: nothing, acl: this.#acl },
        { type: 'delete', path },
      ]),
    ];
  }

  #add(step: MultiOperation): number {
    return this.#steps.push(step) - 1;
  }

  #planDelete(path: StorePath): Result {
    const existed = this.#tree.exists(path);
    if (existed) {
      this.#add({ type: 'delete', path });
      this.#tree.set(path, false);
    } else this.#absent.add(this.#seen.topmostMissing(path));
    return () => ({ type: 'delete', existed });
  }

  #planPut({ path, value, session }: Extract<PreparedOperation, { readonly type: 'put' }>): Result {
    const node = this.#tree.seen(path);
    const owned = session === undefined || (node !== undefined && ownerIs(node.stat.ephemeralOwner, session));
    if (this.#tree.exists(path) && owned) {
      const at = this.#add({ type: 'set', path, data: value });
      return ({ results }) => {
        const result = results[at];
        if (result?.type !== 'set') throw unexpected(path);
        return { type: 'put', written: writtenBy(path, result.stat) };
      };
    }
    // The owner of a node cannot be changed: the entry begins a new incarnation under its new session.
    if (this.#tree.exists(path) && node !== undefined) this.#add({ type: 'delete', path, version: node.stat.version });
    for (const ancestor of ancestorsOf(path))
      if (!this.#tree.exists(ancestor)) this.#create(ancestor, new Uint8Array());
    this.#create(path, value, session === undefined ? undefined : 'ephemeral');
    return ({ zxid }) => ({ type: 'put', written: createdBy(path, zxid) });
  }

  #create(path: StorePath, data: Uint8Array, mode?: 'ephemeral'): void {
    this.#add({ type: 'create', path, data, acl: this.#acl, ...(mode === undefined ? {} : { mode }) });
    this.#tree.set(path, true);
    this.#created.add(path);
  }
}

function ownerIs(ephemeralOwner: bigint, session: bigint): boolean {
  return ownerOfSession(ephemeralOwner) === ownerOfSession(session);
}

function unexpected(path: StorePath): KeelsonError {
  return new KeelsonError('E_INTERNAL', `ZooKeeper did not tell what the write of ${path} made.`);
}
