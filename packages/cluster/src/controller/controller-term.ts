import type { Leadership } from '@keelson/coordination';
import { isKeelsonError, type Runtime, sleep } from '@keelson/runtime';
import type { Session, Store, WatchEvent } from '@keelson/store';
import { clusterPaths } from '../model/index.ts';
import { ClusterMirror } from '../snapshot/index.ts';
import { introduction } from './introduction.ts';
import { LeaderWriter } from './leader-writer.ts';
import { type ClusterPlan, type ClusterPlanOptions, planCluster } from './plan-cluster.ts';
import { type PlannedWrite, plannedWrites } from './planned-writes.ts';
import { Wake } from './wake.ts';

/** What a controller needs to lead for as long as it does. */
export interface ControllerTermOptions {
  readonly store: Store;
  readonly runtime: Runtime;
  readonly cluster: string;
  readonly name: string;
  readonly session: Session;
  readonly leadership: Leadership;
  readonly planning: Omit<ClusterPlanOptions, 'previous' | 'changes'>;
  /** Told of every plan once all it asks for was written. */
  readonly onPlan: (plan: ClusterPlan) => void;
}

/** Longest rest after a step, in milliseconds. A rest is as long as the step before it kept this process busy. */
const MAX_REST_MS = 100;
/** Longest time between two plans though nothing changes, in milliseconds. Nothing depends on it; it bounds the harm of a lost event. */
const IDLE_MS = 60_000;
/** Pause after a write that could not reach the store, in milliseconds. */
const RETRY_MS = 50;
/** Pause after an error that a repetition will hardly mend, in milliseconds. */
const FAILED_MS = 1000;

/** How long new replicas wait for promotions, in milliseconds: several times what a promotion takes where all is well. */
const HOLD_BACK_MS = 500;

/** One term of one leading controller: watches the cluster, plans, writes; ends with the leadership. */
export class ControllerTerm {
  readonly #options: ControllerTermOptions;
  readonly #mirror: ClusterMirror;
  readonly #writer: LeaderWriter;
  readonly #wake: Wake;
  readonly #ended = new AbortController();
  /** Whether the mirror is known to follow the store. */
  #current = false;
  #plan: ClusterPlan | undefined;
  /** On the monotonic clock, in milliseconds. */
  #restUntilMs = 0;
  /** The guarded write that is under way. */
  #behind: Promise<void> | undefined;

  constructor(options: ControllerTermOptions) {
    const { store, runtime, leadership } = options;
    this.#options = options;
    this.#mirror = new ClusterMirror(options.cluster);
    this.#wake = new Wake(runtime);
    const leader = { path: leadership.path, createRevision: leadership.fencingToken };
    this.#writer = new LeaderWriter({ store, runtime, mirror: this.#mirror, leader, signal: this.#ended.signal });
  }

  /** The last plan whose writes all reached the store. */
  get plan(): ClusterPlan | undefined {
    return this.#plan;
  }

  /** The cluster as this controller sees it. */
  get mirror(): ClusterMirror {
    return this.#mirror;
  }

  /** Leads until the leadership is lost. Never rejects: what goes wrong is logged and tried again. */
  async run(): Promise<void> {
    const { leadership } = this.#options;
    const end = (): void => {
      this.#ended.abort(leadership.lost.reason);
      this.#wake.ring();
    };
    if (leadership.lost.aborted) return;
    leadership.lost.addEventListener('abort', end, { once: true });
    const following = this.#follow();
    await this.#introduce();
    while (!this.#ended.signal.aborted) {
      const waitMs = this.#waitMs();
      await this.#wake.heard(waitMs);
      await this.#gather();
      await this.#attempt(() => this.#step());
    }
    await following;
    await this.#behind;
  }

  /**
   * Lets news gather, as many answers that make one plan and one view cost one write: what is here already but was not taken in yet, and what
   * comes for as long as the last plan kept this process busy. So in a large cluster, where a plan is dear, half of the time is left to others, and
   * in a small one nobody waits; how long the store took counts for nothing. A lost or new instance is not kept waiting.
   */
  async #gather(): Promise<void> {
    const { runtime } = this.#options;
    if (this.#mirror.changedAll) return;
    await sleep(runtime, 0);
    while (!this.#ended.signal.aborted && !this.#mirror.changedAll) {
      const leftMs = this.#restUntilMs - runtime.clock.monotonicMs();
      if (leftMs <= 0) return;
      await this.#wake.heard(leftMs);
    }
  }

