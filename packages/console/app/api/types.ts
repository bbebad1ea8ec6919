/** Shapes of the HTTP API under `/api/v1` as the console reads them. Times named `…Ms` are wall milliseconds. */

/** A cluster at a glance: `GET /clusters` and `GET /clusters/{cluster}`. */
export interface ClusterSummary {
  readonly name: string;
  readonly leader: { readonly name: string; readonly sinceMs: number } | null;
  readonly paused: boolean;
  readonly instances: { readonly total: number; readonly live: number; readonly enabled: number };
  readonly resources: number;
  readonly partitions: { readonly total: number; readonly withTopState: number; readonly inError: number };
  readonly replicas: { readonly wanted: number; readonly placed: number };
  readonly converged: boolean;
}

/** One instance of a cluster, live or not. */
export interface Instance {
  readonly name: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly live: boolean;
  readonly liveSinceMs: number | null;
  readonly sessionId: string | null;
  readonly enabled: boolean;
  readonly disabledReason: string | null;
  readonly tags: readonly string[];
  readonly domain: string | null;
  /** Resource to the partitions switched off on this instance. */
  readonly disabledPartitions: Readonly<Record<string, readonly string[]>>;
  /** State to the number of replicas in it. */
  readonly states: Readonly<Record<string, number>>;
  readonly pendingTransitions: number;
}

/** One resource of a cluster. */
export interface Resource {
  readonly name: string;
  readonly partitions: number;
  readonly replicas: number | 'ANY_LIVEINSTANCE';
  readonly stateModel: string;
  readonly mode: string;
  readonly enabled: boolean;
  /** Only instances with this tag hold it; null: any. */
  readonly tag: string | null;
  readonly minActiveReplicas: number | null;
  readonly states: Readonly<Record<string, number>>;
  readonly converged: boolean;
}

/**
 * `[partition, instance, state, sinceMs, wantedState]`: indexes into the lists of the matrix. State -1: not there (yet);
 * wanted state -1: to be dropped; `sinceMs` 0: unknown.
 */
export type MatrixCell = readonly [number, number, number, number, number];

/** Every replica of one resource, compact. */
export interface MatrixWire {
  readonly resource: string;
  readonly stateModel: string;
  /** States by priority, the top state first. */
  readonly states: readonly string[];
  readonly instances: readonly string[];
  readonly partitions: readonly string[];
  readonly cells: readonly MatrixCell[];
}

/** A coded reason with a sentence for people. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** One replica as the explain API tells of it. */
export interface ExplainedReplica {
  readonly instance: string;
  readonly state: string | null;
  readonly wanted: string | null;
  readonly sinceMs: number | null;
  /** Decimal digits: a 64-bit number. */
  readonly fencingToken?: string;
  readonly reason: Reason;
  readonly waitingFor?: Reason;
  readonly pending?: { readonly id: string; readonly from: string; readonly to: string; readonly sinceMs: number };
}

/** Why the replicas of a partition are where they are. */
export interface Explanation {
  readonly resource: string;
  readonly partition: string;
  readonly topStateMissing: boolean;
  readonly replicas: readonly ExplainedReplica[];
  readonly notHere: readonly { readonly instance: string; readonly reason: Reason }[];
}

interface EventBase {
  /** Place in the order of the store, `revision-n`. */
  readonly id: string;
  readonly atMs: number;
}

/** A replica changed its state; `null` stands for "no replica there". */
export interface ReplicaEvent extends EventBase {
  readonly type: 'replica';
  readonly resource: string;
  readonly partition: string;
  readonly instance: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** An instance came, went, or was switched. */
export interface InstanceEvent extends EventBase {
  readonly type: 'instance';
  readonly instance: string;
  readonly change: 'joined' | 'left' | 'enabled' | 'disabled' | 'added' | 'removed';
  readonly reason?: string;
}

/** A resource was declared, changed or removed. */
export interface ResourceEvent extends EventBase {
  readonly type: 'resource';
  readonly resource: string;
  readonly change: 'added' | 'changed' | 'removed' | 'enabled' | 'disabled';
}

/** Another controller leads, or none (`null`); or the cluster was paused or resumed. */
export interface ControllerEvent extends EventBase {
  readonly type: 'controller';
  readonly leader: string | null;
  readonly change: 'elected' | 'lost' | 'paused' | 'resumed';
}

/** Something that happened in a cluster. */
export type ClusterEvent = ReplicaEvent | InstanceEvent | ResourceEvent | ControllerEvent;

/** A state model: its states by priority, the top state first. */
export interface StateModel {
  readonly name: string;
  readonly states: readonly { readonly name: string; readonly count: string }[];
}
