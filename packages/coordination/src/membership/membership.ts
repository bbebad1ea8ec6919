import { type CallOptions, isKeelsonError, KeelsonError, onAbort, withDeadline } from '@keelson/runtime';
import { joinPath, type Revision, type StorePath } from '@keelson/store';
import type { RecipeContext } from '../common/context.ts';
import { checkMetadata, limitsOf } from '../common/limits.ts';
import { persist } from '../common/persist.ts';
import type { Metadata } from '../common/record.ts';
import { Candidacy } from '../election/candidacy.ts';
import type { Leadership } from '../election/leadership.ts';
import { type StoreGuard, storeGuard } from '../guard/store-guard.ts';
import { type RunningHeartbeat, startHeartbeat } from './heartbeat.ts';
import { encodeMember, type MemberRecord, nonceOf } from './member.ts';

/** How a group is joined. */
export interface JoinOptions extends CallOptions {
  /** What others are to know: an address, a zone, a version; at most 16 KiB as JSON. */
  readonly metadata?: Metadata;
  /**
   * What to do while the name is taken. `wait` (default): until it is free, as the entry of a process that crashed stays for its
   * ttl and its successor should not have to try again. `reject`: `E_ALREADY_EXISTS`.
   */
  readonly ifTaken?: 'wait' | 'reject';
  /**
   * Writes a heartbeat so often, in milliseconds (from 100), for those who watch for suspicion. Each is a write to the store; leave
   * it out where the session's ttl finds failures soon enough.
   */
  readonly heartbeatMs?: number;
}

/** A place in a group, until `lost` trips. */
export interface Membership extends AsyncDisposable {
  readonly group: string;
  readonly name: string;
  readonly path: StorePath;
  /** Create revision of the entry: greater than that of every earlier member of that name. */
  readonly fencingToken: Revision;
  /** Trips once, when the membership ended: `E_SESSION_EXPIRED`, `E_VERSION_CONFLICT` (the entry was deleted by somebody else) or `E_CLOSED` (left). */
  readonly lost: AbortSignal;
  /** Writes to the store that are done only while the membership lasts. */
  readonly guard: StoreGuard;
  /** What was last written of it. */
  readonly metadata: Metadata;
  /**
   * Replaces the metadata; updates of one membership are made in the order of the calls. Default time limit 5 s. Rejects with
   * `E_FENCED` where the membership is lost, `E_TOO_LARGE` past 16 KiB.
   */
  update(metadata: Metadata, options?: CallOptions): Promise<void>;
  /** Leaves: others see `left` and not `failed`. Idempotent. Default time limit 5 s; past it the entry is deleted as soon as the store can be reached. */
  leave(options?: CallOptions): Promise<void>;
}

/** A group by its name. */
export interface Group {
  readonly name: string;
  /**
   * Joins the group under `member`, which nobody else in it has as long as this one is there. Default time limit: twice the session's
   * ttl, which outlasts a predecessor that crashed. Rejects with `E_ALREADY_EXISTS` as `ifTaken` says, `E_TIMEOUT` where the name
   * stayed taken, `E_SESSION_EXPIRED`, `E_INVALID_PATH` for a name that is no single segment.
   */
  join(member: string, options?: JoinOptions): Promise<Membership>;
}

/** The group called `name`. Throws `E_INVALID_PATH` for a name that is no single segment of a path. */
export function groupNamed(context: RecipeContext, name: string): Group {
  context.layout.members(name);
  return { name, join: async (member, options = {}) => await join(context, name, member, options) };
}

