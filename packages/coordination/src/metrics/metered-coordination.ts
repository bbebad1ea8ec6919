import type { Runtime } from '@keelson/runtime';
import type { Barrier } from '../barrier/barrier.ts';
import type { Coordination } from '../coordination.ts';
import type { Election } from '../election/election.ts';
import type { HeldLock } from '../lock/held-lock.ts';
import type { Lock, Semaphore } from '../lock/lock.ts';
import type { Group } from '../membership/membership.ts';
import type { SuspicionReport } from '../membership/suspicion.ts';
import { type Measures, measuresOn } from './instruments.ts';
import type { MeterLike } from './meter.ts';
import { observed, observeEnd } from './observed-call.ts';

/** What measuring needs. */
export interface MeteringOptions {
  readonly runtime: Pick<Runtime, 'clock'>;
  readonly meter: MeterLike;
}

/**
 * The same recipes, measured: waits, holds, acquisitions, losses and breaks of locks and semaphores, campaigns and leads, joins, barriers. Several locks
 * taken at once are one acquisition and one wait, and as many holds.
 *
 * @example
 * const recipes = meteredCoordination(coordination({ store, session, runtime }), { runtime, meter: metrics.getMeter('keelson') });
 */
export function meteredCoordination(inner: Coordination, { runtime, meter }: MeteringOptions): Coordination {
  const measures = measuresOn(meter);
  return {
    lock: (name) => meteredLock(inner.lock(name), runtime, measures),
    semaphore: (name, permits) => meteredSemaphore(inner.semaphore(name, permits), runtime, measures),
    election: (name) => meteredElection(inner.election(name), runtime, measures),
    group: (name) => meteredGroup(inner.group(name), runtime, measures),
    barrier: (name, parties) => meteredBarrier(inner.barrier(name, parties), runtime, measures),
    acquireAll: async (wishes, options) => {
      const held = await waiting(runtime, measures, 'lock', () => inner.acquireAll(wishes, options));
      for (const { lost } of held.locks) observeHold(runtime, measures, 'lock', lost);
      return held;
    },
  };
}

/** The same reports, counted. */
export async function* meteredSuspicion(
  reports: AsyncIterable<SuspicionReport>,
  meter: MeterLike,
): AsyncGenerator<SuspicionReport> {
  const measures = measuresOn(meter);
  for await (const report of reports) {
    measures.count('keelson.group.suspicions', { report: report.type });
    yield report;
  }
}

type Clocked = Pick<Runtime, 'clock'>;

type Kind = 'lock' | 'semaphore';

async function acquiring<T extends HeldLock | undefined>(
  runtime: Clocked,
  measures: Measures,
  kind: Kind,
  work: () => Promise<T>,
): Promise<T> {
  const held = await waiting(runtime, measures, kind, work);
  if (held !== undefined) observeHold(runtime, measures, kind, held.lost);
  return held;
}

async function waiting<T>(runtime: Clocked, measures: Measures, kind: Kind, work: () => Promise<T>): Promise<T> {
  measures.count('keelson.lock.waiting', { kind });
  return await observed(runtime, work, (outcome, tookMs) => {
    measures.count('keelson.lock.waiting', { kind }, -1);
    measures.count('keelson.lock.acquisitions', { kind, outcome });
    if (outcome === 'ok') measures.time('keelson.lock.wait.duration', tookMs, { kind });
  });
}

function observeHold(runtime: Clocked, measures: Measures, kind: Kind, lost: AbortSignal): void {
  observeEnd(runtime, lost, (code, heldMs) => {
    measures.time('keelson.lock.hold.duration', heldMs, { kind });
    if (code !== 'E_CLOSED') measures.count('keelson.lock.losses', { kind, 'error.type': code });
    if (code === 'E_FENCED') measures.count('keelson.lock.breaks', { kind });
  });
}

function meteredLock(inner: Lock, runtime: Clocked, measures: Measures): Lock {
  return {
    name: inner.name,
    path: inner.path,
    acquire: (options) => acquiring(runtime, measures, 'lock', () => inner.acquire(options)),
    tryAcquire: (options) => acquiring(runtime, measures, 'lock', () => inner.tryAcquire(options)),
  };
}

function meteredSemaphore(inner: Semaphore, runtime: Clocked, measures: Measures): Semaphore {
  return {
    name: inner.name,
    path: inner.path,
    permits: inner.permits,
    acquire: (options) => acquiring(runtime, measures, 'semaphore', () => inner.acquire(options)),
    tryAcquire: (options) => acquiring(runtime, measures, 'semaphore', () => inner.tryAcquire(options)),
  };
}

function meteredElection(inner: Election, runtime: Clocked, measures: Measures): Election {
  return {
    name: inner.name,
    path: inner.path,
    campaign: async (options) => {
      const won = await observed(
        runtime,
        () => inner.campaign(options),
        (outcome, tookMs) => {
          measures.count('keelson.election.campaigns', { outcome });
          if (outcome === 'ok') measures.time('keelson.election.wait.duration', tookMs);
        },
      );
      observeEnd(runtime, won.lost, (code, heldMs) => {
        measures.time('keelson.election.lead.duration', heldMs);
        if (code !== 'E_CLOSED') measures.count('keelson.election.losses', { 'error.type': code });
      });
      return won;
    },
  };
}

function meteredGroup(inner: Group, runtime: Clocked, measures: Measures): Group {
  return {
    name: inner.name,
    join: async (member, options) => {
      const membership = await observed(
        runtime,
        () => inner.join(member, options),
        (outcome) => measures.count('keelson.group.joins', { outcome }),
      );
      observeEnd(runtime, membership.lost, (code) => {
        if (code !== 'E_CLOSED') measures.count('keelson.group.losses', { 'error.type': code });
      });
      return membership;
    },
  };
}

function meteredBarrier(inner: Barrier, runtime: Clocked, measures: Measures): Barrier {
  const passing = <T>(work: () => Promise<T>): Promise<T> =>
    observed(runtime, work, (outcome, tookMs) => {
      measures.count('keelson.barrier.passes', { outcome });
      if (outcome === 'ok') measures.time('keelson.barrier.wait.duration', tookMs);
    });
  return {
    name: inner.name,
    path: inner.path,
    parties: inner.parties,
    pass: (options) => passing(() => inner.pass(options)),
    enter: async (options) => {
      const pass = await passing(() => inner.enter(options));
      observeEnd(runtime, pass.lost, (code) => {
        if (code !== 'E_CLOSED') measures.count('keelson.barrier.losses', { 'error.type': code });
      });
      return pass;
    },
  };
}
