import { z } from 'zod';

/** How far a consumer of a topic has come. */
export interface TopicCursorView {
  readonly consumer: string;
  /** The first event that it has not dealt with. */
  readonly next: number;
  readonly behind: number;
  readonly atMs: number;
}

/** A topic of the event log. */
export interface TopicView {
  readonly name: string;
  /** The first event that is kept. */
  readonly first: number;
  /** The number of the event that comes next. */
  readonly next: number;
  readonly bytes: number;
  readonly retention: { readonly maxEvents: number; readonly maxBytes: number; readonly maxAgeMs: number };
  readonly cursors: readonly TopicCursorView[];
}

/** The topics that there are. */
export interface TopicList {
  readonly topics: readonly string[];
}

/** An event to be published. */
export interface PublishRequest {
  /** Any JSON value. */
  readonly payload: unknown;
  /** Idempotence key: as long as an event of this key is kept, another one is not published. */
  readonly key?: string | undefined;
}

/** Where an event went. */
export interface PublishedView {
  readonly sequence: number;
  /** Decimal digits; `null` on a duplicate. */
  readonly revision: string | null;
  /** It had been published before under the same key. */
  readonly duplicate: boolean;
}

/** An event as the stream of a topic tells it. */
export interface LoggedEventView {
  readonly topic: string;
  readonly sequence: number;
  readonly revision: string;
  readonly id: string;
  readonly payload: unknown;
  readonly publisher: string;
  readonly atMs: number;
}

/** Schema of {@link TopicView}. */
export const topicSchema: z.ZodType<TopicView> = z
  .object({
    name: z.string(),
    first: z.number(),
    next: z.number(),
    bytes: z.number(),
    retention: z.object({ maxEvents: z.number(), maxBytes: z.number(), maxAgeMs: z.number() }),
    cursors: z.array(z.object({ consumer: z.string(), next: z.number(), behind: z.number(), atMs: z.number() })),
  })
  .meta({ id: 'Topic' });

/** Schema of {@link TopicList}. */
export const topicListSchema: z.ZodType<TopicList> = z
  .object({ topics: z.array(z.string()) })
  .meta({ id: 'TopicList' });

/** Schema of {@link PublishRequest}. */
export const publishRequestSchema: z.ZodType<PublishRequest, PublishRequest> = z
  .strictObject({ payload: z.json(), key: z.string().min(1).max(253).optional() })
  .meta({ id: 'PublishRequest' });

/** Schema of {@link PublishedView}. */
export const publishedSchema: z.ZodType<PublishedView> = z
  .object({ sequence: z.number(), revision: z.string().nullable(), duplicate: z.boolean() })
  .meta({ id: 'Published' });
