import { type Scenario, simulate } from './simulate.ts';

/** How fast a scenario is simulated. */
export interface SimulationSpeed {
  readonly scenario: string;
  readonly runs: number;
  readonly simulatedMs: number;
  /** Processor time of the whole process, garbage collection and compilation included, in milliseconds. */
  readonly cpuMs: number;
  /** Requests that the store carried out in an hour of the world's time: how busy the scenario is. */
  readonly operationsPerHour: number;
  /** Faults that struck in an hour of the world's time: how rough it is. */
  readonly faultsPerHour: number;
  /** Simulated hours that an hour of one core buys. */
  readonly hoursPerCoreHour: number;
}

/** How speed is measured. */
export interface SpeedOptions {
  /** Processor time used so far, in milliseconds. */
  readonly cpuMs: () => number;
  /** Processor time before anything counts, in milliseconds: a night is long, and the compiler is done after seconds of it. Default 4,000. */
  readonly warmUpMs?: number;
  /** Processor time measured, in milliseconds. Default 4,000. */
  readonly measuredMs?: number;
}

/** Runs seed after seed until it is known how much simulated time processor time buys. */
export async function measureSpeed(scenario: Scenario, options: SpeedOptions): Promise<SimulationSpeed> {
  const { cpuMs, warmUpMs = 4_000, measuredMs = 4_000 } = options;
  let seed = 1;
  const startMs = cpuMs();
  for (; cpuMs() - startMs < warmUpMs; seed += 1) await simulate(scenario, { seed });
  const measuredFromMs = cpuMs();
  let [runs, simulatedMs, operations, faults] = [0, 0, 0, 0];
  while (cpuMs() - measuredFromMs < measuredMs || runs === 0) {
    const result = await simulate(scenario, { seed });
    seed += 1;
    runs += 1;
    simulatedMs += result.simulatedMs;
    operations += result.operations;
    faults += result.schedule.length;
  }
  const usedMs = cpuMs() - measuredFromMs;
  return {
    scenario: scenario.name,
    runs,
    simulatedMs,
    cpuMs: usedMs,
    operationsPerHour: (operations / simulatedMs) * 3_600_000,
    faultsPerHour: (faults / simulatedMs) * 3_600_000,
    hoursPerCoreHour: simulatedMs / usedMs,
  };
}
