import { seededRandom } from '@keelson/runtime';
import { freePort, spawnProcess, testRuntime } from '@keelson/testing';
import { type EngineName, startEngine } from './engine/engines.ts';
import { programPath } from './harness/client-process.ts';
import { addCounts, type Counts, countsOf } from './harness/counts.ts';
import type { StruckFault } from './harness/nemesis.ts';
import { playRound, type RoundReport } from './harness/round.ts';
import type { ResourceLine } from './line.ts';
import { connectResource } from './resource.ts';

/** What is run, and for how long. */
export interface FaultRunOptions {
  readonly engine: EngineName;
  readonly seed: number;
  /** How long faults strike, in milliseconds. */
  readonly durationMs: number;
  /**
   * A run is played in rounds of this length, in milliseconds: at the end of each all clients end and what they said is judged and forgotten, so a
   * run of any length needs the memory of one round. Default ten minutes.
   */
  readonly roundMs?: number;
  /** Session ttl of the clients, in milliseconds. Default 3,000. */
  readonly ttlMs?: number;
  /** Client processes. Default 4. */
  readonly clients?: number;
  /** Kinds of faults that strike; default: all that make sense for the engine. */
  readonly kinds?: readonly string[];
  /** Folder in which what was said in a round is kept if it had violations, one JSON file each; default: it is forgotten. */
  readonly keepIn?: string;
  /** Told of each fault once it has ended. */
  readonly onFault?: (fault: StruckFault) => void;
  /** Told of each round once it has been judged. */
  readonly onRound?: (report: RoundReport) => void;
}

/** What a run came to. */
export interface FaultRunReport {
  readonly engine: EngineName;
  readonly seed: number;
  readonly rounds: number;
  readonly faults: readonly StruckFault[];
  /** Empty where everything held. */
  readonly violations: readonly string[];
  readonly counts: Counts;
}

const ROUND_MS = 600_000;

/**
 * Starts the servers of an engine and, round after round, client processes behind proxies; lets the nemesis strike from one seed and judges what was
 * said. Servers, clients, proxies and data are gone when it settles.
 */
export async function faultRun(options: FaultRunOptions): Promise<FaultRunReport> {
  const { seed, durationMs, roundMs = ROUND_MS, ttlMs = 3_000, clients = 4 } = options;
  const { onFault = () => {}, onRound = () => {}, kinds, keepIn } = options;
  await using engine = await startEngine(options.engine);
  const resourcePort = await freePort();
  const resourceLines: ResourceLine[] = [];
  await using resourceProcess = await spawnProcess(
    process.execPath,
    [programPath('resource-main'), String(resourcePort)],
    { name: 'resource', onLine: (line) => heard(line, resourceLines) },
  );
  await resourceProcess.lineMatching(/ready/);
  const resource = await connectResource(resourcePort, testRuntime);
  const random = seededRandom(seed);
  const given = { engine, resource, resourcePort, resourceLines, random, seed, ttlMs, clients, kinds, keepIn, onFault };
  const endMs = testRuntime.clock.monotonicMs() + durationMs;
  let [faults, violations]: [readonly StruckFault[], readonly string[]] = [[], []];
  let counts = countsOf({ clients: [], resource: [] });
  let round = 0;
  try {
    for (;;) {
      const leftMs = endMs - testRuntime.clock.monotonicMs();
      if (leftMs <= 0) break;
      round += 1;
      const report = await playRound({ ...given, round, durationMs: Math.min(roundMs, leftMs) });
      onRound(report);
      faults = [...faults, ...report.faults];
      violations = [...violations, ...report.violations];
      counts = addCounts(counts, report.counts);
    }
  } finally {
    resource.close();
  }
  return { engine: options.engine, seed, rounds: round, faults, violations, counts };
}

function heard(line: string, lines: ResourceLine[]): void {
  const said = JSON.parse(line) as ResourceLine | { readonly say: 'ready' };
  if (said.say !== 'ready') lines.push(said);
}
