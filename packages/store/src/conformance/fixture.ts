import type { Runtime } from '@keelson/runtime';
import type { Store, StorePath } from '../port.ts';
import type { Session } from '../session.ts';

/** What a driver's test can do to the driver besides calling it. A case that needs more than there is, is passed over. */
export interface ConformanceFaults {
  /** The store ends the session before its time, without telling its client. */
  readonly expireSession?: (session: Session) => Promise<void>;
  /** The engine forgets its history before now. */
  readonly compact?: () => Promise<void>;
  /** Cuts the store's connection, both ways. */
  readonly disconnect?: (store: Store) => Promise<void>;
  /** Ends `disconnect`. */
  readonly reconnect?: (store: Store) => Promise<void>;
  /** The next call of the store is carried out, but its reply is lost. */
  readonly loseReply?: (store: Store) => Promise<void>;
  /** Stops the process for this long, in milliseconds: time passes and nothing runs. Virtual time only. */
  readonly pause?: (ms: number) => void;
}

/** Where a case runs. A fresh one for each case, unless `root` differs. */
export interface ConformanceFixture {
  readonly runtime: Runtime;
  /** A path below which there is nothing yet. */
  readonly root: StorePath;
  /** Opens one more store, with a connection of its own, on what all stores of this fixture share. The kit closes it. */
  readonly openStore: () => Promise<Store>;
  /** The ttl that cases ask for, in milliseconds. Short, as some wait for three of them; not below `minSessionTtlMs`. */
  readonly sessionTtlMs: number;
  readonly faults?: ConformanceFaults;
  /** Moves virtual time until the work is done. Absent: time moves by itself. */
  readonly drive?: <T>(work: Promise<T>) => Promise<T>;
  /** Longest time to wait for something that must happen, in milliseconds. Default 10,000. */
  readonly patienceMs?: number;
}

/** What a case needs: a fault hook, or a capability of the store. */
export type ConformanceNeed =
  | keyof ConformanceFaults
  | 'atomicList'
  | 'atomicRecursiveDelete'
  | 'atomicWatchEvents'
  | 'history';