async function join(context: RecipeContext, group: string, name: string, options: JoinOptions): Promise<Membership> {
  const { store, session, runtime, identity, layout } = context;
  const { metadata = {}, ifTaken = 'wait', heartbeatMs } = options;
  checkMetadata(metadata);
  if (heartbeatMs !== undefined && !(heartbeatMs >= 100))
    throw new KeelsonError('E_INVALID_ARGUMENT', `heartbeatMs must be a number from 100, not ${heartbeatMs}.`);
  session.assertAlive();
  const path = joinPath(layout.members(group), name);
  if (ifTaken === 'reject' && (await store.get(path, limitsOf(options))) !== undefined) throw taken(group, name);
  const record: MemberRecord = {
    identity,
    metadata,
    nonce: runtime.random.uuid(),
    joinedAtMs: runtime.clock.wallMs(),
    ttlMs: session.ttlMs,
  };
  const candidacy = new Candidacy({
    store,
    session,
    path,
    value: encodeMember(record),
    runtime,
    isOwn: (entry) => nonceOf(entry) === record.nonce,
  });
  const patienceMs = 2 * session.ttlMs + store.capabilities.sessionExpiryLagMs;
  try {
    const held = await withDeadline(runtime, options, patienceMs, (signal) => candidacy.until(signal));
    return new JoinedGroup(context, group, name, held, record, heartbeatMs);
  } catch (error) {
    if (isKeelsonError(error, 'E_TIMEOUT') && ifTaken === 'reject') throw taken(group, name, error);
    throw error;
  }
}

function taken(group: string, name: string, cause?: unknown): KeelsonError {
  const message = `There is a member ${name} in the group ${group} already.`;
  return new KeelsonError('E_ALREADY_EXISTS', message, { details: { group, name }, ...(cause ? { cause } : {}) });
}

class JoinedGroup implements Membership {
  readonly group: string;
  readonly name: string;
  readonly guard: StoreGuard;
  readonly #context: RecipeContext;
  readonly #held: Leadership;
  readonly #heartbeat: RunningHeartbeat | undefined;
  #record: MemberRecord;
  #turn: Promise<void> = Promise.resolve();
  #left: Promise<void> | undefined;

  constructor(
    context: RecipeContext,
    group: string,
    name: string,
    held: Leadership,
    record: MemberRecord,
    heartbeatMs: number | undefined,
  ) {
    this.group = group;
    this.name = name;
    this.#context = context;
    this.#held = held;
    this.#record = record;
    this.guard = storeGuard(context.store, [{ path: held.path, createRevision: held.fencingToken }], () => held.lost);
    if (heartbeatMs === undefined) return;
    const path = joinPath(context.layout.heartbeats(group), name);
    this.#heartbeat = startHeartbeat(
      context,
      { path, incarnation: held.fencingToken, everyMs: heartbeatMs },
      held.lost,
    );
    onAbort(held.lost, () => this.#heartbeat?.cancel());
  }

  get path(): StorePath {
    return this.#held.path;
  }

  get fencingToken(): Revision {
    return this.#held.fencingToken;
  }

  get lost(): AbortSignal {
    return this.#held.lost;
  }

  get metadata(): Metadata {
    return this.#record.metadata;
  }

  async update(metadata: Metadata, options: CallOptions = {}): Promise<void> {
    checkMetadata(metadata);
    await this.#write({ ...this.#record, metadata }, options);
  }

  leave(options: CallOptions = {}): Promise<void> {
    this.#left ??= this.#leave(options);
    return this.#left;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leave();
  }

  async #leave(options: CallOptions): Promise<void> {
    if (this.#held.lost.aborted) return;
    const { logger } = this.#context.runtime;
    const farewells = [
      this.#write({ ...this.#record, leaving: true }, options),
      this.#heartbeat?.stop(limitsOf(options)) ?? Promise.resolve(),
    ];
    for (const outcome of await Promise.allSettled(farewells)) {
      if (outcome.status === 'fulfilled') continue;
      const { group, name } = this;
      logger.warn({ error: outcome.reason, group, name }, 'could not say properly that a member leaves');
    }
    await this.#held.resign(limitsOf(options));
  }

  /** One at a time. The same record may be written twice, so a lost reply is no matter. */
  #write(record: MemberRecord, options: CallOptions): Promise<void> {
    const { runtime, session } = this.#context;
    const write = async (): Promise<void> => {
      const value = encodeMember(record);
      await withDeadline(runtime, options, 5_000, (signal) =>
        persist(runtime, signal, () => this.guard.put(this.path, value, { session, signal, timeoutMs: 2_000 }), {
          idempotent: true,
        }),
      );
      this.#record = record;
    };
    const turn = this.#turn.then(write);
    this.#turn = turn.catch(() => {}); // told to whoever asked for it
    return turn;
  }
}
