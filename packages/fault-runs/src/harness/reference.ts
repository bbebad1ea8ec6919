import { lastSegment, type Store } from '@keelson/store';
import { eventually, testRuntime } from '@keelson/testing';
import type { ClientContext } from '../client/context.ts';
import { observeCrew } from '../client/group.ts';
import { registersOf } from '../client/registers.ts';
import { watchRegisters } from '../client/watch-registers.ts';
import { connectStore } from '../connect-store.ts';
import type { FaultEngine } from '../engine/engine.ts';
import type { ClientLine } from '../line.ts';
import type { Resource } from '../resource.ts';

/** The harness' own eyes, past all proxies. */
export interface Reference {
  readonly store: Store;
  /** Ends its watches and its connection, and gives what it saw. Idempotent. */
  stop(): Promise<readonly ClientLine[]>;
  /** What the registers of the round hold. */
  registers(): Promise<Readonly<Record<string, string>>>;
}

/** Opens the harness' eyes for a round; they see when it settles. */
export async function startReference(engine: FaultEngine, resource: Resource, round: number): Promise<Reference> {
  const store = await connectStore(engine.url(engine.members.map(({ port }) => port)), testRuntime);
  const lines: ClientLine[] = [];
  const ended = new AbortController();
  const context: ClientContext = {
    client: 'reference',
    runtime: testRuntime,
    resource,
    random: testRuntime.random,
    stopping: ended.signal,
    say: (line) => void lines.push(line),
  };
  const folder = registersOf(String(round));
  const watching = Promise.all([
    watchRegisters(context, store, folder, ended.signal),
    observeCrew(context, store, ended.signal),
  ]);
  const begun = (): boolean => lines.some(({ say }) => say === 'saw') && lines.some(({ say }) => say === 'looks');
  await eventually('the harness to see', begun, { timeoutMs: 30_000 });
  return {
    store,
    stop: async () => {
      ended.abort();
      await watching;
      await store.close();
      return lines;
    },
    registers: async () => {
      const { entries } = await store.list(folder);
      return Object.fromEntries(entries.map(({ path, value }) => [lastSegment(path), new TextDecoder().decode(value)]));
    },
  };
}
