/** How long an endpoint that failed is asked last, in milliseconds. Long enough to outlive an election, short enough that a member that came back is used again soon. */
export const OUT_OF_ROTATION_MS = 10_000;

/** Which endpoints answered and which did not, so that a silent one is not asked again while another may answer. */
export interface EndpointOrder {
  /** Index of the endpoint that answered last. */
  readonly preferred: number;
  /** Monotonic time of the last failure, by index; absent where none or where it answered since. */
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

/** It refused, broke off or kept silent. */
export function endpointFailed(order: EndpointOrder, index: number, nowMs: number): EndpointOrder {
  return { ...order, failedAtMs: new Map(order.failedAtMs).set(index, nowMs) };
}

/**
 * Every endpoint, in the order in which to try them: from the preferred one round the ring, those that failed within
 * `OUT_OF_ROTATION_MS` behind the others, the longest-ago failure first. None is left out: when all failed, all are tried.
 */
export function endpointsToTry(order: EndpointOrder, count: number, nowMs: number): readonly number[] {
  const ring = Array.from({ length: count }, (_, step) => (order.preferred + step) % count);
  const failedAt = (index: number): number | undefined => {
    const atMs = order.failedAtMs.get(index);
    return atMs !== undefined && nowMs - atMs < OUT_OF_ROTATION_MS ? atMs : undefined;
  };
  const good = ring.filter((index) => failedAt(index) === undefined);
  const bad = ring.filter((index) => failedAt(index) !== undefined);
  return [...good, ...bad.sort((a, b) => (failedAt(a) ?? 0) - (failedAt(b) ?? 0))];
}