  /** How long to wait for news: until time alone asks for a new plan; behind the store only news can help. */
  #waitMs(): number {
    const due = this.#plan?.lookAgainMs;
    if (due === undefined || !this.#upToDate()) return IDLE_MS;
    return Math.min(IDLE_MS, Math.max(0, due - this.#nowMs()));
  }

  #nowMs(): number {
    return this.#options.runtime.clock.wallMs();
  }

  /** Keeps the mirror until the term ends. */
  async #follow(): Promise<void> {
    const { store, cluster, leadership, runtime } = this.#options;
    const watch = store.watch(clusterPaths(cluster).root, { recursive: true, signal: this.#ended.signal });
    try {
      for await (const event of watch) this.#take(event);
    } catch (error) {
      if (this.#ended.signal.aborted) return;
      runtime.logger.error({ error, cluster }, 'the controller can watch its cluster no more and gives up the lead');
      await leadership.resign().catch((failure: unknown) => {
        runtime.logger.warn({ error: failure, cluster }, 'the lead could not be given up; it ends with the session');
      });
      this.#ended.abort(error);
      this.#wake.ring();
    }
  }

  #take(event: WatchEvent): void {
    this.#current = event.type !== 'interrupted';
    if (event.type === 'snapshot') this.#mirror.reset(event.entries, event.revision);
    else if (event.type === 'changes') this.#mirror.apply(event.changes, event.revision);
    else if (event.type === 'progress') this.#mirror.progress(event.revision);
    this.#wake.ring();
  }

  /** Whether the mirror holds all that was written by former leaders and by this one. */
  #upToDate(): boolean {
    const { revision } = this.#mirror.snapshot;
    return this.#current && revision >= this.#options.leadership.fencingToken && revision >= this.#writer.writtenUpTo;
  }

  /** Writes what a controller writes as it takes the lead: a line of history and the state models that differ from Helix's. */
  async #introduce(): Promise<void> {
    let done = false;
    while (!done && !this.#ended.signal.aborted) {
      await this.#wake.heard(IDLE_MS);
      if (!this.#upToDate()) continue;
      const { cluster, name } = this.#options;
      const writes = introduction(this.#mirror.snapshot, { cluster, controller: name, nowMs: this.#nowMs() });
      done = await this.#attempt(() => this.#writer.write(writes));
    }
    this.#wake.ring();
  }

  /** Plans once, if anything changed, and writes what the plan asks for. */
  async #step(): Promise<void> {
    if (!this.#upToDate()) return;
    const nowMs = this.#nowMs();
    const due = this.#plan?.lookAgainMs;
    if (this.#plan !== undefined && !this.#mirror.changed && (due === undefined || due > nowMs)) return;
    const { planning, name, session, runtime, onPlan } = this.#options;
    const { snapshot } = this.#mirror;
    const beganMs = runtime.clock.monotonicMs();
    const previous = this.#plan;
    const plan = planCluster(snapshot, nowMs, {
      ...planning,
      previous,
      changes: this.#mirror.takeChanges(),
      holdBackMs: HOLD_BACK_MS,
    });
    this.#plan = plan;
    const newId = (): string => runtime.random.uuid();
    const context = { controller: name, session: session.id, nowMs, newId };
    const writes = plannedWrites(snapshot, plan, context);
    const written = plan.paused ? Promise.resolve() : this.#writer.writeInOrder([writes.urgent, writes.main]);
    const sentMs = runtime.clock.monotonicMs();
    this.#restUntilMs = sentMs + Math.min(MAX_REST_MS, sentMs - beganMs);
    await written;
    this.#writeBehind(writes.guarded);
    onPlan(plan);
  }

  /**
   * Writes what is guarded beside everything else: nobody waits for it, so it must not hold up the next plan. What is not written,
   * as somebody else wrote in between, the next plan asks for again.
   */
  #writeBehind(writes: readonly PlannedWrite[]): void {
    if (writes.length === 0 || this.#behind !== undefined) return;
    const { runtime, cluster } = this.#options;
    this.#behind = this.#writer
      .writeGuarded(writes)
      .catch((error: unknown) => {
        if (this.#ended.signal.aborted) return;
        runtime.logger.warn({ error, cluster }, 'histories or ideal states were not written; trying again');
      })
      .finally(() => {
        this.#behind = undefined;
      });
  }

  /**
   * Carries out `work`; says whether it succeeded. After a failure it forgets the plan, as part of it may not have been
   * written, so that the next is thought through from the beginning.
   */
  async #attempt(work: () => Promise<void>): Promise<boolean> {
    const { runtime, cluster } = this.#options;
    try {
      await work();
      return true;
    } catch (error) {
      if (this.#ended.signal.aborted) return false;
      const known = isKeelsonError(error);
      if (known && error.code === 'E_SESSION_EXPIRED') {
        runtime.logger.warn({ error, cluster }, 'the controller was deposed');
        this.#ended.abort(error);
        return false;
      }
      const transient = known && (error.retryable || error.code === 'E_OUTCOME_UNKNOWN');
      if (transient)
        runtime.logger.warn({ error, cluster }, 'a write of the controller did not reach the store; trying again');
      else runtime.logger.error({ error, cluster }, 'a step of the controller failed; trying again');
      this.#plan = this.#plan && { ...this.#plan, lookAgainMs: this.#nowMs() };
      await sleep(runtime, transient ? RETRY_MS : FAILED_MS, { signal: this.#ended.signal }).catch(() => {}); // an abort is seen by the caller's loop
      await this.#writer.catchUp().catch(() => {}); // out of reach still: the next step finds out
      this.#wake.ring();
      return false;
    }
  }
}
