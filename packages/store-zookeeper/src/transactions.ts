import { type CallOptions, KeelsonError, sleep, throwIfAborted } from '@keelson/runtime';
import {
  checkPath,
  type Operation,
  type Session,
  type StorePath,
  type Transaction,
  type TransactionResult,
} from '@keelson/store';
import { checkBranch, checkExpectation, checkWritable, copyOfValue, fieldsCompared } from '@keelson/store/driver';
import { type MultiOutcome, ResultCode, type Stat, zookeeperCodeOf } from '@keelson/zookeeper-client';
import type { StoreContext } from './context.ts';
import { isSequential, versionTellsIncarnation } from './incarnation-guard.ts';
import type { Link } from './link.ts';
import { holds, type PreparedOperation, type PreparedTransaction, planMulti } from './multi-plan.ts';
import { orAbsent } from './reads.ts';
import { underSession, type ZooKeeperSession } from './session.ts';
import { ancestorsOf, parentOf, type SeenNode, type TreeView } from './tree-view.ts';

/** A multi that failed because what it stood on has changed. */
const changedMeanwhile: ReadonlySet<number | undefined> = new Set<number | undefined>([
  ResultCode.noNode,
  ResultCode.nodeExists,
  ResultCode.badVersion,
]);

/** Finds the store's own session behind one of the port. */
export type SessionFinder = (session: Session) => ZooKeeperSession;

/** Carries out transactions of the port: ZooKeeper's multi has no branches, so the store reads, decides, and lets the multi check that what it read still stands. */
export class Transactions {
  readonly #context: StoreContext;
  readonly #sessionOf: SessionFinder;

  constructor(context: StoreContext, sessionOf: SessionFinder) {
    this.#context = context;
    this.#sessionOf = sessionOf;
  }

  transact(transaction: Transaction, options: CallOptions): Promise<TransactionResult> {
    const prepared = this.#prepare(transaction);
    const path = transaction.then[0]?.path ?? transaction.if?.[0]?.path ?? '/';
    const session = this.#sessionIn([...transaction.then, ...(transaction.else ?? [])]);
    return this.#context.calls.write('transact', path, options, (limits) => this.run(prepared, session, limits));
  }

  /** Runs a prepared transaction, on the session's connection where one is named. */
  async run(
    transaction: PreparedTransaction,
    session: ZooKeeperSession | undefined,
    limits: CallOptions & { readonly signal: AbortSignal },
  ): Promise<TransactionResult> {
    if (session !== undefined)
      return await underSession(session, limits, () => this.#attempts(transaction, session.link, limits));
    return await this.#attempts(transaction, this.#context.main, limits);
  }

  async #attempts(
    transaction: PreparedTransaction,
    link: Link,
    limits: CallOptions & { readonly signal: AbortSignal },
  ): Promise<TransactionResult> {
    const guarded = guardedParents(transaction);
    const giveBack = guarded.length === 0 ? () => {} : await link.turns.take(guarded, limits.signal);
    try {
      return await this.#guessOrLook(transaction, link, limits);
    } finally {
      giveBack();
    }
  }

