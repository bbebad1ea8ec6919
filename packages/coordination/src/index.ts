export type { Metadata } from './common/record.ts';
export { type Coordination, type CoordinationOptions, coordination } from './coordination.ts';
export { type CampaignOptions, campaign } from './election/campaign.ts';
export type { Leadership } from './election/leadership.ts';
export { type ObservedLeader, type ObserveLeaderOptions, observeLeader } from './election/observe-leader.ts';
export type { GuardedWriteOptions, StoreGuard } from './guard/store-guard.ts';
export type { HeldLocks, LockWish } from './lock/acquire-all.ts';
export { type BreakLockOptions, breakLock } from './lock/break-lock.ts';
export {
  describeLock,
  type LockBreak,
  type LockDescription,
  type LockKind,
  type LockQuery,
  listLocks,
} from './lock/describe-lock.ts';
export type { HeldLock } from './lock/held-lock.ts';
export type { AcquireOptions, Lock, LockOptions, Semaphore } from './lock/lock.ts';
export type { QueueMode } from './queue/queue-name.ts';
export type { QueuePlace } from './queue/seat-record.ts';
