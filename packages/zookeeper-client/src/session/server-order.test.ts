import { describe, expect, it } from 'vitest';
import {
  attemptFailed,
  attemptSucceeded,
  headHome,
  homesickAfterMs,
  isHome,
  nextAttempt,
  shuffledOrder,
  triedAll,
} from './server-order.ts';

const reversing = { integer: () => 0 };

describe('the order of servers', () => {
  it('tries each once without a wait, then waits before each further round', () => {
    let order = shuffledOrder(3, { integer: (bound) => bound - 1 });
    const servers: number[] = [];
    const waits: number[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      const next = nextAttempt(order, 0.5);
      servers.push(next.server);
      waits.push(next.waitMs);
      order = attemptFailed(next.order);
    }
    expect(servers).toEqual([0, 1, 2, 0, 1, 2, 0]);
    expect(waits).toEqual([0, 0, 0, 50, 0, 0, 100]);
    expect(triedAll(order)).toBe(false);
  });

  it('says when every server was tried in vain', () => {
    let order = shuffledOrder(2, reversing);
    const told = [1, 2, 3, 4].map(() => {
      order = attemptFailed(nextAttempt(order, 0).order);
      return triedAll(order);
    });
    expect(told).toEqual([false, true, false, true]);
  });

  it('takes a moment after a loss, but none at first nor on the way home', () => {
    const order = attemptSucceeded(nextAttempt(shuffledOrder(3, reversing), 0.5).order);
    expect(nextAttempt(shuffledOrder(3, reversing), 0.5).waitMs).toBe(0);
    expect(nextAttempt(order, 0.5).waitMs).toBe(25);
    expect(nextAttempt(headHome(order), 0.5).waitMs).toBe(0);
  });

  it('bounds the wait, however long nobody answers', () => {
    const order = { ring: [0], at: 0, failures: 10_000 };
    expect(nextAttempt(order, 0.999).waitMs).toBeLessThan(1_000);
  });

  it('is away from home after a failure, and finds back', () => {
    let order = attemptSucceeded(nextAttempt(shuffledOrder(3, reversing), 0).order);
    expect(isHome(order)).toBe(true);
    order = attemptSucceeded(nextAttempt(order, 0).order);
    expect(isHome(order)).toBe(false);
    const home = nextAttempt(headHome(order), 0);
    expect(home.server).toBe(order.ring[0]);
    expect(isHome(home.order)).toBe(true);
  });

  it('spreads clients over servers and over time', () => {
    expect(shuffledOrder(3, reversing).ring.toSorted()).toEqual([0, 1, 2]);
    expect(shuffledOrder(3, reversing).ring).not.toEqual([0, 1, 2]);
    expect([homesickAfterMs(0), homesickAfterMs(0.5)]).toEqual([60_000, 180_000]);
  });
});