  async #guessOrLook(
    transaction: PreparedTransaction,
    link: Link,
    limits: CallOptions & { readonly signal: AbortSignal },
  ): Promise<TransactionResult> {
    const { runtime } = this.#context;
    const guess = guessedView(transaction, link);
    if (guess !== undefined && transaction.if.every((comparison) => holds(comparison, guess))) {
      const done = await this.#attempt(transaction, guess, link, limits);
      if (done !== undefined) return done;
    }
    for (let attempt = 1; ; attempt += 1) {
      throwIfAborted(limits.signal);
      const { view, zxid } = await this.#look(transaction, link, limits);
      const done = await this.#attempt(transaction, view, link, limits, zxid);
      if (done !== undefined) return done;
      // Whoever is refused again and again steps back a little, so that somebody gets through.
      if (attempt > 2) await sleep(runtime, runtime.random.next() * Math.min(50, 2 ** attempt), limits);
    }
  }

  /** Carries out what the view calls for; `undefined` where the view no longer stands. */
  async #attempt(
    transaction: PreparedTransaction,
    view: TreeView,
    link: Link,
    limits: CallOptions,
    zxid = 0n,
  ): Promise<TransactionResult | undefined> {
    const plan = planMulti(transaction, view, this.#context.acl);
    if (!plan.writes) {
      const again = await this.#look(transaction, link, limits);
      return sameView(view, again.view) ? plan.resultOf({ zxid, results: [] }) : undefined;
    }
    let outcome: MultiOutcome;
    try {
      outcome = await link.client.multi(plan.steps, limits);
    } catch (error) {
      link.incarnations.forget(view);
      if (changedMeanwhile.has(zookeeperCodeOf(error))) return undefined;
      throw error;
    }
    link.incarnations.confirmed(view, plan.steps);
    for (const step of plan.steps) if (step.type !== 'check') link.noteExistence(step.path, step.type !== 'delete');
    return plan.resultOf(outcome);
  }

  /** Reads everything that the transaction names: parents first, as a guard counts from before its node was read. */
  async #look(
    transaction: PreparedTransaction,
    link: Link,
    limits: CallOptions,
  ): Promise<{ readonly view: TreeView; readonly zxid: bigint }> {
    const { client } = link;
    const paths = [...new Set([...transaction.if, ...transaction.then, ...transaction.else].map(({ path }) => path))];
    const above = [...new Set(paths.map(parentOf))];
    const [zxid, parents, nodes] = await Promise.all([
      link.catchUp(),
      readEach(above, (path) => client.exists(path, limits)),
      readEach<SeenNode | undefined>(paths, (path) => orAbsent(client.get(path, limits))),
    ]);
    // Above what is missing there may be more that is.
    const further = [...parents].filter(([, stat]) => stat === undefined).flatMap(([path]) => ancestorsOf(path));
    const unknown = [...new Set(further)].filter((path) => !parents.has(path) && !nodes.has(path));
    for (const [path, stat] of await readEach(unknown, (path) => client.exists(path, limits))) parents.set(path, stat);
    return { view: { nodes, parents }, zxid };
  }

  #prepare(transaction: Transaction): PreparedTransaction {
    const comparisons = transaction.if ?? [];
    const prepared = {
      if: comparisons,
      then: this.#prepareBranch(transaction.then),
      else: this.#prepareBranch(transaction.else ?? []),
    };
    for (const comparison of comparisons) {
      checkPath(comparison.path);
      checkExpectation(comparison);
    }
    const fields = comparisons.reduce((sum, comparison) => sum + fieldsCompared(comparison), 0);
    this.#checkSize(Math.max(fields, prepared.then.length, prepared.else.length));
    return prepared;
  }

  #prepareBranch(operations: readonly Operation[]): PreparedOperation[] {
    const prepared = operations.map((operation): PreparedOperation => {
      if (operation.type === 'get') {
        checkPath(operation.path);
        return operation;
      }
      checkWritable(operation.path);
      if (operation.type === 'delete') return operation;
      const { path, session } = operation;
      const value = copyOfValue(path, operation.value, this.#context.capabilities.maxValueBytes);
      if (session === undefined) return { type: 'put', path, value };
      session.assertAlive();
      return { type: 'put', path, value, session: this.#sessionOf(session).credentials.id };
    });
    checkBranch(operations);
    return prepared;
  }

  /** The one session that the operations write under. */
  #sessionIn(operations: readonly Operation[]): ZooKeeperSession | undefined {
    const named = operations.flatMap((operation) =>
      operation.type === 'put' && operation.session !== undefined ? [this.#sessionOf(operation.session)] : [],
    );
    const [first] = named;
    if (named.some((session) => session !== first))
      throw new KeelsonError('E_UNSUPPORTED', 'On ZooKeeper a transaction can write under one session only.');
    return first;
  }

  #checkSize(size: number): void {
    const limit = this.#context.capabilities.maxTransactionOperations;
    if (size <= limit) return;
    throw new KeelsonError(
      'E_TOO_LARGE',
      `The transaction compares or does ${size} things; the store takes ${limit}.`,
      {
        details: { size, limit },
      },
    );
  }
}

