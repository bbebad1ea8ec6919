import { anySignal, type Runtime, sleep } from '@keelson/runtime';
import type { KvClient } from './kv-client.ts';
import type { CheckResult, Ledger } from './ledger.ts';
import type { StoredValue } from './log-entry.ts';
import { partitionName, partitionOf } from './partition-of.ts';

/** What the load client and its checker share. */
export interface LoadOptions {
  readonly client: KvClient;
  readonly ledger: Ledger;
  readonly runtime: Runtime;
  readonly resource: string;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/**
 * Writes the lines over and over, `perSecond` of them in a second, at most `inFlight` at once. Line n is key `line-n`; each pass
 * writes every key once more, so that the data stays as large as the input however long it runs.
 */
export async function writeLines(
  options: LoadOptions & { readonly lines: readonly string[]; readonly perSecond: number; readonly inFlight: number },
): Promise<void> {
  const { lines, runtime, signal } = options;
  const run = runtime.random.uuid().slice(0, 8);
  const startedMs = runtime.clock.monotonicMs();
  const busy = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  for (let number = 0; !signal.aborted; number += 1) {
    if (failures.length > 0) throw failures[0];
    const index = number % lines.length;
    const dueMs = startedMs + (number * 1_000) / options.perSecond;
    await sleep(runtime, Math.max(0, dueMs - runtime.clock.monotonicMs()), { signal });
    while (busy.size >= options.inFlight) await Promise.race(busy.values());
    const key = `line-${index + 1}`;
    await busy.get(key);
    const id = `${run}-${Math.floor(number / lines.length) + 1}-${index + 1}`;
    busy.set(
      key,
      writeLine(options, key, id, lines[index] ?? '')
        .catch((error: unknown) => void failures.push(error))
        .finally(() => busy.delete(key)),
    );
  }
}

async function writeLine(options: LoadOptions, key: string, id: string, value: string): Promise<void> {
  options.ledger.start(key);
  try {
    await options.client.put({ key, id, value }, options.signal);
    options.ledger.acknowledge(key, id);
  } catch (error) {
    if (!options.signal.aborted) throw error;
  }
}

/** What a check found, and how much of the data could be read for it. */
export interface Check extends CheckResult {
  /** Partitions without a MASTER that answered in time; nothing is said of them. */
  readonly unreadable: number;
}

/** Longest wait for partitions without a MASTER, in milliseconds: a check comes at least every 5 s, whatever happens. */
const PATIENCE_MS = 2_000;
const RETRY_MS = 50;

/** Reads everything back and holds it against what was promised before. */
export async function checkOnce(options: LoadOptions): Promise<Check> {
  const { client, ledger, resource } = options;
  const promised = ledger.promised();
  const partitions = client.partitions();
  const { values, unreadable } = await readAll(options, partitions, PATIENCE_MS);
  const readable = (key: string): boolean =>
    partitions.length > 0 && !unreadable.has(partitionName(resource, partitionOf(key, partitions.length)));
  return { ...ledger.check(promised, values, readable), unreadable: unreadable.size };
}

/** Waits until every partition can be read, and takes what is there as the point to count from. */
export async function takeBaseline(options: LoadOptions): Promise<void> {
  for (;;) {
    const partitions = options.client.partitions();
    const { values, unreadable } = await readAll(options, partitions, PATIENCE_MS);
    if (partitions.length > 0 && unreadable.size === 0) return options.ledger.baseline(values.values());
    await sleep(options.runtime, RETRY_MS, { signal: options.signal });
  }
}

async function readAll(options: LoadOptions, partitions: readonly string[], patienceMs: number) {
  const { client, runtime, signal } = options;
  const values = new Map<string, StoredValue>();
  const unreadable = new Set(partitions);
  const patience = new AbortController();
  const timer = runtime.timers.after(patienceMs, () => patience.abort());
  using limit = anySignal(signal, patience.signal);
  const readOne = async (partition: string): Promise<void> => {
    const read = await client.values(partition, limit);
    if (read === undefined) return;
    unreadable.delete(partition);
    for (const value of read) values.set(value.key, value);
  };
  try {
    while (unreadable.size > 0) {
      await Promise.all([...unreadable].map(readOne));
      await sleep(runtime, unreadable.size === 0 ? 0 : RETRY_MS, { signal: limit });
    }
  } catch (error) {
    if (!patience.signal.aborted || signal.aborted) throw error;
  } finally {
    timer.cancel();
  }
  return { values, unreadable };
}
