import { type VirtualRuntime, virtualRuntime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { type MemoryStore, memoryStore } from '@keelson/store/memory';
import { type Controller, runController } from '../src/controller/index.ts';
import { ClusterConfig, clusterPaths, emptyRecord, encodeRecord, IdealState } from '../src/model/index.ts';
import { joinCluster, type Participant, type StateModelHandler } from '../src/participant/index.ts';
import { type Spectator, spectate } from '../src/spectator/index.ts';
import { type LoggedRequest, logRequests } from './request-log.ts';

/** Somebody's right to be MASTER of a partition. */
export interface Term {
  readonly instance: string;
  readonly token: bigint;
  readonly signal: AbortSignal;
}

/** How a world is set up. */
export interface WorldOptions {
  readonly seed: number;
  readonly workers: number;
  readonly controllers?: number;
  readonly partitions: number;
  readonly replicas: number;
  /** How long a message travels to the store or back, at most, in milliseconds. Default 0. */
  readonly delayMs?: number;
  /** How long each message travels to the store or back, exactly, in milliseconds; half a round trip. Takes the place of `delayMs`. */
  readonly halfTripMs?: number;
}

/** Session ttl of everybody in the world, in milliseconds. */
export const WORLD_TTL_MS = 3_000;

/**
 * A whole cluster in virtual time: controllers, participants and a spectator, each over a connection of its own to one store in
 * memory. It watches over ownership: of a partition, never two at once may believe themselves MASTER, and tokens only grow.
 */
export class ClusterWorld {
  readonly runtime: VirtualRuntime;
  readonly tree: MemoryStore;
  readonly stores = new Map<string, MemoryStore>();
  readonly participants = new Map<string, Participant>();
  readonly controllers: Controller[] = [];
  /** What must never be, as it was seen. */
  readonly violations: string[] = [];
  /** Ids of the messages by which somebody became MASTER. */
  readonly promotedBy: string[] = [];
  /** What everybody asked the store for, in order of time. */
  readonly requests: LoggedRequest[] = [];
  readonly #options: WorldOptions;
  readonly #terms = new Map<string, Term>();
  readonly #excused = new Set<AbortSignal>();
  #spectator: Spectator | undefined;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.runtime = virtualRuntime({ seed: options.seed });
    this.tree = memoryStore(this.runtime);
  }

  get spectator(): Spectator {
    if (this.#spectator === undefined) throw new Error('the world has not begun');
    return this.#spectator;
  }

  /** Declares the cluster, starts everybody and waits until every partition is placed. */
  async begin(): Promise<void> {
    const { partitions, replicas, workers, controllers = 1 } = this.#options;
    const paths = clusterPaths('c');
    const config = new ClusterConfig(emptyRecord('c')).withSimple({ allowParticipantAutoJoin: 'true' });
    await this.runtime.drive(this.tree.put(paths.clusterConfig, encodeRecord(config.record)));
    const ideal = IdealState.create({
      resource: 'db',
      partitions,
      replicas,
      stateModel: 'MasterSlave',
      mode: 'FULL_AUTO',
    });
    const listFields = Object.fromEntries(this.partitions().map((name) => [name, []]));
    await this.runtime.drive(this.tree.put(paths.idealState('db'), encodeRecord({ ...ideal.record, listFields })));
    for (let index = 1; index <= controllers; index += 1) await this.#startController(`controller-${index}`);
    for (let index = 1; index <= workers; index += 1) await this.#startWorker(`worker-${index}`);
    const store = this.#connect('spectator');
    this.#spectator = await this.runtime.drive(spectate({ store, cluster: 'c', runtime: this.runtime }));
    await this.runtime.runUntil(() => this.placed(), { limitMs: 60_000 });
  }

  partitions(): readonly string[] {
    return Array.from({ length: this.#options.partitions }, (_, index) => `db_${index}`);
  }

  /** Whether every partition has one MASTER, by the routing table. */
  mastered(): boolean {
    return this.partitions().every((name) => this.spectator.instancesFor('db', name, 'MASTER').length === 1);
  }

  /** Whether every replica is where it should be, by the routing table. */
  placed(): boolean {
    const slaves = this.#options.replicas - 1;
    return (
      this.mastered() &&
      this.partitions().every((name) => this.spectator.instancesFor('db', name, 'SLAVE').length === slaves)
    );
  }

  /** Partitions of which the instance is MASTER by the routing table. */
  mastersOn(instance: string): number {
    return this.partitions().filter((name) => this.spectator.instancesFor('db', name, 'MASTER').includes(instance))
      .length;
  }

  store(name: string): MemoryStore {
    const store = this.stores.get(name);
    if (store === undefined) throw new Error(`nobody is called ${name}`);
    return store;
  }

  /**
   * The store ends the participant's session before its time and tells nobody, as an operator can. Then nothing but the fencing
   * token protects what it owned; what it believes from then on is not held against it.
   */
  async expire(instance: string): Promise<void> {
    const session = this.participants.get(instance)?.session;
    if (session === undefined) return;
    for (const term of this.#terms.values()) if (term.instance === instance) this.#excused.add(term.signal);
    await this.runtime.drive(
      this.store(instance)
        .faults.expireSession(session)
        .catch(() => {}),
    );
  }

  /** Ends everybody; each fault is healed first. */
  async end(): Promise<void> {
    for (const store of this.stores.values()) store.faults.heal();
    for (const participant of this.participants.values()) await this.runtime.drive(participant.close());
    for (const controller of this.controllers) await this.runtime.drive(controller.close());
    await this.runtime.drive(this.spectator.close());
  }

  #connect(name: string): Store {
    const store = memoryStore(this.runtime, { backend: this.tree.backend });
    const { delayMs = 0, halfTripMs } = this.#options;
    if (halfTripMs !== undefined) store.faults.delay(halfTripMs);
    else if (delayMs > 0) store.faults.delay({ minMs: 0, maxMs: delayMs });
    this.stores.set(name, store);
    const { clock } = this.runtime;
    return logRequests(store, ({ call, paths }) =>
      this.requests.push({ by: name, call, paths, atMs: clock.monotonicMs() }),
    );
  }

  async #startController(name: string): Promise<void> {
    const { runtime } = this;
    const options = { store: this.#connect(name), cluster: 'c', name, runtime, sessionTtlMs: WORLD_TTL_MS };
    this.controllers.push(await runtime.drive(runController(options)));
  }

  async #startWorker(instance: string): Promise<void> {
    const { runtime } = this;
    const stateModels = { MasterSlave: this.#handler(instance) };
    const joining = joinCluster({
      store: this.#connect(instance),
      cluster: 'c',
      instance,
      runtime,
      sessionTtlMs: WORLD_TTL_MS,
      stateModels,
    });
    this.participants.set(instance, await runtime.drive(joining));
  }

  #handler(instance: string): StateModelHandler {
    return {
      transition: async ({ partition, to, fencingToken, signal, message }) => {
        if (to !== 'MASTER') return;
        this.promotedBy.push(message.id);
        this.#begin(partition, { instance, token: fencingToken, signal });
      },
    };
  }

  #begin(partition: string, term: Term): void {
    const before = this.#terms.get(partition);
    const at = `${this.runtime.clock.monotonicMs()} ms, ${partition}`;
    if (before !== undefined && !before.signal.aborted && !this.#excused.has(before.signal)) {
      this.violations.push(`${at}: ${term.instance} becomes MASTER while ${before.instance} believes to be`);
    }
    if (before !== undefined && before.token >= term.token) {
      this.violations.push(
        `${at}: token ${term.token} of ${term.instance} after ${before.token} of ${before.instance}`,
      );
    }
    this.#terms.set(partition, term);
  }
}
