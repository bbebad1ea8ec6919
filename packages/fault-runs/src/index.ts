export { type EngineName, engineNames } from './engine/engines.ts';
export type { Counts } from './harness/counts.ts';
export type { StruckFault } from './harness/nemesis.ts';
export type { RoundReport } from './harness/round.ts';
export { type FaultRunOptions, type FaultRunReport, faultRun } from './run.ts';
