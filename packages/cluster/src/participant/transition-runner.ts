import { KeelsonError, onAbort, type Runtime } from '@keelson/runtime';
import type { Session } from '@keelson/store';
import { DROPPED_STATE, ERROR_STATE, type Message } from '../model/index.ts';
import { movedOn, Ownership } from './ownership.ts';
import type { Replica, RunningTransition } from './replica-table.ts';
import type { TransitionContext } from './state-model-handler.ts';

/** What became of a transition. */
export interface TransitionResult {
  /** The state the replica is in now, DROPPED included; `undefined` where the session ended meanwhile and nothing may be written. */
  readonly state: string | undefined;
  /** Wall time in milliseconds. */
  readonly startedMs: number;
  /** Wall time in milliseconds. */
  readonly endedMs: number;
  /** What the handler rejected with. */
  readonly error?: unknown;
}

/** What every transition of one membership shares. */
export interface RunnerOptions {
  readonly cluster: string;
  readonly instance: string;
  readonly runtime: Runtime;
  readonly session: Session;
  /** Trips when the membership ends. */
  readonly signal: AbortSignal;
}

/** One transition to run. */
export interface TransitionOrder {
  readonly replica: Replica;
  readonly message: Message;
  readonly fencingToken: bigint;
}

/** Marks the replica as moving: its old ownership ends, that of the state to come begins. */
export function beginTransition(options: RunnerOptions, replica: Replica, message: Message): RunningTransition {
  const from = replica.state;
  replica.ownership?.end(movedOn(from, message.toState));
  replica.ownership = undefined;
  replica.running = { from, to: message.toState, ownership: new Ownership(options.session), cancelled: false };
  return replica.running;
}

/**
 * Runs the handler of a transition begun, within the message's time limit, and brings the replica into the state that follows. Never
 * rejects. A handler that goes on after its time-out or its session is not waited for here, but the next call for the
 * replica is.
 */
export async function runTransition(
  options: RunnerOptions,
  running: RunningTransition,
  order: TransitionOrder,
): Promise<TransitionResult> {
  const { runtime } = options;
  const { replica, message } = order;
  const startedMs = runtime.clock.wallMs();
  const call = replica.tail.then(() => callHandler(options, running, order));
  replica.tail = call.catch(() => {});
  let error: unknown;
  try {
    await settledInTime(options, call, running, message);
  } catch (reason) {
    error = reason;
  }
  const state = options.signal.aborted ? undefined : settle(replica, running, error);
  const endedMs = runtime.clock.wallMs();
  return error === undefined ? { state, startedMs, endedMs } : { state, startedMs, endedMs, error };
}

/**
 * Waits for the handler, for its time limit, or for the end of ownership, whichever is first. A handler that was asked to cancel
 * is waited for, as only it knows whether it could.
 */
function settledInTime(
  options: RunnerOptions,
  call: Promise<void>,
  running: RunningTransition,
  message: Message,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      running.ownership.end(reason);
      reject(reason);
    };
    const limit =
      message.timeoutMs > 0
        ? options.runtime.timers.after(message.timeoutMs, () => giveUp(timedOut(message)))
        : undefined;
    const releases = [
      onAbort(options.signal, (signal) => giveUp(signal.reason)),
      onAbort(running.ownership.signal, (signal) => {
        if (!running.cancelled) reject(signal.reason);
      }),
    ];
    void call.then(resolve, reject).finally(() => {
      limit?.cancel();
      for (const release of releases) release();
    });
  });
}

async function callHandler(options: RunnerOptions, running: RunningTransition, order: TransitionOrder): Promise<void> {
  const { replica, message } = order;
  const { signal } = running.ownership;
  signal.throwIfAborted();
  const { resource, partition, handler } = replica;
  if (running.from === ERROR_STATE) {
    await handler.reset?.('error-cleared', { resource, partition, state: ERROR_STATE });
    if (running.to === replica.initialState) return;
  }
  const context: TransitionContext = {
    cluster: options.cluster,
    instance: options.instance,
    resource,
    partition,
    stateModel: replica.stateModel,
    from: running.from,
    to: running.to,
    fencingToken: order.fencingToken,
    signal,
    message,
  };
  await handler.transition(context);
}

/** The state after the handler is done; the replica is set to it and free for the next transition. */
function settle(replica: Replica, running: RunningTransition, error: unknown): string {
  const { from, to, ownership } = running;
  replica.running = undefined;
  if (error !== undefined) {
    ownership.end(error);
    replica.state = running.cancelled ? from : ERROR_STATE;
    return replica.state;
  }
  replica.state = to;
  if (to === DROPPED_STATE || to === ERROR_STATE || to === replica.initialState) ownership.end(movedOn(from, to));
  else replica.ownership = ownership;
  return to;
}

function timedOut(message: Message): KeelsonError {
  const { timeoutMs, fromState, toState } = message;
  return new KeelsonError('E_TIMEOUT', `The transition ${fromState} to ${toState} took longer than ${timeoutMs} ms.`, {
    details: { timeoutMs },
  });
}
