import { z } from 'zod';
import { nameSchema } from '../schemas.ts';

interface ClusterParameters {
  readonly cluster: string;
}

/** Path parameters of something in a cluster. */
export const clusterParameters: z.ZodType<ClusterParameters, ClusterParameters> = z.object({ cluster: nameSchema });

/** Path parameters of one instance. */
export const instanceParameters: z.ZodType<
  ClusterParameters & { instance: string },
  ClusterParameters & { instance: string }
> = z.object({ cluster: nameSchema, instance: nameSchema });

/** Path parameters of one resource. */
export const resourceParameters: z.ZodType<
  ClusterParameters & { resource: string },
  ClusterParameters & { resource: string }
> = z.object({ cluster: nameSchema, resource: nameSchema });

/** Path parameters of one state model. */
export const modelParameters: z.ZodType<ClusterParameters & { model: string }, ClusterParameters & { model: string }> =
  z.object({
    cluster: nameSchema,
    model: nameSchema,
  });
