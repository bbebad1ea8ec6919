import { z } from 'zod';

interface EventBase {
  /** Place in the order of the store, `revision-n`; give the last one seen as `Last-Event-ID` to resume. */
  readonly id: string;
  /** Wall time, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** A replica changed its state; `null`: was not, or is no longer there. */
export interface ReplicaEvent extends EventBase {
  readonly type: 'replica';
  readonly resource: string;
  readonly partition: string;
  readonly instance: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** Something happened to an instance. `joined` and `left` are its session; the others are the operator's. */
export interface InstanceEvent extends EventBase {
  readonly type: 'instance';
  readonly instance: string;
  readonly change: 'joined' | 'left' | 'enabled' | 'disabled' | 'added' | 'removed';
  readonly reason?: string;
}

/** Something happened to what is declared about a resource. */
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

/** One thing that happened in a cluster. */
export type ClusterEvent = ReplicaEvent | InstanceEvent | ResourceEvent | ControllerEvent;

/** Newest first. */
export interface Timeline {
  readonly events: readonly ClusterEvent[];
}

const base = { id: z.string(), atMs: z.number() };

/** Schema of {@link ClusterEvent}. */
export const clusterEventSchema: z.ZodType<ClusterEvent> = z
  .discriminatedUnion('type', [
    z.object({
      ...base,
      type: z.literal('replica'),
      resource: z.string(),
      partition: z.string(),
      instance: z.string(),
      from: z.string().nullable(),
      to: z.string().nullable(),
    }),
    z.object({
      ...base,
      type: z.literal('instance'),
      instance: z.string(),
      change: z.enum(['joined', 'left', 'enabled', 'disabled', 'added', 'removed']),
      reason: z.exactOptional(z.string()),
    }),
    z.object({
      ...base,
      type: z.literal('resource'),
      resource: z.string(),
      change: z.enum(['added', 'changed', 'removed', 'enabled', 'disabled']),
    }),
    z.object({
      ...base,
      type: z.literal('controller'),
      leader: z.string().nullable(),
      change: z.enum(['elected', 'lost', 'paused', 'resumed']),
    }),
  ])
  .meta({ id: 'ClusterEvent', description: 'One thing that happened in a cluster.' });

/** Schema of {@link Timeline}. */
export const timelineSchema: z.ZodType<Timeline> = z
  .object({ events: z.array(clusterEventSchema) })
  .meta({ id: 'Timeline', description: 'Newest first.' });
