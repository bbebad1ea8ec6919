export { drawFaults, type Fault, type FaultMix, faultKinds, type ScheduledFault } from './fault.ts';
export type { Injection, InjectionCounts } from './injections.ts';
export { type Exhibit, exhibits } from './museum/exhibits.ts';
export { scenarios } from './scenarios/index.ts';
export { type ShrinkOptions, shrinkSchedule } from './shrink.ts';
export {
  type RunningScenario,
  type Scenario,
  type SimulateOptions,
  type SimulationResult,
  scheduleOf,
  simulate,
} from './simulate.ts';
export type { ProcessState, SimulatedProcess } from './simulated-process.ts';
export type { SimulatedServer } from './simulated-server.ts';
export { measureSpeed, type SimulationSpeed, type SpeedOptions } from './speed.ts';
export { type ProcessContext, type Program, SimulatedWorld, type Violation, type WorldOptions } from './world.ts';
