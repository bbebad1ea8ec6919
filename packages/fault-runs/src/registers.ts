import { isKeelsonError, sleep } from '@keelson/runtime';
import type { Store } from '@keelson/store';
import { type ClientContext, say } from './client-context.ts';

/** Where the registers are. */
export const REGISTERS = '/registers';
const keys = ['a', 'b', 'c', 'd', 'e'];
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Reads, writes and compares-and-sets registers, and says what it asked and what it was told. */
export async function useRegisters(context: ClientContext, store: Store): Promise<void> {
  const { random, runtime, stopping } = context;
  for (let id = 1; !stopping.aborted; id += 1) {
    const key = keys[random.integer(keys.length)] ?? 'a';
    const kind = random.integer(4);
    if (kind === 0) await write(context, store, id, key);
    else if (kind === 1) await compareAndSet(context, store, id, key);
    else await read(context, store, id, key);
    await sleep(runtime, 10 + random.integer(60), { signal: stopping }).catch(() => {}); // the loop sees it
  }
}

const pathOf = (key: string): string => `${REGISTERS}/${key}`;

/** Says how a call ended that did not return. */
function sayEnd(client: string, id: number, error: unknown): void {
  if (!isKeelsonError(error)) throw error;
  say({ say: error.code === 'E_OUTCOME_UNKNOWN' ? 'unknown' : 'refused', client, id });
}

async function read({ client, resource }: ClientContext, store: Store, id: number, key: string): Promise<void> {
  say({ say: 'invoke', client, id, at: resource.nowMs() - resource.errorMs, op: 'read', key });
  try {
    const entry = await store.get(pathOf(key));
    const value = entry === undefined ? null : decoder.decode(entry.value);
    say({ say: 'return', client, id, at: resource.nowMs() + resource.errorMs, value });
  } catch (error) {
    sayEnd(client, id, error);
  }
}

async function write({ client, resource }: ClientContext, store: Store, id: number, key: string): Promise<void> {
  const value = `${client}:${id}`;
  say({ say: 'invoke', client, id, at: resource.nowMs() - resource.errorMs, op: 'write', key, value });
  try {
    await store.put(pathOf(key), encoder.encode(value));
    say({ say: 'return', client, id, at: resource.nowMs() + resource.errorMs });
  } catch (error) {
    sayEnd(client, id, error);
  }
}

/** What it expects is what it read a moment before; another may have been quicker. */
async function compareAndSet(
  { client, resource }: ClientContext,
  store: Store,
  id: number,
  key: string,
): Promise<void> {
  const path = pathOf(key);
  const found = await store.get(path).catch(() => undefined);
  if (found === undefined) return;
  const value = `${client}:${id}`;
  const expected = decoder.decode(found.value);
  say({ say: 'invoke', client, id, at: resource.nowMs() - resource.errorMs, op: 'cas', key, expected, value });
  try {
    const { succeeded } = await store.transact({
      if: [{ path, version: found.version, createRevision: found.createRevision }],
      then: [{ type: 'put', path, value: encoder.encode(value) }],
    });
    say({ say: 'return', client, id, at: resource.nowMs() + resource.errorMs, swapped: succeeded });
  } catch (error) {
    sayEnd(client, id, error);
  }
}
