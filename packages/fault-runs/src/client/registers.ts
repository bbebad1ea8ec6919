import { isKeelsonError } from '@keelson/runtime';
import { lastSegment, type Store } from '@keelson/store';
import { type ClientContext, everySoOften } from './context.ts';

/** Where the registers of a round are. Each round has its own, as its history begins with nothing in them. */
export const registersOf = (round: string): string => `/registers/${round}`;

/** How often a client asks something of a register, in milliseconds. */
const ASK_MS = 350;

const keys = ['a', 'b', 'c', 'd', 'e'];
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Reads, writes and compares-and-sets registers, and says what it asked and what it was told. */
export async function useRegisters(context: ClientContext, store: Store, folder: string): Promise<void> {
  const { random } = context;
  let id = 0;
  await everySoOften(context, ASK_MS, async () => {
    id += 1;
    const key = keys[random.integer(keys.length)] ?? 'a';
    const kind = random.integer(4);
    if (kind === 0) await write(context, store, id, pathOf(folder, key));
    else if (kind === 1) await compareAndSet(context, store, id, pathOf(folder, key));
    else await read(context, store, id, pathOf(folder, key));
  });
}

const pathOf = (folder: string, key: string): string => `${folder}/${key}`;

/** Says how a call ended that did not return. */
function sayEnd({ client, say }: ClientContext, id: number, error: unknown): void {
  if (!isKeelsonError(error)) throw error;
  say({ say: error.code === 'E_OUTCOME_UNKNOWN' ? 'unknown' : 'refused', client, id });
}

async function read(context: ClientContext, store: Store, id: number, path: string): Promise<void> {
  const { client, resource, say } = context;
  say({ say: 'invoke', client, id, at: resource.nowMs() - resource.errorMs, op: 'read', key: lastSegment(path) });
  try {
    const entry = await store.get(path);
    const value = entry === undefined ? null : decoder.decode(entry.value);
    say({ say: 'return', client, id, at: resource.nowMs() + resource.errorMs, value });
  } catch (error) {
    sayEnd(context, id, error);
  }
}

async function write(context: ClientContext, store: Store, id: number, path: string): Promise<void> {
  const { client, resource, say } = context;
  const value = `${client}:${id}`;
  say({
    say: 'invoke',
    client,
    id,
    at: resource.nowMs() - resource.errorMs,
    op: 'write',
    key: lastSegment(path),
    value,
  });
  try {
    await store.put(path, encoder.encode(value));
    say({ say: 'return', client, id, at: resource.nowMs() + resource.errorMs });
  } catch (error) {
    sayEnd(context, id, error);
  }
}

/** What it expects is what it read a moment before; another may have been quicker. */
async function compareAndSet(context: ClientContext, store: Store, id: number, path: string): Promise<void> {
  const { client, resource, say } = context;
  const found = await store.get(path).catch(() => undefined);
  if (found === undefined) return;
  const value = `${client}:${id}`;
  const expected = decoder.decode(found.value);
  say({
    say: 'invoke',
    client,
    id,
    at: resource.nowMs() - resource.errorMs,
    op: 'cas',
    key: lastSegment(path),
    expected,
    value,
  });
  try {
    const { succeeded } = await store.transact({
      if: [{ path, version: found.version, createRevision: found.createRevision }],
      then: [{ type: 'put', path, value: encoder.encode(value) }],
    });
    say({ say: 'return', client, id, at: resource.nowMs() + resource.errorMs, swapped: succeeded });
  } catch (error) {
    sayEnd(context, id, error);
  }
}
