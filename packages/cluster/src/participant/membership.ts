import { KeelsonError, onAbort, type Runtime } from '@keelson/runtime';
import type { Comparison, Entry, Operation, Revision, Session, Store, WatchEvent } from '@keelson/store';
import {
  type ClusterPaths,
  DROPPED_STATE,
  decodeRecord,
  encodeRecord,
  Message,
  replicaFields,
  type SimpleFields,
  simpleField,
} from '../model/index.ts';
import { CommitQueue } from './commit-queue.ts';
import type { CurrentStateBook } from './current-state-book.ts';
import { GuardedWriter } from './guarded-writer.ts';
import { type IncomingMessage, type IntakeView, planIntake, type Verdict } from './intake.ts';
import { relaysOf } from './relay.ts';
import type { Replica, ReplicaTable, RunningTransition } from './replica-table.ts';
import type { StateModelCatalogue } from './state-model-catalogue.ts';
import { beginTransition, type RunnerOptions, runTransition, type TransitionResult } from './transition-runner.ts';

/** What one membership is made of. */
export interface MembershipOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly cluster: string;
  readonly paths: ClusterPaths;
  readonly instance: string;
  readonly session: Session;
  /** Create revision of this session's live instance. */
  readonly liveRevision: Revision;
  readonly book: CurrentStateBook;
  readonly models: StateModelCatalogue;
  readonly replicas: ReplicaTable;
}

/** A message taken up and the replicas it moves. */
interface Accepted {
  readonly incoming: IncomingMessage;
  readonly partitions: readonly string[];
}

/** A write about one message; units are put together into transactions. */
interface Unit {
  readonly operations: readonly Operation[];
  readonly condition?: Comparison;
  readonly accepted?: Accepted;
}

