import type { Session } from '../session.ts';

/** A time that faults draw from, in milliseconds. */
export interface DelayRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * What can go wrong between one memory store and the tree it shares with others. Chance comes from the runtime, so a virtual one
 * repeats every fault at the same instant. Nothing here is on at the start.
 */
export interface MemoryFaults {
  /** Whether the store reaches the tree now. */
  readonly connected: boolean;
  /** From now on each request, each reply and each batch of watch events takes this long. Watch events keep their order. 0 ends it. */
  delay(time: number | DelayRange): void;
  /** The next `count` requests are carried out, but their replies do not come. Default 1. */
  loseReplies(count?: number): void;
  /** The next `count` requests do not arrive, and no reply comes. Default 1. */
  dropRequests(count?: number): void;
  /** Cuts the connection: calls under way lose their reply, new ones are refused, watches are interrupted, keepalives fail. */
  disconnect(): void;
  /** Ends `disconnect`; watches go on where they were. */
  reconnect(): void;
  /** Holds watch events back, as a reader that cannot keep up with its connection. */
  holdWatches(): void;
  /** Lets the events held back through, in order. */
  releaseWatches(): void;
  /** The tree ends the session before its time. Its client is not told; it learns by its next keepalive. */
  expireSession(session: Session): Promise<void>;
  /** The tree forgets its history before now; gives the revision. */
  compact(): Promise<bigint>;
  /** Ends every fault that lasts. */
  heal(): void;
}
