export { type BackOffPolicy, countEnd, type EndsInARow, type RestartRule, waitMs } from './back-off.ts';
export {
  type EndSessionsOptions,
  endSessionsOfDead,
  type SessionEvent,
  type WatchedSessions,
} from './end-sessions-of-dead.ts';
export { died, type HeldSessions, type HeldStep, heard, noSessions, type SessionEffect } from './held-sessions.ts';
export { type SessionEnder, type SessionEnderOptions, sessionEnder } from './session-ender.ts';
export { type SupervisedSpawnOptions, spawnSupervised } from './start-child.ts';
export {
  exitCodeOfEnd,
  type ProcessEnd,
  type SuperviseOptions,
  Supervisor,
  type SupervisorEvent,
} from './supervise.ts';