/**
 * The life of an instance in the cluster under one session: takes its messages, runs the transitions, writes what became of
 * them. Ends with the session, or when its live instance turns out to be gone.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #stop = new AbortController();
  readonly #writer: GuardedWriter;
  readonly #commits: CommitQueue;
  readonly #runner: RunnerOptions;
  /** Messages taken up, by path. A message of the same id that comes after one is gone is a new one. */
  readonly #known = new Map<string, Revision>();
  /** Messages not looked at yet, by path. */
  #pending = new Map<string, Entry>();
  #taking = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    const { store, runtime, cluster, instance, session, paths, liveRevision } = options;
    const { signal } = this.#stop;
    const guard = { path: paths.liveInstance(instance), createRevision: liveRevision };
    this.#writer = new GuardedWriter({ store, runtime, guard, signal });
    this.#commits = new CommitQueue(this.#writer, options.book);
    this.#runner = { cluster, instance, runtime, session, signal };
  }

  /** Trips when the membership has ended; the reason says why. Every ownership has been tripped by then. */
  get ended(): AbortSignal {
    return this.#stop.signal;
  }

  /** Ends it: all ownership is gone at once. Idempotent; the first reason counts. */
  end(reason: unknown): void {
    if (this.#stop.signal.aborted) return;
    this.#options.replicas.endAll(reason);
    this.#stop.abort(reason);
  }

  /** Follows the messages until the end. Resolves then; never rejects. */
  async run(): Promise<void> {
    const { store, session, paths, instance } = this.#options;
    const release = onAbort(session.lost, (lost) => this.end(lost.reason));
    const guarding = this.#guard();
    try {
      for await (const event of store.watch(paths.messages(instance), { signal: this.#stop.signal })) {
        this.#note(event);
        if (!this.#taking && this.#pending.size > 0) void this.#takeAll();
      }
    } catch (error) {
      this.end(error);
    } finally {
      release();
      this.end(new KeelsonError('E_CLOSED', 'The watch on the messages has ended.'));
      await guarding;
    }
  }

  /** Ends the membership when its live instance goes, even while the session lives: an operator may take an instance out so. */
  async #guard(): Promise<void> {
    const { store, paths, instance, liveRevision } = this.#options;
    const path = paths.liveInstance(instance);
    const signal = this.#stop.signal;
    try {
      for await (const event of store.watch(path, { signal })) {
        const gone =
          event.type === 'snapshot'
            ? event.entries.every((entry) => entry.path !== path || entry.createRevision !== liveRevision)
            : event.type === 'changes' &&
              event.changes.some((change) => change.type === 'delete' && change.path === path);
        if (gone) this.end(new KeelsonError('E_SESSION_EXPIRED', `The live instance ${path} was deleted.`));
      }
    } catch (error) {
      this.end(error);
    }
  }

  /** Keeps what an event says about messages until they are taken. */
  #note(event: WatchEvent): void {
    if (event.type === 'snapshot') {
      this.#pending = new Map(event.entries.map((entry) => [entry.path, entry]));
      for (const path of this.#known.keys()) if (!this.#pending.has(path)) this.#known.delete(path);
    } else if (event.type === 'changes') {
      for (const change of event.changes) {
        if (change.type === 'put') this.#pending.set(change.entry.path, change.entry);
        else {
          this.#pending.delete(change.path);
          this.#known.delete(change.path);
        }
      }
    }
  }

  /** Takes what is pending, all of it at a time: what comes while one group is written makes the next. */
  async #takeAll(): Promise<void> {
    this.#taking = true;
    try {
      while (this.#pending.size > 0 && !this.#stop.signal.aborted) {
        const entries = [...this.#pending.values()];
        this.#pending.clear();
        await this.#take(this.#unknown(entries));
      }
    } catch (error) {
      this.end(error);
    } finally {
      this.#taking = false;
    }
  }

  /** Those not taken up before, oldest first. */
  #unknown(entries: readonly Entry[]): readonly IncomingMessage[] {
    const root = `${this.#options.paths.messages(this.#options.instance)}/`;
    return entries
      .filter(({ path, createRevision }) => path.startsWith(root) && this.#known.get(path) !== createRevision)
      .sort((a, b) => (a.createRevision < b.createRevision ? -1 : 1))
      .flatMap((entry) => {
        const record = decodeRecord(entry.value);
        const id = entry.path.slice(root.length);
        return record === undefined
          ? []
          : [{ message: new Message({ ...record, id }), revision: entry.createRevision }];
      });
  }

  async #take(messages: readonly IncomingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const { models, runtime, session } = this.#options;
    const signal = this.#stop.signal;
    await models.load(
      messages.map(({ message }) => message.stateModel),
      { signal },
    );
    const view: IntakeView = {
      session: session.id,
      nowMs: runtime.clock.wallMs(),
      standing: (resource, partition, model) =>
        this.#options.replicas.standing(resource, partition, models.initialState(model) ?? ''),
      handler: (resource, partition, model) => this.#handler(resource, partition, model),
    };
    const units = planIntake(messages, view).flatMap((verdict) => this.#unitOf(verdict, view.nowMs));
    for (const group of this.#grouped(units)) await this.#writeGroup(group);
  }

  /** Makes the handler where it is missing, for only then it is known whether the replica can be taken on. */
  #handler(resource: string, partition: string, model: string): 'ready' | 'missing' | 'failed' {
    const { replicas, models, runtime } = this.#options;
    const initialState = models.initialState(model);
    if (initialState === undefined || !replicas.handles(model)) return 'missing';
    try {
      replicas.obtain(resource, partition, model, initialState);
      return 'ready';
    } catch (error) {
      runtime.logger.error({ error, resource, partition, model }, 'the handler of a replica could not be made');
      return 'failed';
    }
  }

  #unitOf(verdict: Verdict, nowMs: number): readonly Unit[] {
    const { paths, instance, session, runtime } = this.#options;
    const { incoming } = verdict;
    const { message } = incoming;
    const path = paths.message(instance, message.id);
    const condition = { path, createRevision: incoming.revision };
    const put = (changed: Message): Operation => ({ type: 'put', path, value: encodeRecord(changed.record) });
    if (verdict.type === 'leave') return [];
    if (verdict.type === 'refuse') {
      const tries = message.retryCount - 1;
      return [{ operations: [put(message.withOutcome(tries <= 0 ? 'unprocessable' : 'new', tries))], condition }];
    }
    this.#known.set(path, incoming.revision);
    if (verdict.type === 'drop') {
      const { reason } = verdict;
      if (reason !== 'no-op') runtime.logger.info({ message: message.id, reason }, 'a message was dropped');
      return [{ operations: [{ type: 'delete', path }] }];
    }
    if (verdict.type === 'cancel') {
      this.#cancel(message);
      return [{ operations: [{ type: 'delete', path }] }];
    }
    const operations = [...this.#ensureCurrentState(message), put(message.withRead(session.id, nowMs))];
    return [{ operations, condition, accepted: { incoming, partitions: verdict.partitions } }];
  }

  #ensureCurrentState({ resource, stateModel, stateModelFactory, bucketSize }: Message): readonly Operation[] {
    return this.#options.book.ensure({ resource, stateModel, stateModelFactory, bucketSize });
  }

  #cancel(message: Message): void {
    const running = this.#options.replicas.get(message.resource, message.partition)?.running;
    if (running === undefined) return;
    running.cancelled = true;
    running.ownership.end(new KeelsonError('E_ABORTED', 'The controller cancelled the transition.'));
  }

  /** Splits units so that each group fits into one transaction, its guard included. */
  #grouped(units: readonly Unit[]): readonly (readonly Unit[])[] {
    const groups: Unit[][] = [];
    let size = Number.POSITIVE_INFINITY;
    for (const unit of units) {
      if (size + unit.operations.length >= this.#writer.maxOperations) {
        groups.push([]);
        size = 0;
      }
      groups.at(-1)?.push(unit);
      size += unit.operations.length;
    }
    return groups;
  }

  /** One transaction for all; where a message has gone meanwhile, one for each, so that the others go on. */
  async #writeGroup(units: readonly Unit[]): Promise<void> {
    const conditions = units.flatMap(({ condition }) => condition ?? []);
    const operations = units.flatMap((unit) => unit.operations);
    if (await this.#writer.write(operations, conditions)) {
      for (const { accepted } of units) if (accepted !== undefined) void this.#execute(accepted);
    } else if (units.length > 1) {
      for (const unit of units) await this.#writeGroup([unit]);
    } // else its message was withdrawn before it was taken up: nothing has begun, the replica stays where it is
  }

  async #execute({ incoming, partitions }: Accepted): Promise<void> {
    const { paths, instance, runtime } = this.#options;
    const { message, revision } = incoming;
    const path = paths.message(instance, message.id);
    const moves = partitions.flatMap((partition) => {
      const replica = this.#options.replicas.get(message.resource, partition);
      return replica === undefined ? [] : [{ replica, running: beginTransition(this.#runner, replica, message) }];
    });
    try {
      const results = await Promise.all(
        moves.map(async ({ replica, running }) => {
          const order = { replica, message, fencingToken: revision };
          return { replica, running, result: await runTransition(this.#runner, running, order) };
        }),
      );
      if (this.#stop.signal.aborted) return;
      const deltas = results.map(({ replica, running, result }) => this.#delta(replica, running, result, incoming));
      const succeeded = results.every(({ running, result }) => result.state === running.to);
      const relays = succeeded ? relaysOf(message, paths, runtime.clock.wallMs()) : [];
      await this.#commits.commit({ deltas, message: path, relays });
    } catch (error) {
      // The outcome cannot be told to the cluster: under a new session everything begins anew.
      if (!this.#stop.signal.aborted)
        runtime.logger.error({ error, message: message.id }, 'an outcome was not written');
      this.end(error);
    }
  }

  #delta(
    replica: Replica,
    running: RunningTransition,
    result: TransitionResult,
    { message, revision }: IncomingMessage,
  ): { resource: string; partition: string; fields: SimpleFields | undefined } {
    const { resource, partition } = replica;
    const { state } = result;
    if (result.error !== undefined) {
      const { logger } = this.#options.runtime;
      const fields = { error: result.error, resource, partition, from: running.from, to: running.to };
      logger.error(fields, 'a transition failed');
    }
    if (state === DROPPED_STATE) {
      this.#options.replicas.forget(replica);
      return { resource, partition, fields: undefined };
    }
    const fields = replicaFields({
      state: state ?? running.from,
      previousState: running.from,
      startedMs: result.startedMs,
      endedMs: result.endedMs,
      triggeredBy: simpleField(message.record, 'RELAY_FROM') ?? message.sourceName,
      info: result.error === undefined ? '' : describe(result.error),
      fencingToken: revision,
    });
    return { resource, partition, fields };
  }
}

/** One line for INFO, where the operator looks first. */
function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
}
