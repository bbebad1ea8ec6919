import { describe, expect, test } from 'vitest';
import { phiOf } from './phi.ts';
import { initialSuspicion, type SuspicionEvent, type SuspicionReport, stepSuspicion } from './suspicion.ts';

const rule = { everyMs: 1_000, threshold: 8, tickMs: 250 };

/** Time goes on by quarters of a second; peers are heard every second unless silenced; gives the reports with their time. */
function play(script: {
  readonly peers: readonly string[];
  readonly untilMs: number;
  /** Whether a peer is heard at that second. */
  readonly speaks: (peer: string, atMs: number) => boolean;
  /** Whether the observer runs at that time. */
  readonly runs?: (atMs: number) => boolean;
  readonly reaches?: (atMs: number) => boolean;
}): { atMs: number; report: SuspicionReport }[] {
  const { peers, untilMs, speaks, runs = () => true, reaches = () => true } = script;
  let state = initialSuspicion(0);
  const reports: { atMs: number; report: SuspicionReport }[] = [];
  let backlog: SuspicionEvent[] = [];
  let reached = true;
  for (let atMs = 0; atMs <= untilMs; atMs += 250) {
    if (reaches(atMs) !== reached) {
      reached = reaches(atMs);
      backlog.push({ type: reached ? 'reached' : 'cut-off' });
    }
    if (atMs % 1_000 === 0 && reached)
      for (const peer of peers) if (speaks(peer, atMs)) backlog.push({ type: 'heard', peer, atMs, lagMs: 0 });
    if (!runs(atMs)) continue;
    // After a stall the late timer has its turn before what came in meanwhile.
    const events: SuspicionEvent[] = [{ type: 'tick', atMs }, ...backlog];
    backlog = [];
    for (const event of events) {
      const late = event.type === 'heard' ? { ...event, atMs } : event;
      const step = stepSuspicion(state, late, rule);
      state = step.state;
      reports.push(...step.reports.map((report) => ({ atMs, report })));
    }
  }
  return reports;
}

describe('phi', () => {
  test('grows with the silence, and says how unlikely it is', () => {
    const usual = { meanMs: 1_000, deviationMs: 100 };
    expect(phiOf(1_000, usual)).toBeCloseTo(0.301, 2);
    // Three standard deviations: 0.135 % are later.
    expect(phiOf(1_300, usual)).toBeCloseTo(2.87, 1);
    const grown = [0, 500, 1_000, 1_200, 1_500, 2_000, 10_000, 1_000_000].map((ms) => phiOf(ms, usual));
    expect(grown).toEqual([...grown].sort((a, b) => a - b));
    expect(grown.every((phi) => Number.isFinite(phi) && phi >= 0)).toBe(true);
  });
});

describe('suspicion', () => {
  test('does not fall on a peer whose beats came all at once, held up on the way or while the observer was stopped', () => {
    let state = initialSuspicion(0);
    const reports: SuspicionReport[] = [];
    const feed = (event: SuspicionEvent): void => {
      const step = stepSuspicion(state, event, rule);
      state = step.state;
      reports.push(...step.reports);
    };
    for (let beat = 0; beat < 20; beat += 1) feed({ type: 'heard', peer: 'a', atMs: beat, lagMs: 0 });
    for (let atMs = 250; atMs <= 1_500; atMs += 250) feed({ type: 'tick', atMs });
    expect(reports).toEqual([]);
  });

  test('falls on a peer that fell silent within two beats, with evidence, and is cleared when it is heard', () => {
    const silent = (atMs: number): boolean => atMs > 20_000 && atMs < 30_000;
    const reports = play({ peers: ['a', 'b'], untilMs: 40_000, speaks: (peer, atMs) => peer === 'b' || !silent(atMs) });
    expect(reports.map(({ report }) => report.type)).toEqual(['suspected', 'cleared']);
    const [first, second] = reports;
    expect(first?.atMs).toBeLessThanOrEqual(22_000);
    expect(second?.atMs).toBe(30_000);
    expect(first?.report).toMatchObject({ peer: 'a', evidence: { samples: 20, deafMs: 0, selfDoubt: 0 } });
  });

  test('falls on nobody when the observer itself was stopped', () => {
    const stopped = (atMs: number): boolean => atMs > 20_000 && atMs < 35_000;
    const peers = ['a', 'b', 'c'];
    expect(play({ peers, untilMs: 60_000, speaks: () => true, runs: (atMs) => !stopped(atMs) })).toEqual([]);
  });

  test('falls on nobody while the observer stalls again and again', () => {
    const stopped = (atMs: number): boolean => atMs % 5_000 > 1_500;
    expect(play({ peers: ['a', 'b'], untilMs: 120_000, speaks: () => true, runs: (atMs) => !stopped(atMs) })).toEqual(
      [],
    );
  });

  test('falls on nobody while the store is out of reach, nor right after', () => {
    const cut = (atMs: number): boolean => atMs > 20_000 && atMs < 40_000;
    expect(play({ peers: ['a', 'b'], untilMs: 60_000, speaks: () => true, reaches: (atMs) => !cut(atMs) })).toEqual([]);
  });

  test('falls on the observer when most peers are silent at once', () => {
    const reports = play({
      peers: ['a', 'b', 'c', 'd'],
      untilMs: 40_000,
      speaks: (peer, atMs) => peer === 'd' || atMs < 20_000 || atMs > 30_000,
    });
    expect(reports.map(({ report }) => report.type)).toEqual(['deaf', 'hearing']);
  });

  test('ends with the peer', () => {
    let state = initialSuspicion(0);
    const events: SuspicionEvent[] = [{ type: 'heard', peer: 'a', atMs: 0, lagMs: 0 }];
    for (let atMs = 250; atMs <= 10_000; atMs += 250) events.push({ type: 'tick', atMs });
    const seen: SuspicionReport[] = [];
    for (const event of [...events, { type: 'gone', peer: 'a' } as const]) {
      const step = stepSuspicion(state, event, rule);
      state = step.state;
      seen.push(...step.reports);
    }
    expect(seen.map(({ type }) => type)).toEqual(['suspected', 'cleared']);
    expect(state.peers.size).toBe(0);
  });
});
