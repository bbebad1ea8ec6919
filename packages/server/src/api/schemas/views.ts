import { z } from 'zod';

/** What is declared about one partition. */
export interface IdealStatePartition {
  /** Instances in order of preference; empty where the controller decides. */
  readonly preferenceList: readonly string[];
  /** With `CUSTOMIZED`: instance to wanted state. */
  readonly instanceStates?: Readonly<Record<string, string>>;
}

/** The declared placement of a resource. */
export interface IdealStateView {
  readonly resource: string;
  readonly mode: string;
  readonly partitions: Readonly<Record<string, IdealStatePartition>>;
}

/** Where the replicas of a resource are, as spectators see it. */
export interface ExternalViewDocument {
  readonly resource: string;
  readonly stateModel: string;
  /** Partition to instance to state. */
  readonly partitions: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * One replica of the matrix: `[partition, instance, state, sinceMs, wantedState]`. The first three and the last are indexes into the
 * lists of the matrix; state or wanted state -1: none (not there yet; to be dropped). `sinceMs`: wall time of the last change, 0 where unknown.
 */
export type MatrixCell = readonly [number, number, number, number, number];

/** Partitions by instances, for drawing. */
export interface ResourceMatrix {
  readonly resource: string;
  readonly stateModel: string;
  /** In order of priority; `ERROR` last where the model does not name it. */
  readonly states: readonly string[];
  readonly instances: readonly string[];
  readonly partitions: readonly string[];
  readonly cells: readonly MatrixCell[];
}

/** A reason: `code` for programs, `text` for people. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** A transition under way. */
export interface PendingTransition {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Wall time at which it was sent, in milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** One replica, where it is, and why. */
export interface ExplainedReplica {
  readonly instance: string;
  /** `null`: not there (yet). */
  readonly state: string | null;
  /** `null`: it is to go. */
  readonly wanted: string | null;
  readonly sinceMs: number | null;
  /** Decimal digits: a 64-bit number. */
  readonly fencingToken?: string;
  readonly reason: Reason;
  readonly waitingFor?: Reason;
  readonly pending?: PendingTransition;
}

/** Why the replicas of one partition are where they are. */
export interface PartitionExplanation {
  readonly resource: string;
  readonly partition: string;
  readonly topStateMissing: boolean;
  readonly replicas: readonly ExplainedReplica[];
  /** Instances without a replica, and why. */
  readonly notHere: readonly { readonly instance: string; readonly reason: Reason }[];
}

const reasonSchema = z.object({ code: z.string(), text: z.string() });

/** Schema of {@link IdealStateView}. */
export const idealStateViewSchema: z.ZodType<IdealStateView> = z
  .object({
    resource: z.string(),
    mode: z.string(),
    partitions: z.record(
      z.string(),
      z.object({
        preferenceList: z.array(z.string()),
        instanceStates: z.exactOptional(z.record(z.string(), z.string())),
      }),
    ),
  })
  .meta({ id: 'IdealStateView', description: 'The declared placement of a resource.' });

/** Schema of {@link ExternalViewDocument}. */
export const externalViewSchema: z.ZodType<ExternalViewDocument> = z
  .object({
    resource: z.string(),
    stateModel: z.string(),
    partitions: z.record(z.string(), z.record(z.string(), z.string())),
  })
  .meta({ id: 'ExternalView', description: 'Where the replicas of a resource are, as spectators see it.' });

/** Schema of {@link ResourceMatrix}. */
export const matrixSchema: z.ZodType<ResourceMatrix> = z
  .object({
    resource: z.string(),
    stateModel: z.string(),
    states: z.array(z.string()),
    instances: z.array(z.string()),
    partitions: z.array(z.string()),
    cells: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()])),
  })
  .meta({
    id: 'ResourceMatrix',
    description:
      'Cells are [partition, instance, state, sinceMs, wantedState]: indexes into the lists beside; a state of -1 means none.',
  });

/** Schema of {@link PartitionExplanation}. */
export const explanationSchema: z.ZodType<PartitionExplanation> = z
  .object({
    resource: z.string(),
    partition: z.string(),
    topStateMissing: z.boolean(),
    replicas: z.array(
      z.object({
        instance: z.string(),
        state: z.string().nullable(),
        wanted: z.string().nullable(),
        sinceMs: z.number().nullable(),
        fencingToken: z.exactOptional(z.string()),
        reason: reasonSchema,
        waitingFor: z.exactOptional(reasonSchema),
        pending: z.exactOptional(z.object({ id: z.string(), from: z.string(), to: z.string(), sinceMs: z.number() })),
      }),
    ),
    notHere: z.array(z.object({ instance: z.string(), reason: reasonSchema })),
  })
  .meta({ id: 'PartitionExplanation', description: 'Why the replicas of one partition are where they are.' });
