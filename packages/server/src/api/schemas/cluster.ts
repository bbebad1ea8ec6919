import { z } from 'zod';
import { nameSchema, printableText, textSchema } from './names.ts';

/** Who leads a cluster. */
export interface ControllerLeader {
  readonly name: string;
  /** Wall time of its election, in milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** One cluster at a glance. */
export interface ClusterSummary {
  readonly name: string;
  /** The controller that leads; `null` while there is none, and nothing is decided. */
  readonly leader: ControllerLeader | null;
  /** A paused cluster keeps serving, but its controller sends no transitions. */
  readonly paused: boolean;
  readonly instances: { readonly total: number; readonly live: number; readonly enabled: number };
  /** Number of resources. */
  readonly resources: number;
  /** `withTopState`: partitions with a replica in the state model's top state (MASTER, LEADER, ONLINE). */
  readonly partitions: { readonly total: number; readonly withTopState: number; readonly inError: number };
  /** `wanted`: replicas that are declared. `placed`: those of them that are in the state the controller wants them in. */
  readonly replicas: { readonly wanted: number; readonly placed: number };
  /** Nothing is left to do: every replica is in its wanted state, none too many, no transition under way, every partition served. */
  readonly converged: boolean;
}

/** Cluster configuration: field to text (simple), list or map, named as Apache Helix names them. */
export type ClusterConfigFields = Readonly<
  Record<string, string | readonly string[] | Readonly<Record<string, string>>>
>;

/** One cluster with its configuration. */
export interface ClusterDetail extends ClusterSummary {
  readonly config: ClusterConfigFields;
}

/** Body of `PUT /clusters/{cluster}`. */
export interface ClusterDeclaration {
  /** Simple fields to set; those not named stay as they are. */
  readonly config?: Readonly<Record<string, string>>;
}

/** Body of `PATCH /clusters/{cluster}`. */
export interface ClusterPatch {
  readonly paused?: boolean;
  /** Why it is paused; kept with the pause. */
  readonly reason?: string;
  /** Simple fields to set; `null` removes one. Not together with `paused`. */
  readonly config?: Readonly<Record<string, string | null>>;
}

/** Body of `GET /clusters`. */
export interface ClusterList {
  readonly clusters: readonly ClusterSummary[];
}

const count = z.int().min(0);
const fieldText = printableText(100_000);
const fieldValue = z.union([z.string(), z.array(z.string()), z.record(z.string(), z.string())]);

const leaderSchema = z.object({ name: z.string(), sinceMs: z.number() });

const summaryShape = {
  name: z.string(),
  leader: leaderSchema.nullable(),
  paused: z.boolean(),
  instances: z.object({ total: count, live: count, enabled: count }),
  resources: count,
  partitions: z.object({ total: count, withTopState: count, inError: count }),
  replicas: z.object({ wanted: count, placed: count }),
  converged: z.boolean(),
};

/** Schema of {@link ClusterSummary}. */
export const clusterSummarySchema: z.ZodType<ClusterSummary> = z
  .object(summaryShape)
  .meta({ id: 'ClusterSummary', description: 'One cluster at a glance.' });

/** Schema of {@link ClusterList}. */
export const clusterListSchema: z.ZodType<ClusterList> = z
  .object({ clusters: z.array(clusterSummarySchema) })
  .meta({ id: 'ClusterList' });

/** Schema of {@link ClusterDetail}. */
export const clusterDetailSchema: z.ZodType<ClusterDetail> = z
  .object({ ...summaryShape, config: z.record(z.string(), fieldValue) })
  .meta({ id: 'ClusterDetail', description: 'One cluster with its configuration.' });

/** Schema of {@link ClusterDeclaration}. */
export const clusterDeclarationSchema: z.ZodType<ClusterDeclaration, ClusterDeclaration> = z
  .strictObject({ config: z.exactOptional(z.record(nameSchema, fieldText)) })
  .meta({ id: 'ClusterDeclaration' });

/** Schema of {@link ClusterPatch}. */
export const clusterPatchSchema: z.ZodType<ClusterPatch, ClusterPatch> = z
  .strictObject({
    paused: z.exactOptional(z.boolean()),
    reason: z.exactOptional(textSchema),
    config: z.exactOptional(z.record(nameSchema, fieldText.nullable())),
  })
  .meta({ id: 'ClusterPatch' });
