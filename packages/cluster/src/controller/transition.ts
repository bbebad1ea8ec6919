import type { StateTransition } from '../model/index.ts';

/** A transition that the controller asks for: all of its message but id, sender and time. */
export interface Transition {
  readonly resource: string;
  readonly partition: string;
  readonly instance: string;
  readonly session: string;
  readonly stateModel: string;
  readonly stateModelFactory: string;
  readonly fromState: string;
  readonly toState: string;
  readonly activeReplicas: number;
  readonly rebalanceType: StateTransition['rebalanceType'];
  /** 0: the resource is not bucketized. */
  readonly bucketSize: number;
  /** In milliseconds; -1: no limit. */
  readonly timeoutMs: number;
  /** Whether it brings a partition without a replica in the top state nearer to one. */
  readonly urgent: boolean;
}
