import { KeelsonError, onAbort, type Runtime, retry, sleep } from '@keelson/runtime';
import type { Session, Store } from '@keelson/store';
import { type ClusterPaths, DROPPED_STATE, type Message } from '../model/index.ts';
import { CommitQueue } from './commit-queue.ts';
import type { CurrentStateBook } from './current-state-book.ts';
import { GuardedWriter } from './guarded-writer.ts';
import { type IncomingMessage, type IntakeView, planIntake, type Verdict } from './intake.ts';
import type { LifeSign } from './life-sign.ts';
import { MessageInbox } from './message-inbox.ts';
import { type Accepted, groupUnits, type Unit, unitsOf } from './message-units.ts';
import { relaysOf } from './relay.ts';
import { deltaOf, type EndedTransition } from './replica-delta.ts';
import type { ReplicaTable } from './replica-table.ts';
import type { StateModelCatalogue } from './state-model-catalogue.ts';
import { beginTransition, type RunnerOptions, runTransition } from './transition-runner.ts';

/** While the store is out of reach the session decides how long there is something to wait for. */
const PATIENCE = { attempts: Number.POSITIVE_INFINITY, baseMs: 20, capMs: 500 };

/** What one membership is made of. */
export interface MembershipOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly cluster: string;
  readonly paths: ClusterPaths;
  readonly instance: string;
  readonly session: Session;
  /** That of this session. */
  readonly sign: LifeSign;
  readonly book: CurrentStateBook;
  readonly models: StateModelCatalogue;
  readonly replicas: ReplicaTable;
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
  readonly #inbox: MessageInbox;
  #taking = false;

  constructor(options: MembershipOptions) {
    this.#options = options;
    const { store, runtime, cluster, instance, session, paths, sign } = options;
    const { signal } = this.#stop;
    this.#inbox = new MessageInbox(paths.messages(instance));
    this.#writer = new GuardedWriter({ store, runtime, sign, signal });
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
        this.#inbox.note(event);
        if (!this.#taking) void this.#takeAll();
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
    const { store, sign } = this.#options;
    const path = sign.paths.live;
    const signal = this.#stop.signal;
    try {
      for await (const event of store.watch(path, { signal })) {
        const gone =
          event.type === 'snapshot'
            ? event.entries.every((entry) => entry.path !== path || entry.createRevision !== sign.createRevision)
            : event.type === 'changes' &&
              event.changes.some((change) => change.type === 'delete' && change.path === path);
        if (gone) this.end(new KeelsonError('E_SESSION_EXPIRED', `The live instance ${path} was deleted.`));
      }
    } catch (error) {
      this.end(error);
    }
  }

  /**
   * Takes what is pending, all of it at a time: what comes while one group is written makes the next. What is here already but comes change by change,
   * as from ZooKeeper, is waited for, or the first would go alone and all others wait for it to be written.
   */
  async #takeAll(): Promise<void> {
    this.#taking = true;
    try {
      await sleep(this.#options.runtime, 0);
      while (this.#inbox.waiting && !this.#stop.signal.aborted) await this.#take(this.#inbox.look());
    } catch (error) {
      this.end(error);
    } finally {
      this.#taking = false;
    }
  }

  async #take(messages: readonly IncomingMessage[]): Promise<void> {
    if (messages.length === 0) return;
    const { models, runtime, session, replicas, paths, instance, book } = this.#options;
    const signal = this.#stop.signal;
    const names = messages.map(({ message }) => message.stateModel);
    await retry(runtime, { ...PATIENCE, signal }, () => models.load(names, { signal }));
    const nowMs = runtime.clock.wallMs();
    const view: IntakeView = {
      session: session.id,
      nowMs,
      standing: (resource, partition, model) =>
        replicas.standing(resource, partition, models.initialState(model) ?? ''),
      handler: (resource, partition, model) => this.#handler(resource, partition, model),
    };
    const verdicts = planIntake(messages, view);
    for (const verdict of verdicts) this.#note(verdict);
    const context = { paths, instance, session: session.id, nowMs, book };
    const units = verdicts.flatMap((verdict) => unitsOf(verdict, context));
    for (const group of groupUnits(units, this.#writer.maxOperations)) await this.#writeGroup(group);
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

  /** What a verdict means here, before anything is written. */
  #note(verdict: Verdict): void {
    const { type, incoming } = verdict;
    const { message } = incoming;
    if (type === 'leave' || type === 'refuse') return;
    this.#inbox.markTaken(incoming);
    if (type === 'cancel') this.#cancel(message);
    if (type === 'drop' && verdict.reason !== 'no-op') {
      this.#options.runtime.logger.info({ message: message.id, reason: verdict.reason }, 'a message was dropped');
    }
  }

  #cancel(message: Message): void {
    const running = this.#options.replicas.get(message.resource, message.partition)?.running;
    if (running === undefined) return;
    running.cancelled = true;
    running.ownership.end(new KeelsonError('E_ABORTED', 'The controller cancelled the transition.'));
  }

  /** One transaction for all; where a message has gone meanwhile, one for each, so that the others go on. */
  async #writeGroup(units: readonly Unit[]): Promise<void> {
    const conditions = units.flatMap(({ condition }) => condition ?? []);
    const operations = units.flatMap((unit) => unit.operations);
    if (await this.#writer.write(operations, conditions)) {
      for (const { accepted } of units) if (accepted !== undefined) void this.#execute(accepted);
    } else if (units.length > 1) {
      for (const unit of units) await this.#writeGroup([unit]);
    } else for (const unit of units) await this.#lookAgain(unit);
  }

  /**
   * A message was not as it was read. One that was withdrawn is done with: nothing has begun, the replica stays where it is. One that this session has
   * taken up is carried out: only the reply was lost. Any other is looked at anew.
   */
  async #lookAgain({ accepted, condition }: Unit): Promise<void> {
    if (condition === undefined) return;
    const { store, runtime, session } = this.#options;
    const { signal } = this.#stop;
    const entry = await retry(runtime, { ...PATIENCE, signal }, () => store.get(condition.path, { signal }));
    if (entry === undefined) return;
    if (accepted !== undefined && this.#inbox.read(entry)?.isTakenBy(session.id)) void this.#execute(accepted);
    else this.#inbox.again(entry);
  }

  async #execute({ incoming, partitions }: Accepted): Promise<void> {
    const { paths, instance, runtime, replicas } = this.#options;
    const { message, revision } = incoming;
    const moves = partitions.flatMap((partition) => {
      const replica = replicas.get(message.resource, partition);
      return replica === undefined ? [] : [{ replica, running: beginTransition(this.#runner, replica, message) }];
    });
    try {
      const ended = await Promise.all(
        moves.map(async ({ replica, running }): Promise<EndedTransition> => {
          const order = { replica, message, fencingToken: revision };
          return { replica, running, result: await runTransition(this.#runner, running, order) };
        }),
      );
      if (this.#stop.signal.aborted) return;
      for (const one of ended) this.#settled(one);
      const deltas = ended.map((one) => deltaOf(one, incoming));
      const succeeded = ended.every(({ running, result }) => result.state === running.to);
      const relays = succeeded ? relaysOf(message, paths, runtime.clock.wallMs()) : [];
      await this.#commits.commit({ deltas, message: paths.message(instance, message.id), relays });
    } catch (error) {
      // The outcome cannot be told to the cluster: under a new session everything begins anew.
      if (!this.#stop.signal.aborted)
        runtime.logger.error({ error, message: message.id }, 'an outcome was not written');
      this.end(error);
    }
  }

  #settled({ replica, running, result }: EndedTransition): void {
    const { resource, partition } = replica;
    if (result.state === DROPPED_STATE) this.#options.replicas.forget(replica);
    if (result.error === undefined) return;
    const fields = { error: result.error, resource, partition, from: running.from, to: running.to };
    this.#options.runtime.logger.error(fields, 'a transition failed');
  }
}
