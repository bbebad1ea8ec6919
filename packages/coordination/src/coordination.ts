import { type CallOptions, KeelsonError, type Runtime } from '@keelson/runtime';
import type { Session, Store, StorePath } from '@keelson/store';
import { type Barrier, barrierNamed } from './barrier/barrier.ts';
import type { RecipeContext } from './common/context.ts';
import { identityOf } from './common/identity.ts';
import { layoutBelow } from './common/layout.ts';
import { checkText } from './common/limits.ts';
import { type Election, electionNamed } from './election/election.ts';
import { acquireAll, type HeldLocks, type LockWish } from './lock/acquire-all.ts';
import { type Lock, lockNamed, type Semaphore, semaphoreNamed } from './lock/lock.ts';
import { type Group, groupNamed } from './membership/membership.ts';

/** What a process takes part with. */
export interface CoordinationOptions {
  readonly store: Store;
  /** The life sign under which everything is held: when it is lost, all of it is. After that open another session and begin again. */
  readonly session: Session;
  readonly runtime: Runtime;
  /** Where the recipes live. Default `/coordination`. Everybody who is to meet names the same. */
  readonly root?: StorePath;
  /** Name of the program or person, for people who look. Default: the session's id. */
  readonly owner?: string;
  /** Name of the machine. Default: what the operating system says. */
  readonly host?: string;
  /** Process id. Default: that of this process. */
  readonly pid?: number;
}

/** The recipes, as one process takes part in them. Objects given out are cheap; ask again rather than keep them. */
export interface Coordination {
  /** The lock called `name`. Throws `E_INVALID_PATH` for a name that is no single segment of a path. */
  lock(name: string): Lock;
  /** The semaphore called `name`, of which `permits` may be held at once. */
  semaphore(name: string, permits: number): Semaphore;
  /** The election called `name`. Throws `E_INVALID_PATH` as `lock` does. */
  election(name: string): Election;
  /** The group called `name`. Throws `E_INVALID_PATH` as `lock` does. */
  group(name: string): Group;
  /** The barrier called `name` for so many parties. Throws `E_INVALID_PATH` as `lock` does. */
  barrier(name: string, parties: number): Barrier;
  /** All of the locks, or none: see `HeldLocks`. */
  acquireAll(wishes: readonly LockWish[], options?: CallOptions): Promise<HeldLocks>;
}

/**
 * The recipes over a store. Throws `E_INVALID_ARGUMENT` for a name of an owner that is too long, `E_INVALID_PATH` for a bad `root`.
 *
 * @example
 * const c = coordination({ store, session, runtime });
 * await using lock = await c.lock('invoices').acquire({ reason: 'nightly run', timeoutMs: 10_000 });
 * await lock.guard.put('/invoices/last-run', value); // refused if the lock was lost meanwhile
 */
export function coordination(options: CoordinationOptions): Coordination {
  const { store, session, runtime, root, owner = session.id } = options;
  checkText(owner, 'owner');
  if (owner === '') throw new KeelsonError('E_INVALID_ARGUMENT', 'owner must not be empty.');
  const context: RecipeContext = {
    store,
    session,
    runtime,
    layout: layoutBelow(root),
    identity: identityOf(owner, options),
  };
  return {
    lock: (name) => lockNamed(context, name),
    semaphore: (name, permits) => semaphoreNamed(context, name, permits),
    election: (name) => electionNamed(context, name),
    group: (name) => groupNamed(context, name),
    barrier: (name, parties) => barrierNamed(context, name, parties),
    acquireAll: (wishes, limits = {}) => acquireAll(context, wishes, limits),
  };
}
