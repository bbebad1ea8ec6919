import fc from 'fast-check';
import { expect, test } from 'vitest';
import { endpointAnswered, endpointFailed, endpointRecovered, endpointsToTry, initialOrder } from './endpoint-order.ts';

test('the ring begins at the preferred endpoint', () => {
  expect(endpointsToTry(initialOrder(1), 3)).toEqual([1, 2, 0]);
});

test('a silent endpoint goes to the end, and the longest silent is tried again first', () => {
  let order = endpointFailed(initialOrder(0), 0, 100);
  expect(endpointsToTry(order, 3)).toEqual([1, 2, 0]);
  order = endpointFailed(order, 1, 150);
  expect(endpointsToTry(order, 3)).toEqual([2, 0, 1]);
  order = endpointFailed(order, 2, 160);
  expect(endpointsToTry(order, 3)).toEqual([0, 1, 2]);
});

test('who answers is preferred, and stays so when the former is back in rotation', () => {
  let order = endpointAnswered(endpointFailed(endpointFailed(initialOrder(0), 0, 100), 2, 150), 1);
  expect(endpointsToTry(order, 3)).toEqual([1, 0, 2]);
  order = endpointRecovered(order, 2);
  expect(endpointsToTry(order, 3)).toEqual([1, 2, 0]);
  expect(endpointsToTry(endpointRecovered(order, 0), 3)).toEqual([1, 2, 0]);
});

test('every endpoint is tried once, whatever happened', () => {
  const step = fc.record({ index: fc.nat(4), failed: fc.boolean(), afterMs: fc.nat(8_000) });
  fc.assert(
    fc.property(fc.nat(4), fc.array(step), (start, steps) => {
      let order = initialOrder(start);
      let nowMs = 0;
      for (const { index, failed, afterMs } of steps) {
        nowMs += afterMs;
        order = failed ? endpointFailed(order, index, nowMs) : endpointAnswered(order, index);
      }
      expect([...endpointsToTry(order, 5)].sort()).toEqual([0, 1, 2, 3, 4]);
    }),
  );
});
