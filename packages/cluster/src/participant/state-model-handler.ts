import type { Message } from '../model/index.ts';

/** One transition of one replica, as the application is asked to carry it out. */
export interface TransitionContext {
  readonly cluster: string;
  /** This instance. */
  readonly instance: string;
  readonly resource: string;
  readonly partition: string;
  /** Name of the state model, e.g. `MasterSlave`. */
  readonly stateModel: string;
  readonly from: string;
  readonly to: string;
  /**
   * Create revision of the transition's message: greater than that of every hand-over of the partition before it, anywhere. Send it
   * with what is done in the state entered and let receivers refuse smaller ones.
   */
  readonly fencingToken: bigint;
  /**
   * Ownership of the state entered. Trips when a later transition that leaves the state begins, when this one fails, times out or
   * is cancelled, and when the session is lost. `aborted` asks the clock as it is read, so it is true in time even right after the
   * process was stopped and goes on.
   */
  readonly signal: AbortSignal;
  /** The message as sent, for what is not named above. */
  readonly message: Message;
}

/**
 * Why a replica is put back into its initial state from outside: its session was lost, the participant closes, or an operator
 * reset it out of ERROR.
 */
export type ResetReason = 'session-lost' | 'closed' | 'error-cleared';

/** The replica that is reset, and the state it is taken out of. */
export interface ResetReplica {
  readonly resource: string;
  readonly partition: string;
  readonly state: string;
}

/**
 * What an application does at the transitions of its replicas. One call at a time per partition; different partitions run side by
 * side.
 *
 * @example
 * const handler: StateModelHandler = {
 *   async transition({ partition, from, to, fencingToken, signal }) {
 *     if (to === 'MASTER') await lead(partition, fencingToken, signal);
 *     if (from === 'MASTER') await follow(partition);
 *   },
 * };
 */
export interface StateModelHandler {
  /**
   * Carries out one transition; once it resolves the cluster is told that the replica is in `to`. A rejection puts the replica into
   * ERROR, unless `signal` tripped because the transition was cancelled: then the handler has undone what it did and the replica stays in `from`.
   */
  transition(context: TransitionContext): Promise<void>;
  /** Lets go of the replica and is ready for a transition from the initial state. Must not need the store. A rejection is logged. */
  reset?(reason: ResetReason, replica: ResetReplica): Promise<void>;
}

/** Makes the handler of one replica; called at its first message. */
export type StateModelFactory = (resource: string, partition: string) => StateModelHandler;

/** Handlers by name of the state model: one for all replicas, or a factory that makes one for each. */
export type StateModelHandlers = Readonly<Record<string, StateModelHandler | StateModelFactory>>;
