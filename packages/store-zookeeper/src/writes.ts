import { type CallOptions, isKeelsonError, KeelsonError, throwIfAborted } from '@keelson/runtime';
import type { CreateOptions, DeleteOptions, Expectation, PutOptions, StorePath, Written } from '@keelson/store';
import { checkExpectation, checkWritable, copyOfValue, expectationError } from '@keelson/store/driver';
import {
  type CreateOperation,
  type MultiOperation,
  ResultCode,
  sessionOwner,
  zookeeperCodeOf,
} from '@keelson/zookeeper-client';
import type { StoreContext } from './context.ts';
import { deleteTree } from './delete-tree.ts';
import { createdBy, foundVersion, ownerOfSession, writtenBy } from './entry.ts';
import type { Link } from './link.ts';
import type { PreparedOperation } from './multi-plan.ts';
import { underSession, type ZooKeeperSession } from './session.ts';
import type { SessionFinder, Transactions } from './transactions.ts';
import { ancestorsOf } from './tree-view.ts';

type Limits = CallOptions & { readonly signal: AbortSignal };

const NOTHING = new Uint8Array();

/** The writing half of a store on ZooKeeper, transactions aside. */
export class Writes {
  readonly #context: StoreContext;
  readonly #transactions: Transactions;
  readonly #sessionOf: SessionFinder;

  constructor(context: StoreContext, transactions: Transactions, sessionOf: SessionFinder) {
    this.#context = context;
    this.#transactions = transactions;
    this.#sessionOf = sessionOf;
  }

  put(path: StorePath, value: Uint8Array, options: PutOptions): Promise<Written> {
    checkWritable(path);
    const expect = options.expect ?? {};
    checkExpectation(expect);
    const data = copyOfValue(path, value, this.#context.capabilities.maxValueBytes);
    const session = this.#living(options.session);
    return this.#context.calls.write('put', path, options, async (limits) => {
      if (!isEmpty(expect)) return await this.#putExpecting(path, data, expect, session, limits);
      if (session === undefined) return await this.#put(this.#context.main, path, data, limits);
      return await underSession(session, limits, () => this.#putOwned(session, path, data, limits));
    });
  }

  create(path: StorePath, value: Uint8Array, options: CreateOptions): Promise<Written> {
    checkWritable(path);
    const data = copyOfValue(path, value, this.#context.capabilities.maxValueBytes);
    const session = this.#living(options.session);
    const kind = session === undefined ? 'persistent' : 'ephemeral';
    const mode = options.sequential === true ? (`${kind}-sequential` as const) : kind;
    const operation: CreateOperation = { type: 'create', path, data, mode, acl: this.#context.acl };
    return this.#context.calls.write('create', path, options, async (limits) => {
      try {
        if (session === undefined) return await this.#create(this.#context.main, operation, limits);
        return await underSession(session, limits, () => this.#create(session.link, operation, limits));
      } catch (error) {
        if (zookeeperCodeOf(error) !== ResultCode.nodeExists) throw error;
        throw new KeelsonError('E_ALREADY_EXISTS', `There is an entry at ${path} already.`, { details: { path } });
      }
    });
  }

  delete(path: StorePath, options: DeleteOptions): Promise<boolean> {
    checkWritable(path);
    const expect = options.expect ?? {};
    checkExpectation(expect);
    return this.#context.calls.write('delete', path, options, async (limits) => {
      let existed = false;
      if (options.recursive === true) existed = await this.#deleteBelow(path, expect, limits);
      if (!isEmpty(expect)) return (await this.#deleteExpecting(path, expect, limits)) || existed;
      return (await this.#deleteOne(path, limits)) || existed;
    });
  }

  /** The store's own session behind `session`, alive. */
  #living(session: PutOptions['session']): ZooKeeperSession | undefined {
    if (session === undefined) return undefined;
    session.assertAlive();
    return this.#sessionOf(session);
  }

