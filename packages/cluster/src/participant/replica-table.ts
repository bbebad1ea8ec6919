import { type ReplicaStanding, replicaKey } from './intake.ts';
import type { Ownership } from './ownership.ts';
import type { StateModelHandler, StateModelHandlers } from './state-model-handler.ts';

/** A transition under way. */
export interface RunningTransition {
  readonly from: string;
  readonly to: string;
  /** Of the state being entered. */
  readonly ownership: Ownership;
  /** Set once somebody asked to cancel it. */
  cancelled: boolean;
}

/** One replica on this instance. Lives as long as the instance holds it, over sessions. */
export interface Replica {
  readonly resource: string;
  readonly partition: string;
  readonly stateModel: string;
  readonly handler: StateModelHandler;
  readonly initialState: string;
  state: string;
  /** Ownership of `state`; absent in the initial state and in ERROR. */
  ownership: Ownership | undefined;
  running: RunningTransition | undefined;
  /** Settles when the handler's last call has: the next one waits for it, even past a time-out or a lost session. */
  tail: Promise<void>;
}

/** What a participant holds, for display. */
export interface ReplicaView {
  readonly resource: string;
  readonly partition: string;
  readonly state: string;
  readonly movingTo: string | undefined;
}

/** The replicas of this instance and their handlers. */
export class ReplicaTable {
  readonly #handlers: StateModelHandlers;
  readonly #replicas = new Map<string, Replica>();

  constructor(handlers: StateModelHandlers) {
    this.#handlers = handlers;
  }

  /** Whether the application has a handler for the state model. */
  handles(stateModel: string): boolean {
    return Object.hasOwn(this.#handlers, stateModel);
  }

  get(resource: string, partition: string): Replica | undefined {
    return this.#replicas.get(replicaKey(resource, partition));
  }

  /** The replica, made in its initial state where there is none yet. Throws what the application's factory throws. */
  obtain(resource: string, partition: string, stateModel: string, initialState: string): Replica {
    const known = this.get(resource, partition);
    if (known !== undefined && known.stateModel === stateModel) return known;
    const maker = this.#handlers[stateModel];
    if (maker === undefined) throw new RangeError(`no handler for state model ${stateModel}`);
    const replica: Replica = {
      resource,
      partition,
      stateModel,
      handler: typeof maker === 'function' ? maker(resource, partition) : maker,
      initialState,
      state: initialState,
      ownership: undefined,
      running: undefined,
      tail: Promise.resolve(),
    };
    this.#replicas.set(replicaKey(resource, partition), replica);
    return replica;
  }

  /** Where a replica stands; one not held is in the initial state. */
  standing(resource: string, partition: string, initialState: string): ReplicaStanding {
    const replica = this.get(resource, partition);
    if (replica === undefined) return { state: initialState };
    return replica.running === undefined
      ? { state: replica.state }
      : { state: replica.state, running: replica.running };
  }

  forget(replica: Replica): void {
    this.#replicas.delete(replicaKey(replica.resource, replica.partition));
  }

  all(): readonly Replica[] {
    return [...this.#replicas.values()];
  }

  views(): readonly ReplicaView[] {
    return this.all().map(({ resource, partition, state, running }) => ({
      resource,
      partition,
      state,
      movingTo: running?.to,
    }));
  }

  /** Trips the ownership of everything held, at once. */
  endAll(reason: unknown): void {
    for (const replica of this.#replicas.values()) {
      replica.ownership?.end(reason);
      replica.running?.ownership.end(reason);
    }
  }
}
