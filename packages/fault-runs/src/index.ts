export type { FaultEngine, FaultMember } from './engine.ts';
export { type EngineName, engineNames } from './engines.ts';
export type { StruckFault } from './nemesis.ts';
export { type FaultRunOptions, type FaultRunReport, faultRun } from './run.ts';