  /** Writes whatever is there. The first guess is right nearly always, and then it is one request; a wrong one changes nothing. */
  async #put(link: Link, path: StorePath, data: Uint8Array, limits: Limits): Promise<Written> {
    for (let exists = link.probablyExists(path); ; exists = !exists) {
      throwIfAborted(limits.signal);
      try {
        if (!exists) return await this.#create(link, { type: 'create', path, data, acl: this.#context.acl }, limits);
        return writtenBy(path, await link.client.set(path, data, limits));
      } catch (error) {
        if (zookeeperCodeOf(error) !== (exists ? ResultCode.noNode : ResultCode.nodeExists)) throw error;
        link.noteExistence(path, !exists);
      }
    }
  }

  /** Writes under a session: over its own entry, or in the place of whatever else is there. */
  async #putOwned(session: ZooKeeperSession, path: StorePath, data: Uint8Array, limits: Limits): Promise<Written> {
    const { link, id } = session;
    const operation: CreateOperation = { type: 'create', path, data, mode: 'ephemeral', acl: this.#context.acl };
    for (let exists = link.probablyExists(path); ; exists = true) {
      throwIfAborted(limits.signal);
      try {
        if (!exists) return await this.#create(link, operation, limits);
        const stat = await link.client.exists(path, limits);
        if (stat === undefined) return await this.#create(link, operation, limits);
        const owner = sessionOwner(stat);
        // The version shows that it is still the node whose owner was read.
        const replaced: readonly MultiOperation[] =
          owner !== undefined && ownerOfSession(owner) === id
            ? [{ type: 'set', path, data, version: stat.version }]
            : [{ type: 'delete', path, version: stat.version }, operation];
        const { zxid, results } = await link.client.multi(replaced, limits);
        const [result] = results;
        return result?.type === 'set' ? writtenBy(path, result.stat) : createdBy(path, zxid);
      } catch (error) {
        const code = zookeeperCodeOf(error);
        if (code !== ResultCode.nodeExists && code !== ResultCode.noNode && code !== ResultCode.badVersion) throw error;
      }
    }
  }

  async #putExpecting(
    path: StorePath,
    data: Uint8Array,
    expect: Expectation,
    session: ZooKeeperSession | undefined,
    limits: Limits,
  ): Promise<Written> {
    const put: PreparedOperation = {
      type: 'put',
      path,
      value: data,
      ...(session === undefined ? {} : { session: session.credentials.id }),
    };
    const result = await this.#onlyIf(path, expect, put, session, limits);
    if (result?.type === 'put') return result.written;
    throw new KeelsonError('E_INTERNAL', `The put of ${path} told no outcome.`);
  }

  async #deleteExpecting(path: StorePath, expect: Expectation, limits: Limits): Promise<boolean> {
    const result = await this.#onlyIf(path, expect, { type: 'delete', path }, undefined, limits);
    return result?.type === 'delete' && result.existed;
  }

  /** Does one operation if the entry meets the expectation; else throws what is wrong with it. */
  async #onlyIf(
    path: StorePath,
    expect: Expectation,
    operation: PreparedOperation,
    session: ZooKeeperSession | undefined,
    limits: Limits,
  ) {
    const transaction = {
      if: [{ path, ...expect }],
      then: [operation],
      else: [{ type: 'get', path } as const],
    };
    const { succeeded, results } = await this.#transactions.run(transaction, session, limits);
    const [result] = results;
    if (succeeded) return result;
    const entry = result?.type === 'get' ? result.entry : undefined;
    throw expectationError(path, expect, entry && { ...entry, modRevision: entry.modifyRevision });
  }

  /** Creates a node; where its parents are missing, with them, in one transaction. */
  async #create(link: Link, operation: CreateOperation, limits: Limits): Promise<Written> {
    const { path, data, ...rest } = operation;
    for (;;) {
      throwIfAborted(limits.signal);
      try {
        const created = await link.client.create(path, data, { ...rest, ...limits });
        link.noteExistence(created.path, true);
        return writtenBy(created.path, created.stat);
      } catch (error) {
        if (zookeeperCodeOf(error) !== ResultCode.noNode) throw error;
      }
      const written = await this.#createWithParents(link, operation, limits);
      if (written !== undefined) return written;
    }
  }

  /** `undefined`: somebody else created or deleted a parent meanwhile. */
  async #createWithParents(link: Link, operation: CreateOperation, limits: Limits): Promise<Written | undefined> {
    const ancestors = ancestorsOf(operation.path);
    const stats = await Promise.all(ancestors.map((path) => link.client.exists(path, limits)));
    const parents = ancestors
      .filter((_path, index) => stats[index] === undefined)
      .map((path) => ({ type: 'create', path, data: NOTHING, acl: this.#context.acl }) as const);
    try {
      const { zxid, results } = await link.client.multi([...parents, operation], limits);
      const last = results.at(-1);
      if (last?.type !== 'created')
        throw new KeelsonError('E_INTERNAL', `The create of ${operation.path} told no path.`);
      link.noteExistence(last.path, true);
      return createdBy(last.path, zxid);
    } catch (error) {
      const code = zookeeperCodeOf(error);
      const ofItself = isKeelsonError(error) && error.details?.index === parents.length;
      if (code === ResultCode.noNode || (code === ResultCode.nodeExists && !ofItself)) return undefined;
      throw error;
    }
  }

  async #deleteOne(path: StorePath, limits: Limits): Promise<boolean> {
    const { main } = this.#context;
    try {
      await main.client.delete(path, limits);
      main.noteExistence(path, false);
      return true;
    } catch (error) {
      if (zookeeperCodeOf(error) === ResultCode.noNode) return false;
      if (zookeeperCodeOf(error) !== ResultCode.notEmpty) throw error;
      throw new KeelsonError('E_NOT_EMPTY', `There are entries below ${path}.`, { details: { path } });
    }
  }

  /** Deletes what is below, and the entry too where nothing is expected of it; says whether anything was. An expectation is looked at first, so that what does not meet it keeps its children. */
  async #deleteBelow(path: StorePath, expect: Expectation, limits: Limits): Promise<boolean> {
    const { client } = this.#context.main;
    if (!isEmpty(expect)) {
      await this.#context.main.catchUp();
      const stat = await client.exists(path, limits);
      const found = foundVersion(stat);
      const result = await this.#transactions.run({ if: [{ path, ...expect }], then: [], else: [] }, undefined, limits);
      if (!result.succeeded) throw expectationError(path, expect, found);
    }
    return await deleteTree(this.#context, path, isEmpty(expect), limits);
  }
}

function isEmpty(expect: Expectation): boolean {
  return expect.version === undefined && expect.createRevision === undefined && expect.modifyRevision === undefined;
}
