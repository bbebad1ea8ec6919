import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Random, sleep } from '@keelson/runtime';
import { testRuntime } from '@keelson/testing';
import type { FaultEngine } from '../engine/engine.ts';
import type { ClientLine, ResourceLine } from '../line.ts';
import type { Resource } from '../resource.ts';
import { judge } from '../verdicts/judge.ts';
import type { Transcript } from '../verdicts/transcript.ts';
import { ClientProcess } from './client-process.ts';
import { type Counts, countsOf } from './counts.ts';
import { leftBehind } from './left-behind.ts';
import { loadNow, type StruckFault, strikeOnce } from './nemesis.ts';
import { type Reference, startReference } from './reference.ts';

/** What a round of a run is played with. */
export interface RoundOptions {
  readonly engine: FaultEngine;
  readonly resource: Resource;
  readonly resourcePort: number;
  /** What the resource says; emptied by the round. */
  readonly resourceLines: ResourceLine[];
  readonly random: Random;
  readonly seed: number;
  readonly round: number;
  /** How long faults strike, in milliseconds. */
  readonly durationMs: number;
  readonly ttlMs: number;
  readonly clients: number;
  /** Kinds of faults that strike; default: all. */
  readonly kinds?: readonly string[] | undefined;
  /** Folder for what was said in a round that had violations; default: forgotten. */
  readonly keepIn?: string | undefined;
  readonly onFault: (fault: StruckFault) => void;
}

/** What a round came to. */
export interface RoundReport {
  readonly round: number;
  readonly faults: readonly StruckFault[];
  readonly violations: readonly string[];
  readonly counts: Counts;
  /** Largest resident memory of a client at its end, and that of the harness, in bytes. */
  readonly rssBytes: { readonly client: number; readonly harness: number };
}

/** Starts client processes, lets faults strike, ends the clients, and judges what was said; servers go on, and nothing else stays. */
export async function playRound(options: RoundOptions): Promise<RoundReport> {
  const { engine, resource, round, ttlMs, seed, resourcePort } = options;
  const lines: ClientLine[] = [];
  const parties = Math.max(1, options.clients - 1);
  const reference = await startReference(engine, resource, round);
  const clients: ClientProcess[] = [];
  try {
    const before = await engine.holdings();
    const settings = { resourcePort, ttlMs, seed, parties, round, lines };
    for (let index = 0; index < options.clients; index += 1)
      clients.push(await ClientProcess.start(engine, index, settings));
    const faults = await strikeFor(options, clients);
    const calmMs = resource.nowMs();
    await sleep(testRuntime, 3 * ttlMs);
    const untilMs = resource.nowMs();
    await Promise.all(clients.map((client) => client.stop()));
    const left = await leftBehind(engine, reference.store, before, ttlMs + engine.expiryLagMs + 2_000);
    const truth = await reference.registers();
    const transcript: Transcript = {
      clients: lines,
      resource: options.resourceLines.splice(0),
      reference: await reference.stop(),
      faults: [...faults, { kind: 'all', target: 'everything', fromMs: calmMs, toMs: calmMs, load: loadNow() }],
      ttlMs,
      clockErrorMs: resource.errorMs + 1,
      parties,
      everyChange: reference.store.capabilities.coalescedChanges !== true,
      untilMs,
    };
    const violations = [...judge(transcript, truth), ...left];
    if (options.keepIn !== undefined && violations.length > 0)
      await writeFile(
        join(options.keepIn, `${engine.name}-${seed}-${round}.json`),
        JSON.stringify({ transcript, violations }),
      );
    const client = Math.max(0, ...lines.flatMap((line) => (line.say === 'ended' ? [line.rssBytes] : [])));
    const rssBytes = { client, harness: process.memoryUsage.rss() };
    return { round, faults, violations, counts: countsOf(transcript), rssBytes };
  } finally {
    await endAll(reference, clients);
  }
}

async function endAll(reference: Reference, clients: readonly ClientProcess[]): Promise<void> {
  await reference.stop();
  await Promise.all(clients.map((client) => client.end()));
}

/** Fault after fault, each to its end, with a rest of up to three ttls between. */
async function strikeFor(
  { engine, random, ttlMs, resource, durationMs, onFault, kinds }: RoundOptions,
  victims: readonly ClientProcess[],
): Promise<readonly StruckFault[]> {
  const faults: StruckFault[] = [];
  const endMs = testRuntime.clock.monotonicMs() + durationMs;
  while (testRuntime.clock.monotonicMs() < endMs) {
    const fault = await strikeOnce({ engine, victims, random, ttlMs, kinds, nowMs: () => resource.nowMs() });
    faults.push(fault);
    onFault(fault);
    await sleep(testRuntime, random.integer(3 * ttlMs));
  }
  return faults;
}
