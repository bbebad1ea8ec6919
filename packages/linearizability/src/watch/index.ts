export { checkWatches } from './check-watches.ts';
export { type WatchBreach, type WatchGuarantee, watchGuarantees } from './guarantees.ts';
export {
  type Bookmark,
  type Delivery,
  type Place,
  type ReadLeg,
  readWatch,
  type Snapshot,
  type WatchReading,
} from './reading.ts';
export {
  isInRange,
  type RecordedChange,
  type RecordedEvent,
  type RecordedMessage,
  type RecordedWatch,
  type RecordedWrite,
  type WatchLeg,
  type WatchRange,
} from './record.ts';
