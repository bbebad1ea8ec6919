import type { RoutingTable } from './routing-table.ts';

/** A change of who serves what. */
export interface RoutingChange {
  /** The table after it. */
  readonly table: RoutingTable;
  /** Resources whose routing may have changed; all of them in the first change of an iteration. */
  readonly resources: ReadonlySet<string>;
}

/**
 * Hands changes to any number of readers. A slow reader gets the newest table and the names of all resources changed since it
 * last looked: it misses no resource, and nothing piles up.
 */
export class ChangeFeed {
  readonly #readers = new Set<Reader>();
  #ended = false;

  publish(change: RoutingChange): void {
    for (const reader of this.#readers) reader.add(change);
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.end();
  }

  /** Begins with `first`, then every change, until `signal` trips or the feed ends. */
  async *read(first: RoutingChange, signal: AbortSignal | undefined): AsyncGenerator<RoutingChange> {
    const reader = new Reader(first);
    this.#readers.add(reader);
    const onAbort = (): void => reader.end();
    signal?.addEventListener('abort', onAbort, { once: true });
    if (this.#ended || signal?.aborted === true) reader.end();
    try {
      for (let next = await reader.next(); next !== undefined; next = await reader.next()) yield next;
    } finally {
      this.#readers.delete(reader);
      signal?.removeEventListener('abort', onAbort);
    }
  }
}

/** One reader's changes since it last looked, put together. */
class Reader {
  #pending: RoutingChange | undefined;
  #ended = false;
  #wake: () => void = () => {};

  constructor(first: RoutingChange) {
    this.#pending = first;
  }

  add(change: RoutingChange): void {
    const resources = new Set([...(this.#pending?.resources ?? []), ...change.resources]);
    this.#pending = { table: change.table, resources };
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async next(): Promise<RoutingChange | undefined> {
    while (this.#pending === undefined && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const change = this.#ended ? undefined : this.#pending;
    this.#pending = undefined;
    return change;
  }
}
