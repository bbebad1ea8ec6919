import { z } from 'zod';
import { nameSchema, printableText, textSchema } from './names.ts';

/** One instance: what is declared about it, and how it is. */
export interface Instance {
  readonly name: string;
  readonly host: string | null;
  readonly port: number | null;
  /** Has a session with the store now. */
  readonly live: boolean;
  /** Wall time at which it joined, in milliseconds since the epoch; `null` while it is not live. */
  readonly liveSinceMs: number | null;
  readonly sessionId: string | null;
  readonly enabled: boolean;
  /** Why it is disabled, as the operator gave it; `null` where it is enabled or no reason was given. */
  readonly disabledReason: string | null;
  readonly tags: readonly string[];
  /** Place in the topology, `zone=z1,rack=r2`; `null` where none is given. */
  readonly domain: string | null;
  /** Resource to partitions that must not be served here. */
  readonly disabledPartitions: Readonly<Record<string, readonly string[]>>;
  /** State to number of replicas in it. */
  readonly states: Readonly<Record<string, number>>;
  /** Transitions sent and not yet finished. */
  readonly pendingTransitions: number;
}

/** Body of `GET …/instances`, in order of name. */
export interface InstanceList {
  readonly instances: readonly Instance[];
}

/** Body of `PUT …/instances/{instance}`. */
export interface InstanceDeclaration {
  readonly host?: string;
  readonly port?: number;
  readonly enabled?: boolean;
  readonly tags?: readonly string[];
  readonly domain?: string;
}

/** Body of `PATCH …/instances/{instance}`. Fields not given stay as they are. */
export interface InstancePatch {
  readonly enabled?: boolean;
  /** Why it is disabled; kept with the instance and shown wherever the decision is. */
  readonly reason?: string;
  /** Replaces all tags. */
  readonly tags?: readonly string[];
  /** Replaces the lists of the resources named; an empty list enables the resource's partitions again. */
  readonly disabledPartitions?: Readonly<Record<string, readonly string[]>>;
}

/** Body of `POST …/instances/{instance}/reset`: takes partitions out of ERROR, back to the initial state. */
export interface PartitionReset {
  readonly resource: string;
  readonly partitions: readonly string[];
}

const count = z.int().min(0);
const tagsSchema = z.array(nameSchema).max(1_000);
const hostSchema = printableText(255).regex(/^[^\s/]+$/, 'must be a host name or an address, without spaces and `/`');
const portSchema = z.int().min(0).max(65_535);

/** Schema of {@link Instance}. */
export const instanceSchema: z.ZodType<Instance> = z
  .object({
    name: z.string(),
    host: z.string().nullable(),
    port: z.number().nullable(),
    live: z.boolean(),
    liveSinceMs: z.number().nullable(),
    sessionId: z.string().nullable(),
    enabled: z.boolean(),
    disabledReason: z.string().nullable(),
    tags: z.array(z.string()),
    domain: z.string().nullable(),
    disabledPartitions: z.record(z.string(), z.array(z.string())),
    states: z.record(z.string(), count),
    pendingTransitions: count,
  })
  .meta({ id: 'Instance', description: 'One instance: what is declared about it, and how it is.' });

/** Schema of {@link InstanceList}. */
export const instanceListSchema: z.ZodType<InstanceList> = z
  .object({ instances: z.array(instanceSchema) })
  .meta({ id: 'InstanceList' });

/** Schema of {@link InstanceDeclaration}. */
export const instanceDeclarationSchema: z.ZodType<InstanceDeclaration, InstanceDeclaration> = z
  .strictObject({
    host: z.exactOptional(hostSchema),
    port: z.exactOptional(portSchema),
    enabled: z.exactOptional(z.boolean()),
    tags: z.exactOptional(tagsSchema),
    domain: z.exactOptional(textSchema),
  })
  .meta({ id: 'InstanceDeclaration' });

/** Schema of {@link InstancePatch}. */
export const instancePatchSchema: z.ZodType<InstancePatch, InstancePatch> = z
  .strictObject({
    enabled: z.exactOptional(z.boolean()),
    reason: z.exactOptional(textSchema),
    tags: z.exactOptional(tagsSchema),
    disabledPartitions: z.exactOptional(z.record(nameSchema, z.array(nameSchema))),
  })
  .meta({ id: 'InstancePatch' });

/** Schema of {@link PartitionReset}. */
export const partitionResetSchema: z.ZodType<PartitionReset, PartitionReset> = z
  .strictObject({ resource: nameSchema, partitions: z.array(nameSchema).min(1).max(10_000) })
  .meta({ id: 'PartitionReset' });