async function readEach<T>(
  paths: readonly StorePath[],
  read: (path: StorePath) => Promise<T>,
): Promise<Map<StorePath, T>> {
  return new Map(await Promise.all(paths.map(async (path) => [path, await read(path)] as const)));
}

/** Parents whose children a transaction may guard while it writes. */
function guardedParents({ if: comparisons, then: branch, else: otherwise }: PreparedTransaction): StorePath[] {
  const all = [...branch, ...otherwise];
  if (all.every(({ type }) => type === 'get')) return [];
  const paths = [
    ...comparisons.filter((one) => one.createRevision !== undefined || one.modifyRevision !== undefined),
    ...all.filter(({ type }) => type === 'get'),
  ].map(({ path }) => path);
  return [...new Set(paths.filter((path) => !isSequential(path)).map(parentOf))];
}

const NOTHING = new Uint8Array();

const ASSUMED: Stat = {
  version: 0,
  czxid: 0n,
  mzxid: 0n,
  pzxid: 0n,
  ctimeMs: 0,
  mtimeMs: 0,
  cversion: 0,
  aversion: 0,
  ephemeralOwner: 0n,
  dataLength: 0,
  numChildren: 0,
};

/**
 * The view in which the comparisons hold, where the multi can show by itself whether it is true: a transaction that compares versions, and revisions of nodes
 * that this connection knows, and only puts, without a session, and deletes what is known to be there. It then costs one round trip. `undefined` for any other.
 */
export function guessedView(
  transaction: PreparedTransaction,
  link: Pick<Link, 'probablyExists' | 'incarnations'>,
): TreeView | undefined {
  const { then: branch } = transaction;
  if (branch.length === 0) return undefined;
  const nodes = new Map<StorePath, SeenNode | undefined>();
  const parents = new Map<StorePath, Stat>();
  for (const { path, version, createRevision, modifyRevision } of transaction.if) {
    if (nodes.has(path)) return undefined;
    if (createRevision === undefined && modifyRevision === undefined) {
      if (version === undefined) return undefined;
      nodes.set(path, assumed(version));
      continue;
    }
    const stat = link.incarnations.node(path);
    if (stat === undefined) return undefined;
    nodes.set(path, { data: NOTHING, stat });
    if (versionTellsIncarnation(path, stat)) continue;
    const parent = parentOf(path);
    const created = link.incarnations.created(parent);
    if (created === undefined) return undefined;
    parents.set(parent, { ...ASSUMED, cversion: 2 * created });
  }
  for (const operation of branch) {
    const { type, path } = operation;
    if (type === 'get' || (type === 'put' && operation.session !== undefined)) return undefined;
    if (nodes.has(path)) continue;
    const exists = link.probablyExists(path);
    // To delete what is not there is to show that it is not, for which more must be known.
    if (type === 'delete' && !exists) return undefined;
    nodes.set(path, assumed(exists ? 1 : 0));
  }
  return { nodes, parents };
}

/** A node of a version of the port's counting; none for 0. */
function assumed(version: number): SeenNode | undefined {
  return version === 0 ? undefined : { data: NOTHING, stat: { ...ASSUMED, version: version - 1 } };
}

/** Whether two readings show one state: then there was an instant between them at which it was all so. */
function sameView(first: TreeView, second: TreeView): boolean {
  const sameNode = (one: Stat | undefined, two: Stat | undefined): boolean =>
    one?.czxid === two?.czxid && one?.mzxid === two?.mzxid;
  const sameAbove = (path: StorePath): boolean =>
    [...ancestorsOf(path), '/'].every((above) => {
      const [one, two] = [first.parents.get(above), second.parents.get(above)];
      return one?.czxid === two?.czxid && one?.pzxid === two?.pzxid;
    });
  return [...first.nodes].every(([path, node]) => {
    const again = second.nodes.get(path);
    // What is missing both times may have been there in between, but then its parent shows it.
    return sameNode(node?.stat, again?.stat) && (node !== undefined || sameAbove(path));
  });
}
