import { seededRandom } from '@keelson/runtime';
import { expect, test } from 'vitest';
import { DEFAULT_OPERATION_LIMITS } from '../mvcc/index.ts';
import { TreeLink } from './tree-link.ts';

test('an answer that is not to come before a time does not, whatever the difference of the two times rounds to', () => {
  const random = seededRandom(1);
  let nowMs = 0;
  let arrivesMs = 0;
  const link = new TreeLink({
    engine: 'test',
    limits: { ...DEFAULT_OPERATION_LIMITS, minLeaseTtlMs: 1, leaseExpiryLagMs: 0 },
    random,
    delay: { minMs: 0, maxMs: 0 },
    nowMs: () => nowMs,
    after: (delayMs) => {
      arrivesMs = nowMs + delayMs;
    },
    peer: () => ({ deliver: () => {} }),
    deliver: () => {},
  });
  let roundedDown = 0;
  for (let index = 0; index < 10_000; index += 1) {
    nowMs = random.next() / 3;
    const earliestMs = nowMs + random.next() / 7 + 1;
    if (nowMs + (earliestMs - nowMs) < earliestMs) roundedDown += 1;
    const promisedMs = link.answer(() => {}, earliestMs);
    expect(arrivesMs).toBe(promisedMs);
    expect(promisedMs).toBeGreaterThanOrEqual(earliestMs);
  }
  expect(roundedDown).toBeGreaterThan(0);
});
