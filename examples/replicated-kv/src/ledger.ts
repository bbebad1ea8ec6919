import type { StoredValue } from './log-entry.ts';

/** What a check found. */
export interface CheckResult {
  /** Writes acknowledged so far. */
  readonly acknowledged: number;
  /** Acknowledged writes that are not there. */
  readonly lost: number;
  /** Writes that were applied more than once. */
  readonly doubled: number;
}

interface Line {
  /** Different writes the key had before the first of this client's. */
  base: number;
  /** Writes this client has sent, acknowledged or not. */
  started: number;
  acknowledged: number;
  lastAcknowledgedId: string;
}

/** What was acknowledged of one key at one moment. */
export interface Promised {
  readonly key: string;
  readonly acknowledged: number;
  readonly lastAcknowledgedId: string;
}

/**
 * What this client was promised, to be held against what is there. One client writes a key, one write at a time, so that a key has
 * had exactly as many different writes as were acknowledged, or one more while one is on its way.
 */
export class Ledger {
  readonly #lines = new Map<string, Line>();
  #acknowledged = 0;

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** What earlier clients left. Call it before the first write. */
  baseline(values: Iterable<StoredValue>): void {
    for (const value of values) this.#line(value.key).base = value.writes;
  }

  /** Before a write is sent. */
  start(key: string): void {
    this.#line(key).started += 1;
  }

  /** When it was acknowledged. */
  acknowledge(key: string, id: string): void {
    const line = this.#line(key);
    line.acknowledged += 1;
    line.lastAcknowledgedId = id;
    this.#acknowledged += 1;
  }

  /** What is promised now. Take it before reading: what is read later must contain it. */
  promised(): Promised[] {
    return [...this.#lines]
      .filter(([, line]) => line.acknowledged > 0)
      .map(([key, line]) => ({ key, acknowledged: line.acknowledged, lastAcknowledgedId: line.lastAcknowledgedId }));
  }

  /** Holds `promised`, taken before reading, against what was read; `readable` says which keys could be read at all. */
  check(
    promised: readonly Promised[],
    read: ReadonlyMap<string, StoredValue>,
    readable: (key: string) => boolean,
  ): CheckResult {
    let lost = 0;
    let doubled = 0;
    for (const promise of promised) {
      if (!readable(promise.key)) continue;
      const stored = read.get(promise.key);
      const line = this.#line(promise.key);
      const writes = (stored?.writes ?? 0) - line.base;
      lost += Math.max(0, promise.acknowledged - writes);
      doubled += Math.max(0, writes - line.started);
      // With no write after the promised one, it must be the promised one that stands there.
      if (writes === promise.acknowledged && stored?.id !== promise.lastAcknowledgedId) lost += 1;
    }
    return { acknowledged: this.#acknowledged, lost, doubled };
  }

  #line(key: string): Line {
    let line = this.#lines.get(key);
    if (line === undefined) {
      line = { base: 0, started: 0, acknowledged: 0, lastAcknowledgedId: '' };
      this.#lines.set(key, line);
    }
    return line;
  }
}
