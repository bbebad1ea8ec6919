export type { CheckLimits, GaveUp } from './check/budget.ts';
export { checkHistory } from './check/check-history.ts';
export type {
  Failure,
  Linearizable,
  LongestPrefix,
  NotLinearizable,
  PartOrder,
  Undecided,
  Verdict,
} from './check/verdict.ts';
export { type HistoryEvent, historyOfEvents } from './history/events.ts';
export {
  type History,
  HistoryError,
  type Invocation,
  type Operation,
  type Outcome,
  type ReturnedOperation,
  type UnknownOperation,
} from './history/operation.ts';
export { type HistoryRecorder, historyRecorder, type OpenOperation } from './history/recorder.ts';
export { type HtmlOptions, renderHtml } from './picture/html.ts';
export { renderSvg } from './picture/svg.ts';
export { type Bar, type BarRole, type Timeline, timelineOf } from './picture/timeline.ts';
export type { Specification, StateIdentity } from './specification.ts';
export {
  type LockInput,
  type LockOptions,
  type LockOutput,
  type LockState,
  lockSpecification,
} from './specifications/lock.ts';
export { type MapOptions, mapSpecification } from './specifications/map.ts';
export type {
  MapAction,
  MapCompare,
  MapInput,
  MapOutput,
  MapResult,
  MapTransaction,
} from './specifications/map-operations.ts';
export type { MapEntry, MapState, MapValue } from './specifications/map-state.ts';
export {
  type RegisterInput,
  type RegisterOutput,
  type RegisterValue,
  registerSpecification,
} from './specifications/register.ts';
