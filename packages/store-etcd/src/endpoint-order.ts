/** Which endpoints answered and which did not, so that a silent one is not asked again while another may answer. */
export interface EndpointOrder {
  /** Index of the endpoint that answered last. */
  readonly preferred: number;
  /** Monotonic time of the last failure, by index; absent where it answered since. Those named are out of rotation. */
  readonly failedAtMs: ReadonlyMap<number, number>;
}

/** Nothing known yet; `preferred` spreads clients over the members. */
export function initialOrder(preferred: number): EndpointOrder {
  return { preferred, failedAtMs: new Map() };
}

/** It answered: it goes first from now on. */
export function endpointAnswered(order: EndpointOrder, index: number): EndpointOrder {
  const failedAtMs = new Map(order.failedAtMs);
  failedAtMs.delete(index);
  return { preferred: index, failedAtMs };
}

/** It was asked whether it is back, and answered: it is in rotation again, but nobody leaves another for it. */
export function endpointRecovered(order: EndpointOrder, index: number): EndpointOrder {
  return { ...endpointAnswered(order, index), preferred: order.preferred };
}

/** It refused, broke off or kept silent. */
export function endpointFailed(order: EndpointOrder, index: number, nowMs: number): EndpointOrder {
  return { ...order, failedAtMs: new Map(order.failedAtMs).set(index, nowMs) };
}

/**
 * Every endpoint, in the order in which to try them: from the preferred one round the ring, those out of rotation behind
 * the others, the longest-ago failure first. None is left out: when all failed, all are tried.
 */
export function endpointsToTry(order: EndpointOrder, count: number): readonly number[] {
  const ring = Array.from({ length: count }, (_, step) => (order.preferred + step) % count);
  const failedAt = (index: number): number => order.failedAtMs.get(index) ?? Number.NEGATIVE_INFINITY;
  const inRotation = ring.filter((index) => !order.failedAtMs.has(index));
  const out = ring.filter((index) => order.failedAtMs.has(index));
  return [...inRotation, ...out.sort((a, b) => failedAt(a) - failedAt(b))];
}
