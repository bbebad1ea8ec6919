import { fullJitterMs, type Random } from '@keelson/runtime';

/** Which server is to be tried next, and when. */
export interface ServerOrder {
  /** Indexes of the servers, in the order in which this client tries them. The first is its home. */
  readonly ring: readonly number[];
  /** Place in the ring of the last one tried. */
  readonly at: number;
  /** Attempts that failed since the last that succeeded. */
  readonly failures: number;
}

/** An attempt: which server, after what wait. */
export interface Attempt {
  readonly order: ServerOrder;
  readonly server: number;
  readonly waitMs: number;
}

/** Longest wait before the first attempt after a connection was lost, in milliseconds: a server that goes takes thousands of clients along. */
const FIRST_WAIT_MS = 50;

/** Longest wait between two rounds, in milliseconds: short beside any session worth having. */
const MAX_WAIT_MS = 1_000;

/** A ring in an order of its own, so that clients spread over the servers. */
export function shuffledOrder(count: number, random: Pick<Random, 'integer'>): ServerOrder {
  const ring = Array.from({ length: count }, (_, index) => index);
  for (let left = count - 1; left > 0; left -= 1) {
    const other = random.integer(left + 1);
    const [a = 0, b = 0] = [ring[left], ring[other]];
    ring[left] = b;
    ring[other] = a;
  }
  return { ring, at: -1, failures: 0 };
}

/**
 * The next attempt. A client that lost its connection takes a random moment, then tries every server without a wait; each further round
 * begins after a longer random wait, so that clients that lost a server together do not come back together. `chance` in [0, 1).
 */
export function nextAttempt(order: ServerOrder, chance: number): Attempt {
  const { ring, failures } = order;
  const at = (order.at + 1) % ring.length;
  return { order: { ...order, at }, server: ring[at] ?? 0, waitMs: waitBefore(order, failures, chance) };
}

function waitBefore({ ring, at }: ServerOrder, failures: number, chance: number): number {
  // Never connected yet, or on the way home by its own will: nobody else does the same now.
  if (failures === 0) return at === -1 ? 0 : chance * FIRST_WAIT_MS;
  if (failures % ring.length !== 0) return 0;
  return fullJitterMs(failures / ring.length, chance, { baseMs: 100, capMs: MAX_WAIT_MS });
}

/** The attempt failed. */
export function attemptFailed(order: ServerOrder): ServerOrder {
  return { ...order, failures: order.failures + 1 };
}

/** The attempt succeeded. */
export function attemptSucceeded(order: ServerOrder): ServerOrder {
  return { ...order, failures: 0 };
}

/** Whether the attempts that failed are whole rounds: every server was tried in vain. */
export function triedAll(order: ServerOrder): boolean {
  return order.failures > 0 && order.failures % order.ring.length === 0;
}

/** Whether the client is at home: on the server it would take first. After a failure it is elsewhere. */
export function isHome(order: ServerOrder): boolean {
  return order.at <= 0;
}

/** So that the next attempt is the one at home. */
export function headHome(order: ServerOrder): ServerOrder {
  return { ...order, at: -1 };
}

/** How long a client stays with the server it fell to before it tries its home again, in milliseconds: one to five minutes, so that clients go home one by one. */
export function homesickAfterMs(chance: number): number {
  return 60_000 + chance * 240_000;
}
