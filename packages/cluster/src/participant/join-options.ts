import type { CallOptions, Runtime } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import type { InstanceSetUp } from './instance-set-up.ts';
import type { StateModelHandlers } from './state-model-handler.ts';

/** How to join a cluster. */
export interface JoinOptions extends InstanceSetUp, CallOptions {
  readonly store: Store;
  /** Default: the system's clock, timers and chance, and no logger. */
  readonly runtime?: Runtime;
  /** How long the cluster waits for a silent instance before others take over, in milliseconds. Shorter finds a crash sooner, longer forgives pauses. */
  readonly sessionTtlMs: number;
  /** What to do at transitions, by name of the state model. */
  readonly stateModels: StateModelHandlers;
  /** What others may want to know of this process, e.g. where it serves: further simple fields of its live instance. */
  readonly info?: Readonly<Record<string, string>>;
  /** How long handlers that still run when the session is lost are waited for before their replicas are reset, in milliseconds. Default 1,000. */
  readonly handlerGraceMs?: number;
}
