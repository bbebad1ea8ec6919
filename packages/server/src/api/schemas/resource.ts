import { z } from 'zod';
import { nameSchema } from './names.ts';

/** Most partitions of one resource that may be declared. */
export const MAX_PARTITIONS = 100_000;

/** Who decides where replicas go: the controller; the operator's preference lists; the operator's map of states. */
export type RebalanceMode = 'FULL_AUTO' | 'SEMI_AUTO' | 'CUSTOMIZED';

/** Number of replicas of each partition, or one on every live instance. */
export type ReplicaCount = number | 'ANY_LIVEINSTANCE';

/** One resource: what is declared about it, and how it is. */
export interface Resource {
  readonly name: string;
  /** Number of partitions. */
  readonly partitions: number;
  readonly replicas: ReplicaCount;
  readonly stateModel: string;
  /** `FULL_AUTO`, `SEMI_AUTO` or `CUSTOMIZED`; other modes of Helix are shown as they are. */
  readonly mode: string;
  readonly enabled: boolean;
  /** Only instances with this tag hold it; `null`: any. */
  readonly tag: string | null;
  readonly minActiveReplicas: number | null;
  /** State to number of replicas in it. */
  readonly states: Readonly<Record<string, number>>;
  readonly converged: boolean;
}

/** Body of `GET …/resources`, in order of name. */
export interface ResourceList {
  readonly resources: readonly Resource[];
}

/** Partition to instances, the first preferred for the top state. */
export type PreferenceLists = Readonly<Record<string, readonly string[]>>;

/** Partition to instance to wanted state. */
export type InstanceStates = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Body of `PUT …/resources/{resource}`. */
export interface ResourceDeclaration {
  readonly partitions: number;
  readonly replicas: ReplicaCount;
  readonly stateModel: string;
  readonly mode: RebalanceMode;
  /** With `SEMI_AUTO`: wanted. With the other modes it is refused. */
  readonly preferenceLists?: PreferenceLists;
  /** With `CUSTOMIZED`: wanted. With the other modes it is refused. */
  readonly instanceStates?: InstanceStates;
  readonly enabled?: boolean;
  readonly tag?: string;
  readonly minActiveReplicas?: number;
}

/** Body of `PATCH …/resources/{resource}`. Fields not given stay as they are; `null` removes one. */
export interface ResourcePatch {
  readonly enabled?: boolean;
  readonly partitions?: number;
  readonly replicas?: ReplicaCount;
  readonly mode?: RebalanceMode;
  readonly preferenceLists?: PreferenceLists;
  readonly instanceStates?: InstanceStates;
  readonly tag?: string | null;
  readonly minActiveReplicas?: number | null;
}

/** Body of `POST …/resources/{resource}/rebalance`. */
export interface RebalanceRequest {
  /** Replicas of each partition from now on; absent: as declared. */
  readonly replicas?: ReplicaCount;
}

const count = z.int().min(0);
const partitionsSchema = z.int().min(1).max(MAX_PARTITIONS);
const replicasSchema: z.ZodType<ReplicaCount, ReplicaCount> = z.union([
  z.int().min(1).max(1_000),
  z.literal('ANY_LIVEINSTANCE'),
]);
const modeSchema: z.ZodType<RebalanceMode, RebalanceMode> = z.enum(['FULL_AUTO', 'SEMI_AUTO', 'CUSTOMIZED']);
const preferenceListsSchema = z.record(nameSchema, z.array(nameSchema).max(1_000));
const instanceStatesSchema = z.record(nameSchema, z.record(nameSchema, nameSchema));
const minActiveSchema = z.int().min(0).max(1_000);

/** Schema of {@link Resource}. */
export const resourceSchema: z.ZodType<Resource> = z
  .object({
    name: z.string(),
    partitions: count,
    replicas: z.union([z.number(), z.literal('ANY_LIVEINSTANCE')]),
    stateModel: z.string(),
    mode: z.string(),
    enabled: z.boolean(),
    tag: z.string().nullable(),
    minActiveReplicas: z.number().nullable(),
    states: z.record(z.string(), count),
    converged: z.boolean(),
  })
  .meta({ id: 'Resource', description: 'One resource: what is declared about it, and how it is.' });

/** Schema of {@link ResourceList}. */
export const resourceListSchema: z.ZodType<ResourceList> = z
  .object({ resources: z.array(resourceSchema) })
  .meta({ id: 'ResourceList' });

/** Schema of {@link ResourceDeclaration}. */
export const resourceDeclarationSchema: z.ZodType<ResourceDeclaration, ResourceDeclaration> = z
  .strictObject({
    partitions: partitionsSchema,
    replicas: replicasSchema,
    stateModel: nameSchema,
    mode: modeSchema,
    preferenceLists: z.exactOptional(preferenceListsSchema),
    instanceStates: z.exactOptional(instanceStatesSchema),
    enabled: z.exactOptional(z.boolean()),
    tag: z.exactOptional(nameSchema),
    minActiveReplicas: z.exactOptional(minActiveSchema),
  })
  .meta({ id: 'ResourceDeclaration' });

/** Schema of {@link ResourcePatch}. */
export const resourcePatchSchema: z.ZodType<ResourcePatch, ResourcePatch> = z
  .strictObject({
    enabled: z.exactOptional(z.boolean()),
    partitions: z.exactOptional(partitionsSchema),
    replicas: z.exactOptional(replicasSchema),
    mode: z.exactOptional(modeSchema),
    preferenceLists: z.exactOptional(preferenceListsSchema),
    instanceStates: z.exactOptional(instanceStatesSchema),
    tag: z.exactOptional(nameSchema.nullable()),
    minActiveReplicas: z.exactOptional(minActiveSchema.nullable()),
  })
  .meta({ id: 'ResourcePatch' });

/** Schema of {@link RebalanceRequest}. */
export const rebalanceRequestSchema: z.ZodType<RebalanceRequest, RebalanceRequest> = z
  .strictObject({ replicas: z.exactOptional(replicasSchema) })
  .meta({ id: 'RebalanceRequest' });
