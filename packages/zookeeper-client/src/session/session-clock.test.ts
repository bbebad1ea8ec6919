import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  aliveUntilMs,
  attached,
  attemptLimitMs,
  heard,
  nextStep,
  type SessionClock,
  safetyMarginMs,
  sent,
} from './session-clock.ts';

describe('the clock of a session', () => {
  it('pings after a third of the time-out, and gives a silent server up after two thirds', () => {
    const clock = attached(9_000, 100, 120);
    expect(nextStep(clock, 3_099)).toEqual({ type: 'wait', untilMs: 3_100 });
    expect(nextStep(clock, 3_100)).toEqual({ type: 'ping' });
    const pinged = sent(clock, 3_100);
    expect(nextStep(pinged, 3_100)).toEqual({ type: 'wait', untilMs: 6_100 });
    expect(nextStep(pinged, 6_120)).toEqual({ type: 'silent' });
    const answered = heard(pinged, 3_110, 3_100);
    expect(nextStep(answered, 6_100)).toEqual({ type: 'ping' });
  });

  it('is silent though requests are sent, where nothing is heard', () => {
    const clock = sent(attached(9_000, 0, 0), 5_999);
    expect(nextStep(clock, 6_000)).toEqual({ type: 'silent' });
  });

  it('counts life from the sending of what was answered, not from its answer', () => {
    const clock = attached(1_000, 500, 700);
    expect(aliveUntilMs(clock)).toBe(500 + 1_000 - 10);
    expect(aliveUntilMs(heard(clock, 900))).toBe(1_490);
    expect(aliveUntilMs(heard(clock, 900, 800))).toBe(1_790);
    expect(aliveUntilMs(heard(heard(clock, 900, 800), 950, 600))).toBe(1_790);
    expect(safetyMarginMs(100)).toBe(2);
  });

  it('never ends later than a server that counts from the arrival of the last request it answered', () => {
    const exchange = fc.record({
      pauseMs: fc.integer({ min: 0, max: 4_000 }),
      thereMs: fc.integer({ min: 0, max: 500 }),
      backMs: fc.integer({ min: 0, max: 500 }),
      arrives: fc.boolean(),
      answered: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 40_000 }), fc.array(exchange), (timeoutMs, exchanges) => {
        let clock: SessionClock = attached(timeoutMs, 0, 1);
        let serverEndsMs = 0 + timeoutMs;
        let nowMs = 1;
        for (const { pauseMs, thereMs, backMs, arrives, answered } of exchanges) {
          nowMs += pauseMs;
          if (nowMs >= aliveUntilMs(clock)) break;
          const sentMs = nowMs;
          clock = sent(clock, sentMs);
          if (!arrives || sentMs + thereMs >= serverEndsMs) continue;
          serverEndsMs = sentMs + thereMs + timeoutMs;
          nowMs += thereMs + backMs;
          if (answered && nowMs < aliveUntilMs(clock)) clock = heard(clock, nowMs, sentMs);
        }
        expect(aliveUntilMs(clock)).toBeLessThanOrEqual(serverEndsMs);
      }),
    );
  });

  it('asks for something before the server can lose patience, whatever was sent and heard', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 40_000 }), fc.nat(), fc.nat(), (timeoutMs, sentMs, heardMs) => {
        const clock = { timeoutMs, aliveFromMs: sentMs, sentMs, heardMs };
        const step = nextStep(clock, Math.max(sentMs, heardMs));
        if (step.type === 'wait') expect(step.untilMs).toBeLessThanOrEqual(Math.max(sentMs, heardMs) + timeoutMs / 3);
      }),
    );
  });

  it('leaves time for another server within the session, where there is one', () => {
    expect(attemptLimitMs(6_000, 3, true)).toBe(2_000);
    expect(attemptLimitMs(6_000, 1, true)).toBe(4_000);
    expect(attemptLimitMs(300, 3, true)).toBe(300);
    expect(attemptLimitMs(1, 3, false)).toBe(2_000);
  });
});
