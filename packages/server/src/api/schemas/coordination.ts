import { z } from 'zod';

/** Somebody in a queue: who holds, leads or waits. Revisions are decimal digits, as they are 64-bit numbers. */
export interface PlaceView {
  /** Names this place and no other, ever. */
  readonly id: string;
  readonly mode: 'exclusive' | 'shared' | 'permit';
  readonly fencingToken: string;
  readonly session: string | null;
  readonly owner: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly reason: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** By the wall clock of its machine, in milliseconds since 1970. */
  readonly enteredAtMs: number;
  /** `null`: it waits, had not to wait, or holds for less than 200 ms. */
  readonly grantedAtMs: number | null;
  readonly ttlMs: number | null;
  /** Elections: which leader it is. */
  readonly term: number | null;
}

/** A lock or semaphore. */
export interface LockView {
  readonly name: string;
  readonly kind: 'lock' | 'semaphore';
  readonly permits: number;
  readonly holders: readonly PlaceView[];
  /** First in line first. */
  readonly waiting: readonly PlaceView[];
  /** Who broke it last; `null`: nobody. */
  readonly lastBreak: {
    readonly id: string;
    readonly owner: string | null;
    readonly by: string;
    readonly reason: string;
    readonly atMs: number;
  } | null;
}

/** Locks that are held or waited for. */
export interface LockList {
  readonly locks: readonly LockView[];
}

/** Asks for a lock to be broken. */
export interface LockBreakRequest {
  /** Who answers for it. */
  readonly by: string;
  readonly reason: string;
  /** Only this place. Default: everybody who holds it. */
  readonly id?: string | undefined;
}

/** What was taken away. */
export interface LockBroken {
  readonly broken: readonly PlaceView[];
}

/** Who leads an election and who would follow. */
export interface ElectionView {
  readonly name: string;
  /** Number of leaders so far. */
  readonly term: number;
  readonly leader: PlaceView | null;
  readonly candidates: readonly PlaceView[];
}

/** Elections that somebody stands in. */
export interface ElectionList {
  readonly elections: readonly ElectionView[];
}

/** Somebody in a group. */
export interface MemberView {
  readonly name: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly incarnation: string;
  readonly session: string | null;
  readonly owner: string | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly joinedAtMs: number;
  readonly ttlMs: number | null;
}

/** A group and who is in it. */
export interface GroupView {
  readonly name: string;
  readonly members: readonly MemberView[];
}

/** The groups that somebody is in. */
export interface GroupList {
  readonly groups: readonly GroupView[];
}

const owner = { owner: z.string().nullable(), host: z.string().nullable(), pid: z.number().nullable() };
const metadata = z.record(z.string(), z.unknown());

/** Schema of {@link PlaceView}. */
export const placeSchema: z.ZodType<PlaceView> = z
  .object({
    id: z.string(),
    mode: z.enum(['exclusive', 'shared', 'permit']),
    fencingToken: z.string(),
    session: z.string().nullable(),
    ...owner,
    reason: z.string().nullable(),
    metadata,
    enteredAtMs: z.number(),
    grantedAtMs: z.number().nullable(),
    ttlMs: z.number().nullable(),
    term: z.number().nullable(),
  })
  .meta({ id: 'Place' });

/** Schema of {@link LockView}. */
export const lockSchema: z.ZodType<LockView> = z
  .object({
    name: z.string(),
    kind: z.enum(['lock', 'semaphore']),
    permits: z.number(),
    holders: z.array(placeSchema),
    waiting: z.array(placeSchema),
    lastBreak: z
      .object({ id: z.string(), owner: z.string().nullable(), by: z.string(), reason: z.string(), atMs: z.number() })
      .nullable(),
  })
  .meta({ id: 'Lock' });

/** Schema of {@link LockList}. */
export const lockListSchema: z.ZodType<LockList> = z.object({ locks: z.array(lockSchema) }).meta({ id: 'LockList' });

const text = z.string().min(1).max(1_000);

/** Schema of {@link LockBreakRequest}. */
export const lockBreakRequestSchema: z.ZodType<LockBreakRequest, LockBreakRequest> = z
  .strictObject({ by: text, reason: text, id: z.string().min(1).max(255).optional() })
  .meta({ id: 'LockBreakRequest' });

/** Schema of {@link LockBroken}. */
export const lockBrokenSchema: z.ZodType<LockBroken> = z
  .object({ broken: z.array(placeSchema) })
  .meta({ id: 'LockBroken' });

/** Schema of {@link ElectionList}. */
export const electionListSchema: z.ZodType<ElectionList> = z
  .object({
    elections: z.array(
      z
        .object({
          name: z.string(),
          term: z.number(),
          leader: placeSchema.nullable(),
          candidates: z.array(placeSchema),
        })
        .meta({ id: 'Election' }),
    ),
  })
  .meta({ id: 'ElectionList' });

const memberSchema: z.ZodType<MemberView> = z
  .object({
    name: z.string(),
    metadata,
    incarnation: z.string(),
    session: z.string().nullable(),
    ...owner,
    joinedAtMs: z.number(),
    ttlMs: z.number().nullable(),
  })
  .meta({ id: 'Member' });

/** Schema of {@link GroupList}. */
export const groupListSchema: z.ZodType<GroupList> = z
  .object({ groups: z.array(z.object({ name: z.string(), members: z.array(memberSchema) }).meta({ id: 'Group' })) })
  .meta({ id: 'GroupList' });
