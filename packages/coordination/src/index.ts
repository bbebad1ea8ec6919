export type { Barrier, BarrierPass } from './barrier/barrier.ts';
export type { Metadata } from './common/record.ts';
export { type Coordination, type CoordinationOptions, coordination } from './coordination.ts';
export { type CampaignOptions, campaign } from './election/campaign.ts';
export {
  describeElection,
  type ElectionDescription,
  type ElectionQuery,
  listElections,
  type ObserveElectionOptions,
  observeElection,
} from './election/describe-election.ts';
export type { ElectedLeadership, Election, ElectionCampaignOptions } from './election/election.ts';
export type { Leadership } from './election/leadership.ts';
export { type ObservedLeader, type ObserveLeaderOptions, observeLeader } from './election/observe-leader.ts';
export type { LoggedEvent } from './events/event.ts';
export {
  type EventLog,
  type EventLogOptions,
  eventLog,
  type PublishOptions,
  type Topic,
  type TopicCursor,
  type TopicDescription,
} from './events/event-log.ts';
export type { Published } from './events/publisher.ts';
export type { EventItem, EventStart, SubscribeOptions, Subscription } from './events/subscription.ts';
export type { Retention } from './events/topic-records.ts';
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
export type { Member } from './membership/member.ts';
export type { LeaveCause, MemberEvent } from './membership/member-events.ts';
export type { Group, JoinOptions, Membership } from './membership/membership.ts';
export type { SuspicionEvidence, SuspicionReport } from './membership/suspicion.ts';
export {
  type GroupQuery,
  listGroups,
  listMembers,
  type WatchMembersOptions,
  watchMembers,
} from './membership/watch-members.ts';
export { type WatchSuspicionOptions, watchSuspicion } from './membership/watch-suspicion.ts';
export {
  coordinationInstruments,
  type InstrumentDescription,
  type InstrumentName,
} from './metrics/instruments.ts';
export type { InstrumentOptions, MeterLike, MetricAttributes } from './metrics/meter.ts';
export { type MeteringOptions, meteredCoordination, meteredSuspicion } from './metrics/metered-coordination.ts';
export { meteredEventLog } from './metrics/metered-events.ts';
export { meteredStore } from './metrics/metered-store.ts';
export type { QueueMode } from './queue/queue-name.ts';
export type { QueuePlace } from './queue/seat-record.ts';
